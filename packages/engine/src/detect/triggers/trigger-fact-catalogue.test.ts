import { expect, test } from "vitest";
import { carriesAll } from "../../exchange/exchange.ts";
import { checkTrigger } from "./compile-trigger.ts";
import { triggerFactCatalogue } from "./trigger-fact-catalogue.ts";
import { triggerFactsOf } from "./trigger-facts.ts";

const facts = triggerFactsOf(
  {
    exchange: {
      id: "x",
      at: 0,
      method: "GET",
      url: "/",
      client: { address: "192.0.2.1" },
      request: { headers: [] },
      response: { status: 200, headers: [] },
      carries: carriesAll,
    },
    endpointId: "e",
    actor: { narrow: "n", network: "w", address: "192.0.2.1", credential: undefined, principal: false },
    subjects: [],
    subjectsTruncated: false,
    responseClass: undefined,
  },
  { host: "", endpoint: undefined, credentialKind: undefined, meaning: undefined },
);

test("every fact there is stands in the catalogue once, under the type it has, and nothing else does", () => {
  const flat = Object.entries(facts).flatMap(([name, value]: [string, unknown]) =>
    Array.isArray(value)
      ? []
      : typeof value === "object" && value !== null
        ? Object.entries(value).map(([field, inner]: [string, unknown]) => [`${name}.${field}`, typeof inner] as const)
        : [[name, typeof value] as const],
  );
  const plain = { string: "string", int: "number", double: "number", bool: "boolean" } as const;
  expect(new Map(triggerFactCatalogue.map(({ name, type }) => [name, plain[type]]))).toEqual(new Map(flat));
  expect(new Set(triggerFactCatalogue.map(({ name }) => name)).size).toBe(triggerFactCatalogue.length);
});

test.each(triggerFactCatalogue.map((entry) => [entry.name, entry] as const))("the example of %s is a condition that compiles, and uses it", (name, { example }) => {
  expect(checkTrigger({ id: "example", title: "t", level: "low", when: example })).toEqual([]);
  expect(example).toContain(name);
});
