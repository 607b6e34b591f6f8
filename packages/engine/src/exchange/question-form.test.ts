import { describe, expect, it } from "vitest";
import { depthMax, fieldsMax, questionForm, valueForm, valueMax } from "./question-form.ts";
import type { Json } from "./view.ts";

const view = { segments: ["members", "lookup"], query: [], form: [], requestJson: undefined, credential: undefined } as const;
const ofJson = (requestJson: Json): string => questionForm({ ...view, requestJson });
const ofQuery = (...query: (readonly [string, string])[]): string => questionForm({ ...view, query });

describe("the form of a question", () => {
  it("is the same whoever is asked about, whatever the date", () => {
    expect(ofJson({ memberNumber: "K100000001", birthDate: "1971-03-04" })).toBe(ofJson({ memberNumber: "K999999999", birthDate: "1980-11-30" }));
    expect(ofQuery(["name", "Anna"], ["zip", "10115"])).toBe(ofQuery(["name", "Maria del Carmen"], ["zip", "99999"]));
    expect(ofQuery(["email", "a.b7@x.example"])).toBe(ofQuery(["email", "someone+else@mail.other.example"]));
  });

  it.each([
    ["a field is missing", { memberNumber: "K100000001" }],
    ["a field is empty", { memberNumber: "K100000001", birthDate: "" }],
    ["a field is null", { memberNumber: "K100000001", birthDate: null }],
    ["the number is too short", { memberNumber: "K10000", birthDate: "1971-03-04" }],
    ["the date is written otherwise", { memberNumber: "K100000001", birthDate: "4.3.1971" }],
    ["there is one more field", { memberNumber: "K100000001", birthDate: "1971-03-04", x: 1 }],
  ])("is another where %s", (_, sent) => {
    expect(ofJson(sent)).not.toBe(ofJson({ memberNumber: "K100000001", birthDate: "1971-03-04" }));
  });

  it("tells who came with a credential from who came without, and a path, a query and a form apart", () => {
    const forms = [
      questionForm({ ...view, credential: { kind: "bearer", hash: "h", location: "header:authorization" } }),
      questionForm(view),
      questionForm({ ...view, segments: ["members", "4711"] }),
      questionForm({ ...view, query: [["a", "b"]] }),
      questionForm({ ...view, form: [["a", "b"]] }),
    ];
    expect(new Set(forms).size).toBe(forms.length);
  });

  it("is read up to its bounds only", () => {
    const many = (count: number, last: string): Json => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n === count - 1 ? last : "x"]));
    expect(ofJson(many(fieldsMax, "1"))).not.toBe(ofJson(many(fieldsMax, "x")));
    expect(ofJson(many(fieldsMax + 1, "1"))).toBe(ofJson(many(fieldsMax + 1, "x")));
    const deep = (depth: number, value: Json): Json => (depth === 0 ? value : { a: deep(depth - 1, value) });
    expect(ofJson(deep(depthMax, "1"))).not.toBe(ofJson(deep(depthMax, "x")));
    expect(ofJson(deep(depthMax + 1, "1"))).toBe(ofJson(deep(depthMax + 1, "x")));
    expect(valueForm("1".repeat(valueMax))).toBe(`d${valueMax}`);
    expect(valueForm("1".repeat(valueMax + 1))).toBe("long");
  });
});
