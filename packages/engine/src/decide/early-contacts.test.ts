import { describe, expect, it } from "vitest";
import { contactsInAllMax, contactsMax, EarlyContacts, handedForMs } from "./early-contacts.ts";

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

  it("holds 256 an endpoint and 4,096 in all, the first ones, and room comes back", () => {
    const early = new EarlyContacts();
    for (let n = 0; n < 1_000; n++) early.add("e", contact(n), n);
    expect(early.of("e", 1_000)).toHaveLength(contactsMax);
    for (let endpoint = 0; endpoint < 100; endpoint++) for (let n = 0; n < 100; n++) early.add(`e${endpoint}`, contact(n), n);
    let held = early.of("e", 1_000).length;
    for (let endpoint = 0; endpoint < 100; endpoint++) held += early.of(`e${endpoint}`, 1_000).length;
    expect(held).toBe(contactsInAllMax);
    expect(early.of("e", 1_001 + handedForMs)).toEqual([]);
    early.add("late", contact(1), 1_000_000);
    expect(early.of("late", 1_000_000)).toHaveLength(1);
  });
});
