import { expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatch, waitingMax } from "./failure-watch.ts";

const options = { wrong: policy.codeWrong, unresolved: policy.codeUnresolved };

test("the learned share of wrong ones stands still while it suspects something", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 2_000; n++) watch.add(`h${n}`, "s", n % 25 === 0, n * 1_000, false);
  for (let n = 0; n < 5_000; n++) watch.add(`v${n}`, `s${n}`, true, 2_000_000 + n * 1_000, false);
  expect(watch.alarm()).toMatchObject({ test: "at-once" });
  const { yes, all } = watch.exportState().wrong;
  expect((yes[0] ?? 0) / (all[0] ?? 0)).toBeLessThan(0.08);
});

test("what waits is bounded: beyond that the oldest is judged early", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < waitingMax + 500; n++) watch.add(`v${n}`, "s", n % 4 === 0, 1_000, false);
  // All at the same instant: only the bound can have judged them.
  expect(watch.judged).toBe(500);
});

test("an account counts once in half an hour", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 1_000; n++) watch.add("the same", "s", true, n * 1_000, false);
  expect(watch.alarm()).toBeUndefined();
});

test("it says nothing again until something failed again", () => {
  const watch = new FailureWatch(options);
  for (let n = 0; n < 30; n++) watch.add(`v${n}`, `s${n}`, true, n * 1_000, false);
  expect(watch.alarm()).toBeDefined();
  expect(watch.alarm()).toBeUndefined();
  watch.add("h", "s", false, 40_000, false);
  expect(watch.alarm()).toBeUndefined();
});

test("it says nothing where people mistype twice as often at night, and finds who tries accounts at night", () => {
  const random = seededRandom(5);
  const watch = new FailureWatch({ wrong: policy.loginWrong, unresolved: policy.loginUnresolved });
  const hour = 3_600_000;
  const tries = (h: number, wrongs: number): void => {
    const night = h % 24 < 7;
    for (let n = 0; n < (night ? 20 : 120); n++) {
      const [account, at] = [`${h} ${n}`, h * hour + n * 20_000];
      const wrong = random() < (night ? 0.3 : 0.15);
      watch.add(account, account, wrong, at, false);
      if (wrong && random() < (night ? 0.6 : 0.8)) watch.add(account, account, false, at + 5_000, false);
    }
    for (let n = 0; n < wrongs; n++) watch.add(`v${h} ${n}`, `v${n}`, true, h * hour + 3_000_000 + n * 10_000, false);
  };
  for (let h = 0; h < 14 * 24; h++) {
    tries(h, 0);
    expect(watch.alarm()).toBeUndefined();
  }
  tries(14 * 24, 30);
  expect(watch.alarm()).toBeDefined();
});
