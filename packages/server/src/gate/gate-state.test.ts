import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GateState } from "./gate-state.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-state-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("what a death leaves counts every finished exchange, and at most as many more as the last turn had finished", async () => {
  const state = new GateState(dir, "life");
  let before = 0;
  for (const turn of [1, 2, 3, 1, 40, 7]) {
    for (let n = 1; n <= turn; n++) {
      state.finished(before + n, 1_000 + before + n);
      expect(told().seq).toBeGreaterThanOrEqual(before + n);
      expect(told().seq).toBeLessThan(before + 2 * n);
    }
    before += turn;
    await new Promise((resolve) => setImmediate(resolve));
    expect(told()).toEqual({ seq: before, at: 1_000 + before });
  }
  state.close(false);
  expect(told().seq).toBe(before);
});

test("ending in the middle of a turn leaves the exact count", () => {
  const state = new GateState(dir, "life");
  for (let n = 1; n <= 5; n++) state.finished(n, n);
  state.close(false);
  expect(told()).toEqual({ seq: 5, at: 5 });
  expect(new GateState(dir, "next").previous).toEqual([{ epoch: "life", seq: 5, at: 5 }]);
});

function told(): { readonly seq: number; readonly at: number } {
  const cell = readFileSync(join(dir, "gate", "lives", "life"));
  return { seq: cell.readDoubleLE(0), at: cell.readDoubleLE(8) };
}
