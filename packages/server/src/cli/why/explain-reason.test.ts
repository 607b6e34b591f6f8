import { parseConfig } from "../../config/parse-config.ts";
import { expect, test } from "vitest";
import { explainReason } from "./explain-reason.ts";

const endpoint = { method: "GET", path: "/client/v1/users/{cc}-{phone}/status" };
/** Every reason the gate's code can give. */
const reasons = [
  "",
  "not-guarded",
  "no-subject",
  "within-budget",
  "proven",
  "already-disclosed",
  "watched",
  "aborted",
  "credits-spent",
  "allowance-spent",
  "list-unusual",
  "newcomers-surge",
  "batch-too-large",
  "source-flagged",
  "endpoint-surge",
  "endpoint-closed",
  "newcomers-together",
  "ceiling",
  "rate-limit",
];

test("every reason of the gate has words of its own", () => {
  const words = reasons.map((reason) => explainReason(reason, endpoint).words);
  expect(new Set(words).size).toBe(reasons.length);
  for (const text of words) expect(text).not.toContain("does not know");
});

test("every way to undo it is a configuration that this version accepts", () => {
  const undos = reasons.flatMap((reason) => explainReason(reason, endpoint).undo ?? []);
  expect(undos.length).toBeGreaterThan(5);
  for (const undo of undos) expect([undo, parseConfig(undo, { name: "postern.yaml", env: {} })]).toEqual([undo, expect.objectContaining({ ok: true })]);
});

test("a reason of a newer gate is named, cut, and explained as not known", () => {
  const { words, rule, undo } = explainReason("x".repeat(1_000), endpoint);
  expect(words).toContain("does not know");
  expect(words.length).toBeLessThan(250);
  expect([rule, undo]).toEqual([null, null]);
});
