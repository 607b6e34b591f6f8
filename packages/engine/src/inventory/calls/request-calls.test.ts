import { describe, expect, test } from "vitest";
import { ports } from "../../testing/ports.ts";
import type { Operation } from "./operation.ts";
import { operationKey } from "./operations.ts";
import { askedMax, hashCharactersMax, hashesMax, namesMax, ofHashMax, positionsMax, RequestCalls } from "./request-calls.ts";

const coupon: Operation = { protocol: "graphql", kind: "mutation", name: "applyCoupon" };
const stored: Operation = { protocol: "graphql", kind: "persisted", name: "Redeem" };
const rpc: Operation = { protocol: "json-rpc", kind: "call", name: "redeem" };
const wanted = new Map([coupon, stored, rpc].map((operation) => [operationKey(operation), operation]));
const text = 'mutation { applyCoupon(code: "A") { ok } }';

/** The names of the wanted calls a body makes. */
function asked(calls: RequestCalls, body: unknown): readonly string[] {
  const parts = { segments: ["graphql"], query: "", header: () => undefined, contentType: "application/json", body: JSON.stringify(body) };
  return calls.read(parts, true, wanted).map(({ name }) => name);
}

const persisted = (sha256Hash: string, more: object = {}): object => ({ extensions: { persistedQuery: { version: 1, sha256Hash } }, ...more });

describe("stored documents", () => {
  test("count as the text that was sent with their hash once, and by each name they were called", () => {
    const calls = new RequestCalls(ports);
    expect(asked(calls, persisted("a1"))).toEqual([]);
    expect(asked(calls, persisted("a1", { query: text }))).toEqual(["applyCoupon"]);
    expect(asked(calls, persisted("a1"))).toEqual(["applyCoupon"]);
    expect(asked(calls, persisted("b2", { operationName: "Redeem" }))).toEqual(["Redeem"]);
    expect(asked(calls, persisted("b2"))).toEqual(["Redeem"]);
  });

  test("of which a wanted operation was called are forgotten by no flood of made-up hashes, named or not", () => {
    const calls = new RequestCalls(ports);
    asked(calls, persisted("a1", { query: text }));
    for (let n = 0; n < 3 * hashesMax; n++) asked(calls, persisted(`f${n}`, n % 2 === 0 ? {} : { operationName: `Other${n}`, query: "{ me { id } }" }));
    expect(asked(calls, persisted("a1"))).toEqual(["applyCoupon"]);
  });

  test("are so many with wanted calls: those called longest ago give way, each after a try of its own", () => {
    const calls = new RequestCalls(ports);
    for (let n = 0; n < 2 * hashesMax; n++) expect(asked(calls, persisted(`f${n}`, { query: text }))).toHaveLength(1);
    expect(asked(calls, persisted(`f${2 * hashesMax - 1}`))).toHaveLength(1);
    expect(asked(calls, persisted("f0"))).toHaveLength(0);
  });

  test("have so many texts under one hash, and no longer hash", () => {
    const calls = new RequestCalls(ports);
    for (let n = 0; n < ofHashMax; n++) asked(calls, persisted("a1", { query: `{ me${n} { id } }` }));
    asked(calls, persisted("a1", { query: "{ more { id } }" }));
    expect(asked(calls, persisted("a1"))).toEqual([]);
    // Whoever knows a hash cannot fill its places with what does nothing, be it texts or names.
    asked(calls, persisted("a1", { query: text }));
    expect(asked(calls, persisted("a1"))).toEqual(["applyCoupon"]);
    for (let n = 0; n < 2 * ofHashMax; n++) asked(calls, persisted("b2", { operationName: `Name${n}` }));
    asked(calls, persisted("b2", { operationName: "Redeem" }));
    expect(asked(calls, persisted("b2"))).toEqual(["Redeem"]);
    const [longest, longer] = [hashCharactersMax, hashCharactersMax + 1].map((length) => "c".repeat(length));
    for (const hash of [longest, longer]) asked(calls, persisted(hash ?? "", { query: text }));
    expect([asked(calls, persisted(longest ?? "")), asked(calls, persisted(longer ?? ""))]).toEqual([["applyCoupon"], []]);
  });
});

describe("calls of one request", () => {
  test("are counted up to a bound", () => {
    const calls = new RequestCalls(ports);
    expect(asked(calls, { query: `mutation { ${Array.from({ length: 100 }, (_, n) => `a${n}: applyCoupon(code: "${n}") { ok }`).join(" ")} }` })).toHaveLength(100);
    expect(
      asked(
        calls,
        Array.from({ length: 20 }, () => ({ query: `mutation { ${Array.from({ length: 100 }, (_, n) => `a${n}: applyCoupon(code: "${n}") { ok }`).join(" ")} }` })),
      ),
    ).toHaveLength(askedMax);
  });

  test("of JSON-RPC have names and positions up to a bound", () => {
    const calls = new RequestCalls(ports);
    const parts = { segments: ["rpc"], query: "", header: () => undefined, contentType: "application/json" };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "redeem", params: Array.from({ length: positionsMax + 1 }, (_, n) => `v${n}`) });
    const [call] = calls.read({ ...parts, body }, true, wanted);
    expect(Object.keys(call?.args ?? {})).toHaveLength(positionsMax);
    const long = { ...rpc, name: "r".repeat(namesMax + 1) };
    expect(calls.read({ ...parts, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: long.name }) }, true, new Map([[operationKey(long), long]]))).toEqual([]);
  });
});
