import { expect, test } from "vitest";
import { withLentMethods } from "./lent-methods.ts";

test("lends what is missing, equal to the runtime's own, leaves what is there, and takes back what it lent", () => {
  const own = (): string => "its own";
  const [bare, whole]: Record<string, unknown>[] = [{}, { toSorted: own }];
  const seen: unknown[] = [];
  const list = [3, 1, 2];
  const call = (name: string, on: unknown, ...args: unknown[]): unknown => Reflect.apply(bare?.[name] as () => unknown, on, args);
  withLentMethods(() => {
    const falling = (a: number, b: number): number => b - a;
    seen.push(
      call("toSorted", list),
      call("toSorted", list, falling),
      call("toSorted", Uint8Array.of(30, 4, 200)),
      call("toReversed", list),
      call("toReversed", Uint8Array.of(1, 2)),
    );
    seen.push(whole?.["toSorted"] === own, Object.keys(bare ?? {}));
  }, [bare ?? {}, whole ?? {}]);
  expect(seen).toEqual([[1, 2, 3], [3, 2, 1], Uint8Array.of(4, 30, 200), [2, 1, 3], Uint8Array.of(2, 1), true, []]);
  expect(list).toEqual([3, 1, 2]);
  expect(["toSorted" in (bare ?? {}), "toReversed" in (bare ?? {}), whole]).toEqual([false, false, { toSorted: own }]);
});
