import { createHmac } from "node:crypto";
import { normalForm } from "@postern/engine";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvRows, recordCharactersMax } from "./csv-rows.ts";
import { matchUsers } from "./match-users.ts";
import type { MatchUsersOptions, UserMatch } from "./match-users.ts";

const hashWith = (key: string) => (type: string, normal: string) => createHmac("sha256", key).update(`${type}\0${normal}`).digest("hex").slice(0, 16);
async function* bytes(text: string, size = 7): AsyncIterable<Uint8Array> {
  const all = new TextEncoder().encode(text);
  for (let i = 0; i < all.length; i += size) yield all.subarray(i, i + size);
}
const rowsOf = async (text: string, size?: number) => collect(csvRows(bytes(text, size)));
async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const exposed = new Map([
  [hashWith("new")("phone", normalForm("phone", "+99915550100")), "confirmed" as const],
  [hashWith("old")("phone", normalForm("phone", "+99915550101")), "denied" as const],
  [hashWith("new")("email", normalForm("email", "ada@example.com")), "uniform" as const],
]);
const match = (text: string, change: Partial<MatchUsersOptions> = {}): Promise<UserMatch[]> =>
  collect(matchUsers({ input: bytes(text), hashes: [hashWith("new"), hashWith("old")], verdictOf: (hash) => exposed.get(hash), ...change }));

test("the operator's own ids come back, whatever the spelling and under every live key", async () => {
  const result = await match(
    'id,name,phone,email\nu1,Ada,"+999 155 501 00",x@example.com\nu2,Bob,999-15550101,\nu3,Cy,+99915550999,ADA@Example.com\nu4,Di,+99915550998,d@example.com\n',
  );
  expect(result).toEqual([
    { kind: "matched", line: 2, id: "u1", learned: "confirmed", columns: [{ column: "phone", learned: "confirmed" }] },
    { kind: "matched", line: 3, id: "u2", learned: "denied", columns: [{ column: "phone", learned: "denied" }] },
    { kind: "matched", line: 4, id: "u3", learned: "uniform", columns: [{ column: "email", learned: "uniform" }] },
    { kind: "summary", rows: 4, rejected: 0, confirmed: 1, denied: 1, unknown: 0, uniform: 1, notAsked: 1 },
  ]);
});

test("bad rows come with their line and without their content, and the rest goes on", async () => {
  const result = await match('id,phone\nu1\n"u2"x,+99915550100\nu3,+99915550100,more\nu4,+99915550100\n');
  expect(result.filter((one) => one.kind === "rejected")).toEqual([
    { kind: "rejected", line: 2, reason: "has 1 fields, the header 2" },
    { kind: "rejected", line: 3, reason: "text after a closing quote" },
    { kind: "rejected", line: 4, reason: "has 3 fields, the header 2" },
  ]);
  expect(result.find((one) => one.kind === "matched")).toMatchObject({ id: "u4" });
  expect(result.at(-1)).toMatchObject({ rows: 4, rejected: 3, confirmed: 1 });
});

test("columns may be named; one that is not there, no header and an empty list are said", async () => {
  const columns = { id: "Key", subjects: [{ column: "Tel No", type: "phone" as const }] };
  expect(await match("key;tel no\nk1;+99915550100\n", { columns })).toHaveLength(2);
  await expect(match("a,b\n", { columns })).rejects.toMatchObject({ code: "USAGE" });
  await expect(match("u1,+99915550100\n")).rejects.toMatchObject({ code: "USAGE" });
  await expect(match("phone\n+99915550100\n")).rejects.toMatchObject({ code: "USAGE", message: expect.stringContaining("id") });
  await expect(match("")).rejects.toMatchObject({ code: "USAGE" });
});

describe("CSV", () => {
  test("whatever the values and wherever the chunks are cut, what was written is read", async () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", " ", "é", "𝄞"), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(field, field, field), { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), async (rows, size, crlf) => {
        const text = `a,b,c\n${rows.map((fields) => fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")).join(crlf ? "\r\n" : "\n")}`;
        const read = await rowsOf(text, size);
        expect(read.slice(1).map((row) => (row.ok ? row.fields : row.reason))).toEqual(rows);
      }),
      { numRuns: 150 },
    );
  });
  test("byte order mark, semicolons, blank lines and a missing last line break", async () => {
    expect(await rowsOf("\ufeffid;phone\r\n\r\n1;2\n\n3;4")).toEqual([
      { ok: true, line: 1, fields: ["id", "phone"] },
      { ok: true, line: 3, fields: ["1", "2"] },
      { ok: true, line: 5, fields: ["3", "4"] },
    ]);
  });
  test("a record beyond the bound is rejected and the next one is read", async () => {
    const rows = await rowsOf(`a,b\n${"x".repeat(recordCharactersMax + 5)}\n1,2\n`, 5_000);
    expect(rows.map((row) => (row.ok ? row.fields : row.line))).toEqual([["a", "b"], 2, ["1", "2"]]);
    const exact = await rowsOf(`a,b\n${"x".repeat(recordCharactersMax)}\n1,2\n`, 5_000);
    expect(exact).toHaveLength(3);
  });
  test("a quote that is never closed does not swallow the file", async () => {
    const rows = await rowsOf(`a,b\n1,"2\n${"3,4\n".repeat(20_000)}`, 9_000);
    expect(rows[1]).toMatchObject({ ok: false, line: 2 });
    expect(rows.filter((row) => row.ok).length).toBeGreaterThan(1_000);
  });
});
