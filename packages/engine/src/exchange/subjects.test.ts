import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SubjectRule } from "../decide/gate-policy.ts";
import { subjectsMax } from "../understood.ts";
import { normalForm } from "./normal-form.ts";
import type { ParameterLocation } from "./subject.ts";
import { hashedNamesMax } from "./asked-names.ts";
import { orderMax } from "./subject-collector.ts";
import { extractSubjects, type RequestParts, subjectBodyCharsMax, subjectDepthMax } from "./subjects.ts";
import { pairsMax } from "./view.ts";
import { ports } from "../testing/ports.ts";

const parts = (over: Partial<RequestParts>): RequestParts => ({
  segments: [],
  query: "",
  header: () => undefined,
  contentType: "application/json",
  body: "",
  ...over,
});
const phoneAt = (where: ParameterLocation["in"], name: string): readonly SubjectRule[] => [{ location: { in: where, name }, type: "phone" }];
const hashOf = (phone: string): string => ports.hash("phone", phone);
const json = (name: string, body: unknown) => extractSubjects(phoneAt("json", name), "/x", parts({ body: typeof body === "string" ? body : JSON.stringify(body) }), ports);

describe("normalForm", () => {
  it("gives one form to every spelling of a phone number", () => {
    for (const raw of [
      "999-15550100",
      "+999 155 501 00",
      "+99915550100",
      "99915550100",
      "0099915550100",
      "(999) 1555.0100",
      "٩٩٩15550100",
      "＋９９９15550100",
      " 999\u201115550100",
    ]) {
      expect(normalForm("phone", raw)).toBe("+99915550100");
    }
  });
  it("never gives one form to two numbers that differ in a digit or a letter", () => {
    expect(normalForm("phone", "999-15550101")).not.toBe(normalForm("phone", "999-15550100"));
    expect(normalForm("phone", "1-800-FLOWERS")).not.toBe(normalForm("phone", "1-800-FLOWERZ"));
  });
  it("lower-cases e-mail, user names, UUIDs and long hex, and leaves other ids as they are", () => {
    expect(normalForm("email", " Ann@Example.COM ")).toBe("ann@example.com");
    expect(normalForm("uuid", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")).toBe("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
    expect(normalForm("opaque", "DEADBEEFDEADBEEF")).toBe("deadbeefdeadbeef");
    expect(normalForm("opaque", "Ab3xY")).toBe("Ab3xY");
  });
  it("is idempotent and total for any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^0{0,6}[+0-9 -]{0,12}$/)), (raw) => {
        for (const type of ["phone", "email", "username", "integer", "uuid", "opaque"] as const) {
          const once = normalForm(type, raw);
          expect(normalForm(type, once)).toBe(once);
        }
      }),
    );
  });
});

describe("extractSubjects", () => {
  it("reads a compound path segment as one identifier, and the same one as its E.164 spelling in a query", () => {
    const path = extractSubjects(phoneAt("path", "cc-phone"), "/users/{cc}-{phone}/status", parts({ segments: ["users", "999-15550100", "status"] }), ports);
    const query = extractSubjects(phoneAt("query", "phone"), "/lookup", parts({ query: "a=1&phone=%2B99915550100" }), ports);
    expect(path.subjects.map((subject) => subject.hash)).toEqual([hashOf("+99915550100")]);
    expect(query.subjects.map((subject) => subject.hash)).toEqual([hashOf("+99915550100")]);
    expect(path.first).toBe("999-15550100");
  });
  it("strips the constant parts around a path parameter", () => {
    const found = extractSubjects([{ location: { in: "path", name: "userId" }, type: "integer" }], "/users/{userId}.json", parts({ segments: ["users", "42.json"] }), ports);
    expect(found.first).toBe("42");
  });
  it("counts every repeated, bracketed, differently cased, escaped or comma-joined query value", () => {
    const found = extractSubjects(phoneAt("query", "phone"), "/x", parts({ query: "phone=1&Phone=2&phone[]=3&phone%5B7%5D=4&ph%6Fne=5&phone=6,7&other=8" }), ports);
    expect(found.subjects.map((subject) => subject.hash)).toEqual(["+1", "+2", "+3", "+4", "+5", "+6", "+7"].map(hashOf));
  });
  it("counts every element of a batch, wherever the array stands", () => {
    expect(json("[].phone", [{ phone: "1" }, { phone: "2" }]).subjects).toHaveLength(2);
    expect(json("users[].phone", { users: [{ phone: "1" }, { phone: 2 }, { phone: "1" }] }).subjects).toHaveLength(2);
    expect(json("phones[]", { phones: ["1", "2", "3"] }).subjects).toHaveLength(3);
    expect(json("a.phone", { a: { phone: ["1", "2"] } }).subjects).toHaveLength(2);
    expect(json("phone", [{ phone: "1" }, { PHONE: "2" }]).subjects).toHaveLength(2);
  });
  it("calls a body with repeated keys truncated, so that a hidden second value is no free question", () => {
    expect(json("phone", '{"phone":"1","phone":"2"}').truncated).toBe(true);
    expect(json("phone", '{"phone":"1","\\u0070hone":"2"}').truncated).toBe(true);
    expect(json("phone", '{"phone":"a:b \\" : ","n":{"x":[{"y":1}]}}').truncated).toBe(false);
  });
  it("reads forms, headers and cookies", () => {
    expect(extractSubjects(phoneAt("form", "phone"), "/x", parts({ contentType: "application/x-www-form-urlencoded", body: "phone=+1+555&x=2" }), ports).first).toBe(" 1 555");
    expect(extractSubjects(phoneAt("header", "x-phone"), "/x", parts({ header: (name) => (name === "x-phone" ? "15" : undefined) }), ports).subjects).toHaveLength(1);
    expect(extractSubjects(phoneAt("cookie", "p"), "/x", parts({ header: (name) => (name === "cookie" ? "a=1; p=15" : undefined) }), ports).subjects).toHaveLength(1);
  });
  it("asks for the body only when a rule stands in it and it is not there", () => {
    const unread = parts({ body: undefined });
    expect(extractSubjects(phoneAt("json", "phone"), "/x", unread, ports).needsBody).toBe(true);
    expect(extractSubjects(phoneAt("query", "phone"), "/x", unread, ports).needsBody).toBe(false);
  });
  it("stops at its bounds and says so", () => {
    const many = json(
      "[]",
      Array.from({ length: subjectsMax + 1 }, (_, index) => String(index)),
    );
    expect(many.subjects).toHaveLength(subjectsMax);
    expect(many.truncated).toBe(true);
    expect(
      json(
        "[]",
        Array.from({ length: subjectsMax }, (_, index) => String(index)),
      ).truncated,
    ).toBe(false);
    expect(json("phone", `{"phone":"1","pad":"${"x".repeat(subjectBodyCharsMax)}"}`).truncated).toBe(true);
    expect(json("[]", `${"[".repeat(40)}"1"${"]".repeat(40)}`).truncated).toBe(true);
  });
  it("lets nobody hide behind empty or repeated parts of a list: beyond its bound the request counts as one that asks about too many", () => {
    const listed = (list: string) => extractSubjects(phoneAt("query", "phone"), "/x", parts({ query: `phone=${list}` }), ports);
    expect(listed(`${",".repeat(subjectsMax - 1)}15`)).toMatchObject({ truncated: false, first: "15" });
    expect(listed(`${",".repeat(subjectsMax)}15`).truncated).toBe(true);
    expect(listed(`${"7,".repeat(subjectsMax)}15`).truncated).toBe(true);
  });
  it("lets nobody hide behind an entity that an XML form declares, nor behind as many others as are read of a form", () => {
    const xml = (body: string) => extractSubjects(phoneAt("form", "phone"), "/x", parts({ contentType: "application/xml", body }), ports);
    expect(xml("<q><phone>15</phone></q>")).toMatchObject({ truncated: false, first: "15" });
    expect(xml('<!DOCTYPE q [<!ENTITY p "15">]><q><phone>&p;</phone></q>').truncated).toBe(true);
    expect([pairsMax - 1, pairsMax].map((others) => xml("<a>1</a>".repeat(others)).truncated)).toEqual([false, true]);
  });
  it("keeps the order of 2,000 places of a list, and of a longer one none", () => {
    const order = (places: number) =>
      extractSubjects(phoneAt("json", "[]"), "/x", parts({ body: JSON.stringify(Array.from({ length: places }, (_, n) => String(n % 2))) }), ports).batch?.order.length;
    expect([order(orderMax - 1), order(orderMax)]).toEqual([orderMax - 1, 0]);
  });
  it("follows 16 levels of JSON and compares 512 names with hashed ones, and says where it stopped", () => {
    const nested = (levels: number): unknown => (levels === 0 ? { phone: "1" } : [nested(levels - 1)]);
    expect(json("phone", nested(subjectDepthMax - 1))).toMatchObject({ truncated: false, subjects: [{}] });
    expect(json("phone", nested(subjectDepthMax)).truncated).toBe(true);
    const asked = (names: number) => extractSubjects(phoneAt("query", "~00000000"), "/x", parts({ query: Array.from({ length: names }, (_, n) => `n${n}=1`).join("&") }), ports);
    expect([asked(hashedNamesMax).truncated, asked(hashedNamesMax + 1).truncated]).toEqual([false, true]);
  });
  it("never throws, whatever the request holds", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.array(fc.string()), (query, body, segments) => {
        for (const where of ["path", "query", "form", "json"] as const) {
          extractSubjects(phoneAt(where, "phone"), "/{phone}/x", parts({ query, body, segments }), ports);
        }
      }),
    );
  });
});
