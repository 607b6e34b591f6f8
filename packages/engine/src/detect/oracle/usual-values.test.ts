import { describe, expect, it } from "vitest";
import { usualAnswersMax, usualCountsMax, usualFieldsMax, usualReadEvery, usualSeenMin, usualSettledAfter, UsualValues, usualValuesMax } from "./usual-values.ts";

const untold = (): boolean => false;
let asked = 0;
/** One answer about somebody new; true when a value was found. */
const answer = (usual: UsualValues, said: Readonly<Record<string, string | undefined>>, about = `p${asked++}`): boolean => {
  for (const [path, value] of Object.entries(said)) usual.saw(path, value);
  return usual.end(about, untold);
};
/** Answers in which every `every`th says the same, until one divides; how many it took. */
const until = (usual: UsualValues, most: number, said: (n: number) => Readonly<Record<string, string | undefined>>): number | undefined => {
  for (let n = 1; n <= most; n++) if (answer(usual, said(n))) return n;
  return undefined;
};

describe("UsualValues", () => {
  it("finds the value that comes again where the others hardly do, once each was seen often enough", () => {
    const usual = new UsualValues();
    expect(until(usual, 100, (n) => ({ ref: n % 2 === 0 ? "none" : `r${n}`, note: `n${n}` }))).toBe(2 * usualSeenMin);
    expect(usual.found).toEqual([{ path: "ref", hash: "none" }]);
  });
  it("takes no field that always says the same, never does, or whose two values take turns", () => {
    const usual = new UsualValues();
    expect(until(usual, 3 * usualAnswersMax, (n) => ({ version: "3", id: `i${n}`, kind: n % 2 === 0 ? "a" : "b" }))).toBeUndefined();
  });
  it("lets a value stand out from others that repeat only when many answers were seen", () => {
    const said = (n: number) => ({ hello: n % 8 === 0 ? "unknown" : `hello ${(n * 7) % 16}` });
    expect(until(new UsualValues(), usualSettledAfter - 1, said)).toBeUndefined();
    expect(until(new UsualValues(), usualAnswersMax, said)).toBeGreaterThanOrEqual(usualSettledAfter);
  });
  it("counts a value once however often the same person is asked about", () => {
    const usual = new UsualValues();
    for (let n = 0; n < 60; n++) {
      expect(answer(usual, { ref: `r${n}` })).toBe(false);
      expect(answer(usual, { ref: "mine" }, "me")).toBe(false);
    }
  });
  it("holds a value that has in it whom was asked about for another each time", () => {
    const usual = new UsualValues();
    expect(until(usual, 100, (n) => ({ mail: n % 2 === 0 ? undefined : "" }))).toBeDefined();
    expect(usual.found).toEqual([{ path: "mail", hash: "" }]);
  });
  it("leaves alone what is told apart already", () => {
    const usual = new UsualValues();
    for (let n = 0; n < 100; n++) {
      usual.saw("ref", n % 2 === 0 ? "none" : `r${n}`);
      expect(usual.end(`p${n}`, (path) => path === "ref")).toBe(false);
    }
  });
  it("looks further among the answers with a value that many have in common, and stops when it has enough", () => {
    const usual = new UsualValues();
    // Nobody has neither; every second of the others has no middle name.
    const said = (n: number) => (n % 8 === 0 ? { middle: "", id: "none" } : { middle: n % 2 === 0 ? "" : `m${n}`, id: `i${n}` });
    expect(until(usual, 400, said)).toBeDefined();
    if (usual.found[0]?.path === "middle") expect(until(usual, 800, said)).toBeDefined();
    expect(usual.found.at(-1)).toEqual({ path: "id", hash: "none" });
    const many = new UsualValues();
    for (let field = 0; field < usualValuesMax; field++)
      expect(until(many, 4_000, (n) => Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`f${at}`, (n >> at) % 2 === 0 ? "same" : `${at} ${n}`])))).toBeDefined();
    expect(many.full).toBe(true);
    expect(until(many, 1_000, (n) => ({ f9: n % 2 === 0 ? "same" : `x${n}` }))).toBeUndefined();
  });
  it("keeps to its bounds of fields and values, and goes on finding", () => {
    const usual = new UsualValues();
    const fields = Object.fromEntries(Array.from({ length: usualFieldsMax + 8 }, (_, at) => [`f${at}`, at]));
    const said = (n: number) => Object.fromEntries(Object.entries(fields).map(([path, at]) => [path, `${at} ${n}`]));
    expect(until(usual, usualAnswersMax + 50, said)).toBeUndefined();
    const state = usual.exportState() as readonly [number, unknown, readonly (readonly [string, number, readonly unknown[]])[]];
    expect(state[0]).toBeLessThan(usualAnswersMax);
    expect(state[2]).toHaveLength(usualFieldsMax);
    for (const [, , values] of state[2]) expect(values.length).toBeLessThanOrEqual(usualCountsMax);
    expect(until(usual, 200, (n) => ({ ...said(10_000 + n), f3: n % 3 === 0 ? "none" : `3 ${10_000 + n}` }))).toBeDefined();
  });
  it("reads the first answers all, of later ones one in eight, and none when it has enough", () => {
    const usual = new UsualValues();
    const read = (): number => Array.from({ length: usualAnswersMax }, () => usual.next()).filter(Boolean).length;
    expect(read()).toBe(usualAnswersMax);
    expect(read()).toBe(usualAnswersMax / usualReadEvery);
  });
  it("goes on after a restart where it was", () => {
    const usual = new UsualValues();
    const said = (n: number) => ({ ref: n % 2 === 0 ? "none" : `r${n}` });
    expect(until(usual, 2 * usualSeenMin - 1, said)).toBeUndefined();
    const again = UsualValues.restore(JSON.parse(JSON.stringify(usual.exportState())));
    expect(answer(again, said(2))).toBe(true);
    expect(UsualValues.restore(JSON.parse(JSON.stringify(again.exportState()))).found).toEqual(again.found);
    expect(UsualValues.restore(undefined).found).toEqual([]);
  });
});
