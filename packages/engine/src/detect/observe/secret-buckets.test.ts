import { expect, test } from "vitest";
import { poissonExcess, SecretBuckets } from "./secret-buckets.ts";
import { ports } from "../../testing/ports.ts";

const account = (n: number): string => ports.hash("username", `a${n}`);
const dayMs = 86_400_000;

test("one secret on many accounts counts each account once a day", () => {
  const buckets = new SecretBuckets(ports);
  for (let n = 0; n < 40; n++) for (let again = 0; again < 3; again++) buckets.add("Spring2026!", account(n), false, 1_000 + n);
  expect(buckets.add("Spring2026!", account(0), false, 2_000)).toMatchObject({ fresh: false, failed: 40, failures: 40, passed: 0 });
});

test("a new day begins with nothing, under other buckets", () => {
  const buckets = new SecretBuckets(ports);
  for (let n = 0; n < 40; n++) buckets.add("Spring2026!", account(n), false, 1_000);
  expect(buckets.add("Spring2026!", account(0), false, dayMs + 1)).toMatchObject({ fresh: true, failed: 1, failures: 1, told: 0 });
});

test("what it keeps of a secret is fourteen bits: among sixty thousand secrets many share each bucket", () => {
  const buckets = new SecretBuckets(ports);
  for (let n = 0; n < 60_000; n++) buckets.add(`secret ${n}`, account(n % 5_000), true, 1_000);
  // Asked about a secret that was never tried, it knows of others in its bucket.
  const never = Array.from({ length: 100 }, (_, n) => buckets.add(`never ${n}`, account(n), false, 1_000).passed);
  expect(never.filter((others) => others > 0).length).toBeGreaterThan(85);
});

test("an excess counts only above what is expected", () => {
  expect(poissonExcess(3, 3)).toBe(0);
  expect(poissonExcess(2, 3)).toBe(0);
  expect(poissonExcess(4, 0.01)).toBeGreaterThan(16);
});
