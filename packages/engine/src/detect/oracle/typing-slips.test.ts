import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneSlip, TypingSlips } from "./typing-slips.ts";

const asked = (network: string, raw: string, at: number, endpointId = "e") => ({ network, endpointId, subject: `h${raw}`, raw, at });

describe("typing slips", () => {
  it("are one character changed or two neighbours swapped, and nothing else", () => {
    expect(oneSlip("999-15550100", "999-15550101")).toBe(true);
    expect(oneSlip("alice@x", "aliec@x")).toBe(true);
    for (const [a, b] of [
      ["12345", "12345"],
      ["1234", "1235"],
      ["12345", "123456"],
      ["12345", "54321"],
      ["123456", "923459"],
    ] as const)
      expect(oneSlip(a, b)).toBe(false);
    fc.assert(
      fc.property(fc.string({ minLength: 5, maxLength: 20 }), fc.nat(19), (text, place) => {
        const at = place % text.length;
        const changed = `${text.slice(0, at)}${text[at] === "x" ? "y" : "x"}${text.slice(at + 1)}`;
        expect(oneSlip(text, changed)).toBe(true);
      }),
    );
  });

  it("are told once, for the same network and endpoint, within two minutes", () => {
    const slips = new TypingSlips();
    slips.asked(asked("n", "15550100", 1_000));
    slips.asked(asked("n", "15550101", 60_000));
    expect(slips.before("other", "h15550101")).toEqual([]);
    expect(slips.before("n", "h15550101").map((slip) => slip.subject)).toEqual(["h15550100"]);
    expect(slips.before("n", "h15550101")).toEqual([]);
    slips.asked(asked("m", "15550100", 0));
    slips.asked(asked("m", "15550101", 120_001));
    expect(slips.before("m", "h15550101")).toEqual([]);
    slips.asked(asked("k", "15550100", 0, "one"));
    slips.asked(asked("k", "15550101", 1, "two"));
    expect(slips.before("k", "h15550101")).toEqual([]);
  });

  it("remember eight questions of a network, 8,192 networks, and no text longer than 128 characters", () => {
    const slips = new TypingSlips();
    slips.asked(asked("n", "15550100", 0));
    for (let i = 0; i < 7; i++) slips.asked(asked("n", `unlike-${i}-${"z".repeat(i)}`, 1));
    slips.asked(asked("n", "15550101", 2));
    expect(slips.before("n", "h15550101")).toEqual([]);
    slips.asked(asked("first", "15550100", 0));
    for (let i = 0; i < 8_192; i++) slips.asked(asked(`n${i}`, "15550100", 1));
    slips.asked(asked("first", "15550101", 2));
    expect(slips.before("first", "h15550101")).toEqual([]);
    const long = "y".repeat(129);
    slips.asked(asked("l", `${long}1`, 0));
    slips.asked(asked("l", `${long}2`, 1));
    expect(slips.before("l", `h${long}2`)).toEqual([]);
  });
});
