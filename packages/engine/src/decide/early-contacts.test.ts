import { describe, expect, it } from "vitest";
import { contactsInAllMax, contactsMax, EarlyContacts, endpointsMax, handedForMs } from "./early-contacts.ts";

const contact = (n: number) => ({ at: n, narrow: "a", network: "n", type: "phone" as const, subject: `s${n}` });

describe("EarlyContacts", () => {
  it("hands over what was asked before the guard and for half a minute after, then nothing", () => {
    const early = new EarlyContacts();
    early.add("e", contact(1), 1);
    early.add("e", contact(1), 2);
    expect(early.of("e", 1_000)).toHaveLength(1);
    expect(early.of("e", 1_000)).toBe(early.of("e", 1_001));
    early.add("e", contact(2), 2_000);
    expect(early.of("e", 2_000)).toHaveLength(2);
    expect(early.of("e", 1_001 + handedForMs)).toEqual([]);
    early.add("e", contact(3), 2_000 + handedForMs);
    expect(early.of("e", 2_000 + handedForMs)).toEqual([]);
  });

  it("leaves out what an honest party followed up, and goes with the endpoint when its name changes", () => {
    const early = new EarlyContacts();
    for (let n = 0; n < 3; n++) early.add("e", contact(n), n);
    early.anchored("n", ["s1"]);
    early.anchored("elsewhere", ["s2"]);
    early.renamed("e", "f");
    expect(early.of("e", 5)).toEqual([]);
    expect(early.of("f", 5).map((one) => one.subject)).toEqual(["s0", "s2"]);
  });

  it("holds the first 256 of an endpoint and 4,096 in all, where the oldest of those without a guard give way to new ones", () => {
    const early = new EarlyContacts();
    for (let n = 0; n <= contactsMax; n++) early.add("e", contact(n), n);
    expect(early.of("e", 1_000).map((one) => one.subject)).toEqual(Array.from({ length: contactsMax }, (_, n) => `s${n}`));
    // Endpoints that nobody guards: one too many of them.
    const others = contactsInAllMax / contactsMax;
    for (let endpoint = 0; endpoint < others; endpoint++) for (let n = 0; n < contactsMax; n++) early.add(`e${endpoint}`, contact(n), n);
    expect(early.of("e", 1_000)).toHaveLength(contactsMax);
    const held = Array.from({ length: others }, (_, endpoint) => early.of(`e${endpoint}`, 1_000).length);
    expect(held).toEqual([0, ...Array.from({ length: others - 1 }, () => contactsMax)]);
    // All guarded now: nothing gives way until they have been handed over.
    early.add("late", contact(1), 1_001);
    expect(early.of("late", 1_001)).toEqual([]);
    expect(early.of("e", 1_001 + handedForMs)).toEqual([]);
    early.add("later", contact(1), 1_000_000);
    expect(early.of("later", 1_000_000)).toHaveLength(1);
  });

  it("knows 4,096 endpoints, where the one asked longest ago gives way unless it is guarded", () => {
    const early = new EarlyContacts();
    early.of("guarded", 0);
    for (let n = 0; n < endpointsMax; n++) early.add(`e${n}`, contact(n), n);
    early.add("guarded", contact(1), 1);
    expect(early.of("guarded", 1)).toHaveLength(1);
    expect([early.of("e1", 1), early.of(`e${endpointsMax - 1}`, 1)].map((held) => held.length)).toEqual([1, 1]);
    expect(early.of("e0", 1)).toEqual([]);
  });
});
