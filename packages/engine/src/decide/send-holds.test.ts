import { expect, test } from "vitest";
import { prefixKey } from "../detect/abuse/prefix-holds.ts";
import { actorAt, ports } from "../testing/abuse-tries.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import type { AbuseHold } from "./abuse-hold.ts";
import { AbuseHolds } from "./abuse-holds.ts";
import type { HoldDoor } from "./gate-policy.ts";
import { SendHolds } from "./send-holds.ts";
import { unlearned } from "./unlearned.ts";

const minute = 60_000;
const door: HoldDoor = {
  id: "d",
  method: "POST",
  host: "*",
  template: "/codes",
  state: "watched",
  sort: "send",
  ...unlearned,
  subjects: [{ location: { in: "form", name: "number" }, type: "phone" }],
};

function partsOf(body: string): RequestParts {
  return { segments: ["codes"], query: "", header: () => undefined, contentType: "application/x-www-form-urlencoded", body };
}

/** A gate that was told that +49151 2345 is pumped, for an hour, one stranger in ten minutes. */
function held(until = 60 * minute): { readonly holds: AbuseHolds; ask: (number: string, at: number, complete?: boolean) => AbuseHold | undefined } {
  const holds = new AbuseHolds(ports);
  holds.setPolicy({ holdDoors: [door], heldPrefixes: [{ prefix: prefixKey("+491512345", ports), until, everyMs: 10 * minute }] });
  return {
    holds,
    ask: (number, at, complete = true) => {
      const found = holds.find("POST", "any", ["codes"], at);
      return found === undefined ? undefined : holds.take(found, actorAt("198.51.100.7"), partsOf(number), at, complete);
    },
  };
}

const confirms = (holds: AbuseHolds, number: string, at: number): void =>
  holds.anchor({ at, endpointId: "check", kind: "agreed", narrow: "", network: "", subjects: [ports.hash("phone", number)] });

test("of a held prefix one stranger's number passes at once and one in ten minutes, from whatever address; the others are told when the next may; other prefixes are left alone", () => {
  const { ask } = held();
  expect(ask("number=%2B491512345000", 0)).toBeUndefined();
  expect(ask("number=%2B4915123450001", 0)).toMatchObject({ reason: "sms-probation", wait: 0 });
  for (let n = 2; n < 50; n++) expect(ask(`number=%2B49151234500${n}`, n * 1_000)).toMatchObject(n < 10 ? {} : { reason: "sms-held", wait: 10 * minute - n * 1_000 });
  expect(ask("number=%2B4915123450077", 10 * minute)).toMatchObject({ reason: "sms-probation" });
  expect(ask("number=%2B4915199990077", 10 * minute)).toBeUndefined();
});

test("a number that confirmed a code is never held, however it is written; the hold ends by itself", () => {
  const { holds, ask } = held();
  confirms(holds, "+4915123450042", 0);
  ask("number=%2B4915123450001", 1);
  for (let n = 0; n < 100; n++) expect(ask("number=0049+151+2345-0042", n)).toMatchObject({ reason: "sms-known", wait: 0 });
  expect(ask("number=%2B4915123450002", 59 * minute)).toMatchObject({ wait: 0 });
  expect(ask("number=%2B4915123450003", 60 * minute - 1)).toMatchObject({ reason: "sms-held" });
  expect(ask("number=%2B4915123450003", 60 * minute)).toBeUndefined();
});

test("several numbers in one request, or one that hides among them, pass only where all confirmed; a request without a number is none of its business", () => {
  const { holds, ask } = held();
  confirms(holds, "+4915123450042", 0);
  confirms(holds, "+441632960001", 0);
  expect(ask("number=%2B4915123450042&number=%2B441632960001", 1)).toMatchObject({ reason: "sms-known" });
  expect(ask("number=%2B441632960001&number=%2B4915123450043", 1)).toMatchObject({ reason: "sms-held" });
  expect(ask("number=%2B4915123450042", 1, false)).toMatchObject({ reason: "sms-held" });
  expect(ask("who=me", 1)).toBeUndefined();
});

test("a request that is refused elsewhere takes no turn", () => {
  const { holds, ask } = held();
  const first = ask("number=%2B4915123450001", 0);
  if (first !== undefined) holds.withdraw(first, 0);
  expect(ask("number=%2B4915123450002", 1)).toMatchObject({ reason: "sms-probation" });
});

test("a month's numbers beyond the bound are forgotten oldest first, and are strangers again", () => {
  const holds = new SendHolds(ports, 1_000);
  holds.setHeld([{ prefix: prefixKey("+491512345", ports), until: 60 * minute, everyMs: 10 * minute }]);
  const confirm = (number: string): void => holds.anchor({ at: 0, endpointId: "check", kind: "agreed", narrow: "", network: "", subjects: [ports.hash("phone", number)] });
  const asked = (): string | undefined => holds.take(door, partsOf("number=%2B4915123450042"), 1, true)?.reason;
  confirm("+4915123450042");
  for (let n = 0; n < 1_000; n++) confirm(`+44163296${n}`);
  expect(asked()).toBe("sms-known");
  for (let n = 1_000; n < 3_000; n++) confirm(`+44163296${n}`);
  expect(asked()).toBe("sms-probation");
});
