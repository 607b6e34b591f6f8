import { expect, test } from "vitest";
import { eventsMax, NumberChanges, togetherMs } from "./number-changes.ts";

test("a reported change, a new device and a new password within three days are told once, in whatever order they come", () => {
  for (const order of [
    ["changed", "device", "reset"],
    ["reset", "changed", "device"],
    ["device", "reset", "changed"],
  ] as const) {
    const changes = new NumberChanges();
    const said = [...order, ...order].map((what, n) => (what === "changed" ? changes.changed("p", 1_000) : changes.observe(what, "p", 2_000 + n, "e")));
    expect(said.map((signal) => signal?.detector)).toEqual([undefined, undefined, "takeover.number-change", undefined, undefined, undefined]);
  }
});

test("two of the three, three of different people, and three far apart are nothing", () => {
  const changes = new NumberChanges();
  expect([changes.changed("a", 0), changes.observe("device", "a", 1, "e"), changes.observe("reset", "b", 2, "e")]).toEqual([undefined, undefined, undefined]);
  expect(changes.observe("reset", "a", togetherMs + 1, "e")).toBeUndefined();
});

test("at the bound the oldest are forgotten and the newest are not", () => {
  const changes = new NumberChanges();
  changes.changed("first", 0);
  changes.changed("last", 0);
  changes.observe("reset", "first", 1, "e");
  for (let n = 0; n < 2 * eventsMax; n++) changes.observe("reset", `x${n}`, 2, "e");
  changes.observe("reset", "last", 3, "e");
  expect(changes.observe("device", "first", 4, "e")).toBeUndefined();
  expect(changes.observe("device", "last", 4, "e")?.id).toMatch(/^takeover-/);
});
