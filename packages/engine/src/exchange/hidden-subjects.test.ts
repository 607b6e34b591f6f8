import { describe, expect, it } from "vitest";
import type { SubjectRule } from "../decide/gate-policy.ts";
import type { ParameterLocation } from "./subject.ts";
import { ports } from "../testing/ports.ts";
import { unreadCharactersMax } from "./subject-collector.ts";
import { extractSubjects, type Extracted, type RequestParts } from "./subjects.ts";

const own = "15550100";
const victim = "15550199";
const hashes = (found: Extracted): readonly string[] => found.subjects.map(({ hash }) => hash);
const victimHash = ports.hash("phone", `+${victim}`);

function asked(where: ParameterLocation["in"], over: Partial<RequestParts>): Extracted {
  const rules: readonly SubjectRule[] = [{ location: { in: where, name: "phone" }, type: "phone" }];
  return extractSubjects(rules, "/x", { segments: [], query: "", header: () => undefined, contentType: "application/json", body: "", ...over }, ports);
}
const form = "application/x-www-form-urlencoded";
const multipart = "multipart/form-data; boundary=b";
const part = (value: string, line: string): string => `--b${line}Content-Disposition: form-data; name="phone"${line}${line}${value}${line}`;

describe("whoever asks about himself at the place where honest clients name people hides nobody behind it", () => {
  it.each<[string, ParameterLocation["in"], Partial<RequestParts>]>([
    ["in a form beside the query", "query", { query: `phone=${own}`, contentType: form, body: `phone=${victim}` }],
    ["in JSON beside the query", "query", { query: `phone=${own}`, body: JSON.stringify({ phone: victim }) }],
    ["in the query beside a form", "form", { query: `phone=${victim}`, contentType: form, body: `phone=${own}` }],
    ["in the query beside JSON", "json", { query: `phone=${victim}`, body: JSON.stringify({ phone: own }) }],
    ["behind a semicolon", "query", { query: `phone=${own}&x=1;phone=${victim}` }],
    ["under a name with a blank, as PHP reads it", "query", { query: `phone=${own}&%20phone=${victim}` }],
    ["under a name with a NUL, as C reads it", "query", { query: `phone=${own}&phone%00x=${victim}` }],
    ["in a part with bare line feeds", "form", { contentType: multipart, body: `${part(own, "\r\n")}${part(victim, "\n")}--b--\r\n` }],
  ])("%s", (_, where, sent) => {
    expect(hashes(asked(where, sent))).toContain(victimHash);
  });

  it("and the same person at two places is one", () => {
    expect(asked("json", { query: `phone=${own}`, body: JSON.stringify({ phone: own }) }).subjects).toHaveLength(1);
  });
});

describe("people are found where lenient services find them", () => {
  it.each<[string, ParameterLocation["in"], Partial<RequestParts>]>([
    ["behind a mark of byte order", "json", { body: `\ufeff{"phone":"${victim}"}` }],
    ["in the second of two lines of JSON", "json", { body: `{"phone":"${own}"}\n{"phone":"${victim}"}` }],
    ["in an object under the name", "json", { body: `{"phone":{"$eq":"${victim}"}}` }],
    ["in an envelope", "json", { body: `{"data":{"phone":"${victim}"}}` }],
    ["in a form that says it is JSON", "form", { body: `phone=${victim}` }],
  ])("%s", (_, where, sent) => {
    expect(hashes(asked(where, sent))).toContain(victimHash);
  });
});

describe("a body in which nobody can be found because it cannot be read is a question of its own", () => {
  const wide = (text: string): string => text.replaceAll(/./g, "$&\0");
  it.each<[string, ParameterLocation["in"], string, (phone: string) => string]>([
    ["JSON with comments", "json", "application/json", (phone) => `{/* */"phone":"${phone}"}`],
    ["JSON with NaN", "json", "application/json", (phone) => `{"a":NaN,"phone":"${phone}"}`],
    ["JSON with something behind it", "json", "application/json", (phone) => `{"phone":"${phone}"} x`],
    ["JSON in UTF-16", "json", "application/json; charset=utf-16", (phone) => wide(`{"phone":"${phone}"}`)],
    ["JSON in UTF-7", "json", "application/json; charset=utf-7", (phone) => `{+ACI-phone+ACI-:+ACI-${phone}+ACI-}`],
    ["XML in UTF-16", "form", "application/xml", (phone) => wide(`<r><phone>${phone}</phone></r>`)],
    ["a form in UTF-16", "form", form, (phone) => wide(`phone=${phone}`)],
    ["a multipart form with two boundaries", "form", "multipart/form-data; boundary=b; boundary=c", (phone) => `${part(phone, "\r\n")}--b--\r\n`],
  ])("%s", (_, where, contentType, body) => {
    const first = asked(where, { contentType, body: body(own), query: `phone=${own}` });
    const again = asked(where, { contentType, body: body(own), query: `phone=${own}` });
    const other = asked(where, { contentType, body: body(victim), query: `phone=${own}` });
    expect(hashes(again)).toEqual(hashes(first));
    expect(hashes(other).filter((hash) => !hashes(first).includes(hash))).toHaveLength(1);
  });

  it("and one of other bytes, which all look the same, asks about too many", () => {
    expect(asked("form", { contentType: `${form}; charset=ibm037`, body: "\ufffd\ufffd~N\ufffd\ufffd" }).truncated).toBe(true);
  });

  it("and one that may hold a list asks about too many", () => {
    const body = (characters: number): string => `{/**/"a":"${"x".repeat(characters - 12)}"}`;
    expect([unreadCharactersMax, unreadCharactersMax + 1].map((characters) => asked("json", { body: body(characters) }).truncated)).toEqual([false, true]);
  });

  it.each<[string, ParameterLocation["in"], Partial<RequestParts>]>([
    ["nothing", "json", { body: " \r\n" }],
    ["JSON without the name", "json", { body: '{"page":2}' }],
    ["a form without the name", "form", { contentType: form, body: "page=2&size=10" }],
    ["a form of one flag", "form", { contentType: form, body: "ping" }],
    ["a multipart form without the name", "form", { contentType: multipart, body: '--b\r\nContent-Disposition: form-data; name="page"\r\n\r\n2\r\n--b--\r\n' }],
    [
      "a multipart form with a picture",
      "form",
      { contentType: multipart, body: `--b\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\u0000\ufffd\r\n--b--\r\n` },
    ],
    ["a form in Latin-1", "form", { contentType: form, body: "name=Jos\ufffd&size=10" }],
    ["XML without the name", "form", { contentType: "text/xml", body: "<r><page>2</page></r>" }],
    ["a document of GraphQL", "json", { contentType: "application/graphql", body: "{ me { name } }" }],
    ["bytes where people are named in the query", "query", { contentType: "image/png", body: "\u0000\ufffd", query: "" }],
  ])("but %s asks about nobody", (_, where, sent) => {
    expect(asked(where, sent)).toMatchObject({ subjects: [], truncated: false });
  });
});
