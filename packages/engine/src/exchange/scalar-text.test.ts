import { describe, expect, it } from "vitest";
import { sentenceCharactersMax, sentenceOf } from "./scalar-text.ts";

describe("sentenceOf", () => {
  it("leaves a sentence as it is where it names nothing", () => {
    expect(sentenceOf("We sent you a link.", ["ann@x.example"])).toBe("We sent you a link.");
  });

  it("takes out whom was asked about, addresses, masked hints, ids and numbers", () => {
    const said = (who: string, hint: string, id: string, n: number): string | undefined => sentenceOf(`Sent to ${who} or ${hint}, ${n} of 5, see ${id}`, [who]);
    expect(said("ann@x.example", "a***@gmail.com", "f3a91c0047d2", 3)).toBe(said("bob", "bo•••@web.de", "00419-22-8812", 14));
    expect(said("ann@x.example", "a***@gmail.com", "f3a91c0047d2", 3)).toBe("sent to {} or {} 0 of 0, see {}");
  });

  it("is none of one or two words, nor of a text beyond its bound", () => {
    expect(sentenceOf("Anna Weber", [])).toBeUndefined();
    const long = `a b ${"c".repeat(sentenceCharactersMax - 4)}`;
    expect([sentenceOf(long, []) === long, sentenceOf(`${long}c`, [])]).toEqual([true, undefined]);
  });
});
