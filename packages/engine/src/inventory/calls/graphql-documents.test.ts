import { expect, test } from "vitest";
import { depthMax, documentCharactersMax, GraphqlDocuments, rememberedMax, rootFieldsMax, tokensMax } from "./graphql-documents.ts";

const fieldsOf = (text: string): readonly string[] | undefined =>
  new GraphqlDocuments().read(text)?.operations.flatMap((one) => one.fields.map((field) => `${field.key}=${field.name}`));

test("root fields come from selections, aliases, inline fragments and fragments, each fragment once, cycles included", () => {
  expect(fieldsOf("query A { x: user { id } ... on Query { me { id } } ...f ...f } fragment f on Query { version ...g } fragment g on Query { now ...f }")).toEqual([
    "x=user",
    "me=me",
    "version=version",
    "now=now",
  ]);
  expect(fieldsOf("{ ...missing }")).toEqual([]);
});

test("schema definitions, plain texts and broken documents are none", () => {
  for (const text of ["type A { b: C }", "red shoes", "query builder", "{ a ", "", "query", "fragment f on A { b }"]) expect(fieldsOf(text)).toBeUndefined();
});

test("a document at the bound of depth is read, one beyond is not, whatever stands in strings and comments", () => {
  const nested = (depth: number, text = ""): string => `${text}${"{a".repeat(depth)}${"}".repeat(depth)}`;
  expect(fieldsOf(nested(depthMax))).toEqual(["a=a"]);
  expect(fieldsOf(nested(depthMax + 1))).toBeUndefined();
  expect(fieldsOf(nested(depthMax + 1, "# }}}\n"))).toBeUndefined();
  const braces = "{[(".repeat(depthMax);
  expect(fieldsOf(`# ${braces}\n{ a(b: "${braces}\\"", c: """${braces}""") }`)).toEqual(["a=a"]);
});

test("a document at the bound of tokens is read, one beyond is not", () => {
  const flat = (tokens: number): string => `{${" a".repeat(tokens - 2)} }`;
  expect(fieldsOf(flat(tokensMax))).toHaveLength(rootFieldsMax);
  expect(new GraphqlDocuments().read(flat(tokensMax))?.operations[0]?.more).toBe(tokensMax - 2 - rootFieldsMax);
  expect(fieldsOf(flat(tokensMax + 1))).toBeUndefined();
});

test("a text longer than a gate carries is none", () => {
  expect(fieldsOf(`{ a }${" ".repeat(documentCharactersMax - 5)}`)).toEqual(["a=a"]);
  expect(fieldsOf(`{ a }${" ".repeat(documentCharactersMax)}`)).toBeUndefined();
});

test("a document is read once while it repeats, and any number of others keeps memory within its bound", () => {
  const documents = new GraphqlDocuments();
  const first = documents.read("{ first }");
  for (let n = 0; n < rememberedMax * 4; n++) {
    documents.read(`{ f${n} }`);
    expect(documents.read("{ first }")).toBe(first);
  }
  expect(documents.size).toBeLessThanOrEqual(rememberedMax);
});
