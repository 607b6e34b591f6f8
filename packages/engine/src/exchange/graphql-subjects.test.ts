import { describe, expect, test } from "vitest";
import { graphqlValues, valuesMax } from "./graphql-values.ts";
import { requestsMax } from "./graphql-subjects.ts";
import { extractSubjects, type Extracted } from "./subjects.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import { ports } from "../testing/ports.ts";

const phones: readonly SubjectRule[] = [{ location: { in: "json", name: "variables.phone" }, type: "phone" }];
const users: readonly SubjectRule[] = [{ location: { in: "json", name: "variables.input.user" }, type: "username" }];
const [one, two] = ["+4915155501001", "+4915155501002"];

function sent(body: unknown, rules = phones, more: { readonly contentType?: string; readonly query?: string } = {}): Extracted {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return extractSubjects(
    rules,
    "/graphql",
    { segments: ["graphql"], query: more.query ?? "", header: () => undefined, contentType: more.contentType ?? "application/json", body: text },
    ports,
  );
}
const found = (...given: Parameters<typeof sent>): number => sent(...given).subjects.length;
const usual = "query Q($phone: String!) { lookup(phone: $phone) { exists } }";

describe("a question that GraphQL lets be asked in many ways counts each person it is about", () => {
  test.each<[string, unknown, number]>([
    ["as honest clients ask", { query: usual, variables: { phone: one } }, 1],
    ["written into the document", { query: `{ lookup(phone: "${one}") { exists } }` }, 1],
    ["with escapes", { query: `{ lookup(phone: "\\u002b4915155501001") { exists } }` }, 1],
    ["as a block", { query: `{ lookup(phone: """ ${one} """) { exists } }` }, 1],
    ["under aliases", { query: `{ a: lookup(phone: "${one}") { exists } b: lookup(phone: "${two}") { exists } }` }, 2],
    ["in a list", { query: `{ lookups(phone: ["${one}", "${two}"]) { exists } }` }, 2],
    ["in a variable of another name", { query: "query Q($p: String!) { lookup(phone: $p) { exists } }", variables: { p: one } }, 1],
    ["as a default", { query: `query Q($p: String = "${one}") { lookup(phone: $p) { exists } }` }, 1],
    ["in a batch", [{ query: usual, variables: { phone: one } }, { query: `{ lookup(phone: "${two}") { exists } }` }], 2],
    ["after a stored document's hash", { extensions: { persistedQuery: { sha256Hash: "0" } }, variables: { q: one } }, 1],
    ["the same person twice", { query: `{ a: lookup(phone: "${one}") { exists } }`, variables: { phone: one } }, 1],
    ["behind a comment", { query: `{ lookup( # phone: "x\n phone: "${one}") { exists } }` }, 1],
    ["not at all", { query: "query Q($first: Int, $after: String) { posts(first: $first, after: $after, since: 1700000000) { id } }", variables: { first: 10, after: "abc" } }, 0],
  ])("%s", (_, body, people) => expect(found(body)).toBe(people));

  test("in a form, a query string or a bare document", () => {
    const document = `{ lookup(phone: "${one}") { exists } }`;
    expect(found("", phones, { query: `query=${encodeURIComponent(document)}`, contentType: "" })).toBe(1);
    expect(found("", phones, { query: `query=x&variables=${encodeURIComponent(JSON.stringify({ p: one }))}`, contentType: "" })).toBe(1);
    expect(found(`query=${encodeURIComponent(document)}`, phones, { contentType: "application/x-www-form-urlencoded" })).toBe(1);
    expect(found(document, phones, { contentType: "application/graphql" })).toBe(1);
  });

  test("by the name of a field, where its values look like nothing; other arguments are nobody", () => {
    expect(found({ query: '{ profile(input: {user: "ana", tag: "new"}, first: 3) { id } }' }, users)).toBe(1);
    expect(
      found(
        { query: "query Q($i: ProfileInput!, $n: Int, $w: String) { profile(input: $i, first: $n, word: $w) { id } }", variables: { i: { user: "ana" }, n: 3, w: "x" } },
        users,
      ),
    ).toBe(1);
    expect(found({ query: "query Q($who: String) { profile(input: {user: $who}) { id } }", variables: { who: "ana" } }, users)).toBe(1);
  });
});

test("what is beyond the bounds counts as too many", () => {
  expect(sent({ query: `{ a(${'x: "y" '.repeat(valuesMax + 1)}) }` }).truncated).toBe(true);
  expect(sent(Array.from({ length: requestsMax + 1 }, () => ({ query: "{ a }" }))).truncated).toBe(true);
  expect(sent(Array.from({ length: requestsMax }, () => ({ query: "{ a }" }))).truncated).toBe(false);
  expect(sent({ query: "{ a }", variables: { many: Array.from({ length: 5_000 }, () => "x") } }).truncated).toBe(true);
});

test.each(['"', "$a:", "a:", "#", '"""', "\\", "(", "-1 "])("64 KiB of %s are read in one pass", (piece) => {
  const { literals, flows } = graphqlValues(piece.repeat(65_536 / piece.length));
  expect(literals.length + flows.length).toBeLessThanOrEqual(2 * valuesMax);
});
