import { expect, test } from "vitest";
import { accountsMax, callsMax, type FlowCall, FlowMemory } from "./flow-memory.ts";

const call = (endpointId: string, at: number, changes = true): FlowCall => ({ endpointId, at, changes, well: true, values: [] });

test("of an account its last eight calls are kept, oldest first; polling is one of them, however long it goes on", () => {
  const memory = new FlowMemory();
  for (let n = 0; n < callsMax + 3; n++) memory.add("a", call(`e${n}`, n));
  expect(memory.of("a").map(({ endpointId }) => endpointId)).toEqual(Array.from({ length: callsMax }, (_, n) => `e${n + 3}`));
  for (let n = 0; n < 100; n++) memory.add("a", call("poll", 100 + n, false));
  expect(memory.of("a").filter(({ endpointId }) => endpointId === "poll")).toEqual([call("poll", 199, false)]);
  expect(memory.of("a")).toHaveLength(callsMax);
});

test("accounts at the bound push out the one that was silent longest, never one that was just called about", () => {
  const memory = new FlowMemory();
  memory.add("silent", call("e", 0));
  for (let n = 0; n < 2 * accountsMax; n++) {
    if (n % 1_000 === 0) memory.add("busy", call("e", n, false));
    memory.add(`a${n}`, call("e", n));
  }
  expect([memory.of("silent"), memory.of(`a0`)]).toEqual([[], []]);
  expect([memory.of("busy").length, memory.of(`a${2 * accountsMax - 1}`).length]).toEqual([1, 1]);
});
