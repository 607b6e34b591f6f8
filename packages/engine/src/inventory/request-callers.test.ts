import { expect, test } from "vitest";
import type { Exchange } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { jsonExchange } from "../testing/json-exchange.ts";
import { ports } from "../testing/ports.ts";
import { factsMax, RequestCallers } from "./request-callers.ts";

const asked = (bearer?: string): Exchange => jsonExchange({ id: "x", at: 1, address: "192.0.2.1", path: "/orders", bearer, answer: {} });

test("what a credential says of itself is read once, and anew after so many others", () => {
  const callers = new RequestCallers(ports, 1);
  const view = viewOf(asked("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."), ports);
  const { facts } = callers.of(view, 7);
  expect(facts).toBeDefined();
  expect(callers.of(view, 8).facts).toBe(facts);
  const { credential = expect.fail() } = view;
  const other = (hash: string) => callers.of({ ...view, credential: { ...credential, hash } }, 7);
  for (let n = 1; n < factsMax; n++) other(`h${n}`);
  expect(callers.of(view, 7).facts).toBe(facts);
  other("one more");
  const again = callers.of(view, 7).facts;
  expect(again).toEqual(facts);
  expect(again).not.toBe(facts);
});

test("who shows no credential is told by network and program, and by what the request carries elsewhere", () => {
  const callers = new RequestCallers(ports, 1);
  const caller = callers.of(viewOf(asked(), ports), 7);
  expect(caller).toMatchObject({ network: 7, credential: undefined, facts: undefined });
  expect(caller.device).not.toBe(callers.of(viewOf(asked(), ports), 8).device);
});
