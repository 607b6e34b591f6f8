import { expect, test } from "vitest";
import type { Ports } from "../../exchange/ports.ts";
import { doorsMax, HandedObjects } from "./handed-objects.ts";
import { provenancePolicy as policy } from "./provenance-policy.ts";

const ports: Ports = {
  hash: (type, normal) => (type === "link" ? "1234abcd00000000" : `${type}:${normal}`),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};
const credential = (n: number): string => (n + 1).toString(16).padStart(16, "0");

/** Twelve callers who list and open; the first reads nothing can be said of are those that made the endpoint known. */
function learned(): HandedObjects {
  const objects = new HandedObjects(ports);
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 12; n++) {
      const ids = [1_000 + n * 10, 1_001 + n * 10, 1_002 + n * 10];
      objects.observe({ endpointId: "list", caller: credential(n), object: undefined, json: { orders: ids.map((id) => ({ id })) }, at: round * 60_000 });
      objects.observe({ endpointId: "one", caller: credential(n), object: { type: "integer", value: String(ids[round]) }, json: { id: ids[round] ?? 0 }, at: round * 60_000 });
    }
  }
  return objects;
}

test("an endpoint is held to be owned once callers read what they were handed, and stays so whatever is read later and after a restart", () => {
  const objects = learned();
  expect(objects.owned("one")).toBe(true);
  for (let n = 0; n < 5_000; n++) objects.observe({ endpointId: "one", caller: credential(100 + n), object: { type: "integer", value: String(n) }, json: undefined, at: 1 });
  expect(objects.owned("one")).toBe(true);
  expect(new HandedObjects(ports, objects.exportState()).owned("one")).toBe(true);
});

test("says whom an answer hands what, once a day, and nothing for fields that nobody reads on from", () => {
  const objects = learned();
  const seen = { endpointId: "list", caller: credential(50), object: undefined, json: { orders: [{ id: 77 }, { id: 78 }], note: 79, count: 2 }, at: 600_000 };
  const handed = [
    { endpointId: "one", caller: credential(50), subject: "integer:77" },
    { endpointId: "one", caller: credential(50), subject: "integer:78" },
  ];
  expect(objects.observe(seen)).toEqual(handed);
  expect(objects.observe(seen)).toEqual([]);
  expect(objects.observe({ ...seen, at: seen.at + policy.handedAgainMs })).toEqual(handed);
  expect(new HandedObjects(ports, objects.exportState()).observe(seen)).toEqual(handed);
});

test("an object does not hand out the next one: where each is read from the one before, nothing is owned; a list below another object does hand out", () => {
  const chained = new HandedObjects(ports);
  const below = new HandedObjects(ports);
  for (let n = 0; n < 12; n++) {
    for (let k = 0; k < 6; k++) {
      const [own, next] = [n * 100 + 1_000 + k, n * 100 + 1_001 + k];
      chained.observe({ endpointId: "one", caller: credential(n), object: { type: "integer", value: String(own) }, json: { id: own, next }, at: k });
      below.observe({ endpointId: "of a user", caller: credential(n), object: { type: "integer", value: String(n) }, json: [{ order: own }], at: k });
      below.observe({ endpointId: "one", caller: credential(n), object: { type: "integer", value: String(own) }, json: { id: own }, at: k });
    }
  }
  expect(chained.owned("one")).toBe(false);
  expect(below.owned("one")).toBe(true);
});

test("reads at most the bound of one answer", () => {
  const json = { orders: Array.from({ length: 10_000 }, (_, id) => ({ id })) };
  expect(learned().observe({ endpointId: "list", caller: credential(60), object: undefined, json, at: 600_000 }).length).toBeLessThanOrEqual(policy.valuesMax);
});

const integer = (value: number) => ({ type: "integer" as const, value: String(value) });

test("looks at the first 512 callers of an endpoint: where those bring ids of their own, no crowd after them makes it owned", () => {
  for (const strangers of [policy.callersMax, Math.floor(policy.callersMax * (1 - policy.callersShare))]) {
    const objects = new HandedObjects(ports);
    for (let n = 0; n < strangers; n++)
      for (let k = 0; k < 2; k++) objects.observe({ endpointId: "one", caller: credential(n), object: integer(9_000_000 + n * 2 + k), json: undefined, at: 0 });
    for (let n = 0; n < 5 * policy.callersMax; n++) {
      const caller = credential(100_000 + n);
      for (let k = 0; k < 2; k++) {
        objects.observe({ endpointId: "list", caller, object: undefined, json: [{ id: n * 2 + k }], at: 0 });
        objects.observe({ endpointId: "one", caller, object: integer(n * 2 + k), json: undefined, at: 0 });
      }
    }
    expect(objects.owned("one")).toBe(strangers < policy.callersMax);
  }
});

test("remembers what was handed through one generation of 65,536 other values and not through two; an owned endpoint stays owned through any", () => {
  for (const generations of [0.9, 2.1]) {
    const objects = new HandedObjects(ports);
    // The kind of id must be known before anything is remembered.
    objects.observe({ endpointId: "one", caller: credential(99), object: integer(1), json: undefined, at: 0 });
    for (let n = 0; n < 12; n++) objects.observe({ endpointId: "list", caller: credential(n), object: undefined, json: [{ id: 1_000 + n * 2 }, { id: 1_001 + n * 2 }], at: 0 });
    const flood = (from: number): void => {
      for (let n = 0; n < generations * policy.handedMax; n += policy.valuesMax) {
        const json = Array.from({ length: policy.valuesMax }, (_, k) => ({ id: 10_000_000 + from + n + k }));
        objects.observe({ endpointId: "list", caller: credential(77), object: undefined, json, at: 1 });
      }
    };
    flood(0);
    for (let n = 0; n < 12; n++)
      for (let k = 0; k < 2; k++) objects.observe({ endpointId: "one", caller: credential(n), object: integer(1_000 + n * 2 + k), json: undefined, at: 2 });
    const owned = generations < 1;
    expect(objects.owned("one")).toBe(owned);
    flood(5_000_000);
    expect(objects.owned("one")).toBe(owned);
  }
});

test("learns of 64 kinds of objects and no more, and of ids of at most 64 characters", () => {
  const objects = new HandedObjects(ports);
  const read = (endpointId: string, value: string): void => {
    for (let n = 0; n < 12; n++) {
      const caller = credential(n);
      for (let k = 0; k < 2; k++) {
        const own = `${value}${String(n * 2 + k).padStart(4, "0")}`;
        objects.observe({ endpointId: `list of ${endpointId}`, caller, object: undefined, json: [{ id: own }], at: 0 });
        objects.observe({ endpointId, caller, object: { type: "opaque", value: own }, json: undefined, at: 0 });
      }
    }
  };
  for (let n = 0; n < policy.endpointsMax - 1; n++)
    objects.observe({ endpointId: `e${n}`, caller: credential(1), object: { type: "opaque", value: "abcd" }, json: undefined, at: 0 });
  read("last", "object-");
  read("one too many", "thing-");
  expect([objects.owned("last"), objects.owned("one too many")]).toEqual([true, false]);
  const long = new HandedObjects(ports);
  for (const characters of [policy.charactersMax, policy.charactersMax + 1]) {
    const object = { type: "opaque" as const, value: "x".repeat(characters) };
    for (let n = 0; n < 24; n++) {
      long.observe({ endpointId: `of ${characters}`, caller: credential(n), object: { ...object, value: "none" }, json: undefined, at: 0 });
      long.observe({ endpointId: "list", caller: credential(n), object: undefined, json: [{ id: object.value }], at: 0 });
      for (let again = 0; again < 3; again++) long.observe({ endpointId: `of ${characters}`, caller: credential(n), object, json: undefined, at: 0 });
    }
  }
  expect([long.owned(`of ${policy.charactersMax}`), long.owned(`of ${policy.charactersMax + 1}`)]).toEqual([true, false]);
});

test("numbers of endpoints are remembered up to a bound and the same when they are made anew: what is owned and handed out stays", () => {
  const objects = learned();
  for (let n = 0; n < doorsMax + 50; n++) objects.observe({ endpointId: `other ${n}`, caller: credential(3), object: undefined, json: { id: 40_000 + n }, at: 200_000 });
  const seen = { endpointId: "list", caller: credential(50), object: undefined, json: { orders: [{ id: 77 }] }, at: 200_000 };
  expect(objects.observe(seen)).toEqual([{ endpointId: "one", caller: credential(50), subject: "integer:77" }]);
  expect(objects.observe({ ...seen, endpointId: "other 7", json: { orders: [{ id: 78 }] } })).toEqual([]);
  expect(objects.owned("one")).toBe(true);
});
