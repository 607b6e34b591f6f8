import { expect, test } from "vitest";
import { ports } from "../../testing/ports.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { LoginSpray, sprayedMax } from "./login-spray.ts";

test("passwords told are held up to a bound, the one told first gives way, and the next day begins with none", () => {
  let told = 0;
  const spray = new LoginSpray(ports, () => void told++);
  const tried = (password: string, at: number): void => {
    for (let n = 0; n < 2 * policy.sprayMin; n++)
      spray.observe({ endpointId: "d", given: password, account: ports.hash("email", `${password} ${n}`), outcome: "refused", at } as Parameters<LoginSpray["observe"]>[0]);
  };
  tried("first", 0);
  const first = spray.sprayed?.buckets[0];
  for (let n = 0; n < 4 * sprayedMax && (spray.sprayed?.buckets.length ?? 0) < sprayedMax; n++) tried(`password ${n}`, 1_000 + n);
  expect(spray.sprayed?.buckets).toHaveLength(sprayedMax);
  expect(spray.sprayed?.buckets).toContain(first);
  const version = spray.version;
  for (let n = 0; spray.version === version && n < 1_000; n++) tried(`one more ${n}`, 10_000 + n);
  expect(spray.sprayed?.buckets).toHaveLength(sprayedMax);
  expect(spray.sprayed?.buckets).not.toContain(first);
  tried("next day", 86_400_000);
  expect(spray.sprayed).toMatchObject({ day: 1, buckets: [expect.any(Number)] });
  expect(told).toBeGreaterThan(sprayedMax);
});
