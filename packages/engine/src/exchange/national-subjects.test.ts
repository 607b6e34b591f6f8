import { describe, expect, test } from "vitest";
import type { SubjectRule } from "../decide/gate-policy.ts";
import { ports } from "../testing/ports.ts";
import type { ParameterLocation } from "./subject.ts";
import { extractSubjects, type Extracted, type RequestParts } from "./subjects.ts";

function extracted(place: ParameterLocation["in"], name: string, country: string, parts: Partial<RequestParts>): Extracted {
  const rules: readonly SubjectRule[] = [{ location: { in: place, name }, type: "phone", country }];
  return extractSubjects(rules, "/lookup", { segments: ["lookup"], query: "", header: () => undefined, contentType: "application/json", body: "", ...parts }, ports);
}

const of = (...numbers: readonly string[]): string[] => numbers.map((number) => ports.hash("phone", number));
const query = (text: string): Extracted => extracted("query", "number", "cc", { query: text });
const json = (name: string, body: unknown): Extracted => extracted("json", name, "cc", { body: JSON.stringify(body) });
const hashes = ({ subjects }: Extracted): string[] => subjects.map(({ hash }) => hash);

describe("a national number", () => {
  test("counts with the country that stands beside it, in queries, forms and objects, however either is written", () => {
    for (const cc of ["49", "%2B49", "+49", "0049", "DE", "de"])
      for (const number of ["1712345678", "01712345678", "0171%202345678", "0171-2345678"]) expect(hashes(query(`number=${number}&CC=${cc}`))).toEqual(of("+491712345678"));
    for (const [cc, number] of [
      [49, 1_712_345_678],
      ["DE", "0171 2345678"],
    ])
      expect(hashes(json("number", { number, cc }))).toEqual(of("+491712345678"));
    const form = { contentType: "application/x-www-form-urlencoded", body: "to[cc]=49&to[number]=1712345678" };
    expect(hashes(extracted("form", "to[number]", "to[cc]", form))).toEqual(of("+491712345678"));
    const coded = `filter=${encodeURIComponent(JSON.stringify({ cc: "DE", number: "1712345678" }))}`;
    expect(hashes(extracted("query", "filter.number", "filter.cc", { query: coded }))).toEqual(of("+491712345678"));
    expect(query("number=1712345678&cc=49").firstNational).toBe(true);
  });

  test("counts as it stands where no country stands beside, and one that has its own keeps it", () => {
    for (const text of ["number=1712345678", "number=1712345678&cc=Germany", "number=1712345678&cc="]) {
      expect(hashes(query(text))).toEqual(of("+1712345678"));
      expect(query(text).firstNational).toBeUndefined();
    }
    for (const number of ["+441712345678", "%2B441712345678", "00441712345678"]) expect(hashes(query(`cc=49&number=${number}`))).toEqual(of("+441712345678"));
  });

  test("in a list counts with the country of its own entry", () => {
    const list = [{ cc: "49", number: "1712345678" }, { cc: "44", number: "1712345678" }, { number: "1712345678" }];
    const found = json("contacts[].number", { cc: "33", contacts: list });
    expect(hashes(found)).toEqual(of("+491712345678", "+441712345678", "+1712345678"));
    expect(found.batch?.written).toEqual(["+491712345678", "+441712345678", ""]);
  });

  test("beside several countries counts with each, and beside more than three as too many", () => {
    expect(hashes(query("cc=49&cc=44&number=1712345678"))).toEqual(of("+491712345678", "+441712345678"));
    expect(query("cc=49&cc=44&cc=33&number=1712345678").truncated).toBe(false);
    expect(query("cc=49&cc=44&cc=33&cc=1&number=1712345678").truncated).toBe(true);
    expect(json("number", { cc: "49", CC: "44", number: "1712345678" }).subjects).toHaveLength(2);
  });
});
