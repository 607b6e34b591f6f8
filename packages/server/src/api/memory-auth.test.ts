import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createFailureLimit, createMemoryAuth, failingAddressesMax, failuresMax, failureWindowMs, loginCodesMax, sessionsMax } from "./memory-auth.ts";

const random = () => randomBytes(32);
const meta = { at: 0, address: "127.0.0.1" };

test("of many parallel tries with one code, one wins", async () => {
  const auth = createMemoryAuth({ random });
  const code = auth.issueLogin(0);
  const outcomes = await Promise.all(Array.from({ length: 10 }, () => auth.redeemLogin(code, meta)));
  expect(outcomes.filter((it) => it.kind === "ok")).toHaveLength(1);
});

test("no token is accepted when none was preset", async () => {
  expect(await createMemoryAuth({ random }).verifyToken("", meta)).toEqual({ kind: "denied" });
});

test("a short preset token is refused at start, without being named", () => {
  expect(() => createMemoryAuth({ random, presetToken: "hunter2" })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.not.stringContaining("hunter2") as string }),
  );
});

test("past the bound of codes the oldest is void", async () => {
  const auth = createMemoryAuth({ random });
  const codes = Array.from({ length: loginCodesMax + 1 }, () => auth.issueLogin(0));
  expect((await auth.redeemLogin(codes[0] ?? "", meta)).kind).toBe("denied");
  expect((await auth.redeemLogin(codes[1] ?? "", meta)).kind).toBe("ok");
});

test("past the bound of sessions the oldest ends", async () => {
  const auth = createMemoryAuth({ random });
  const ids: string[] = [];
  for (let i = 0; i <= sessionsMax; i += 1) {
    const outcome = await auth.redeemLogin(auth.issueLogin(0), meta);
    if (outcome.kind === "ok") ids.push(outcome.value.id);
  }
  expect(ids).toHaveLength(sessionsMax + 1);
  expect(await auth.verifySession(ids[0] ?? "", 1)).toBeUndefined();
  expect(await auth.verifySession(ids[1] ?? "", 1)).toMatchObject({ may: "write" });
});

test("the failure limit holds to the end of its window, for that address only, over a bounded number of addresses", () => {
  const limit = createFailureLimit();
  for (let i = 0; i < failuresMax; i += 1) limit.count(meta);
  expect(limit.waitSeconds({ ...meta, at: failureWindowMs - 1 })).toBe(1);
  expect(limit.waitSeconds({ ...meta, at: failureWindowMs })).toBe(0);
  expect(limit.waitSeconds({ at: 0, address: "127.0.0.2" })).toBe(0);
  for (let i = 0; i < failingAddressesMax; i += 1) limit.count({ at: 0, address: `a${i}` });
  expect(limit.waitSeconds(meta)).toBe(0);
});
