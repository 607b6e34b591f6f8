import { describe, expect, it } from "vitest";
import { WeakFollowUps } from "./weak-follow-ups.ts";

describe("WeakFollowUps", () => {
  it("lays a change to the last question that waits, each once, within ten minutes", () => {
    const weak = new WeakFollowUps();
    weak.asked("a", "one", 0);
    weak.asked("a", "two", 1_000);
    weak.asked("a", "two", 2_000);
    expect(weak.followed("b", 3_000)).toBeUndefined();
    expect([weak.followed("a", 3_000), weak.followed("a", 4_000), weak.followed("a", 5_000)]).toEqual(["two", "one", undefined]);
    weak.asked("a", "three", 10_000);
    expect(weak.followed("a", 700_000)).toBeUndefined();
  });

  it("remembers 16,384 clients with eight questions each, and forgets the oldest at the bound", () => {
    const weak = new WeakFollowUps();
    for (let n = 0; n < 16_385; n++) weak.asked(`client ${n}`, "somebody", n);
    expect([weak.followed("client 0", 20_000), weak.followed("client 1", 20_000)]).toEqual([undefined, "somebody"]);
    for (let n = 0; n < 20; n++) weak.asked("busy", `person ${n}`, 0);
    const told = Array.from({ length: 20 }, () => weak.followed("busy", 1)).filter((one) => one !== undefined);
    expect(told).toHaveLength(8);
  });
});
