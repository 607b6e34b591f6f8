import { expect, test } from "vitest";
import { withLentMethods } from "./lent-methods.ts";

test("lends what is missing, equal to the runtime's own, and takes it back", () => {
  const typed = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
  const [own, ownOfTyped] = [Array.prototype.toSorted, typed.toSorted];
  Reflect.deleteProperty(Array.prototype, "toSorted");
  Reflect.deleteProperty(typed, "toSorted");
  const seen: unknown[] = [];
  const list = [3, 1, 2];
  const bytes = Uint8Array.of(3, 1, 2);
  try {
    withLentMethods(() => {
      seen.push(
        list.toSorted(),
        list.toSorted((a, b) => b - a),
        bytes.toSorted(),
        list.toReversed(),
        Array.prototype.toSorted === own,
      );
      for (const key in list) seen.push(key);
    });
    seen.push("toSorted" in list, "toReversed" in list);
  } finally {
    Object.defineProperty(Array.prototype, "toSorted", { value: own, configurable: true, writable: true });
    Object.defineProperty(typed, "toSorted", { value: ownOfTyped, configurable: true, writable: true });
  }
  expect(seen).toEqual([[1, 2, 3], [3, 2, 1], Uint8Array.of(1, 2, 3), [2, 1, 3], false, "0", "1", "2", false, true]);
  expect([list, [...bytes]]).toEqual([
    [3, 1, 2],
    [3, 1, 2],
  ]);
});
