import { expect, test } from "vitest";
import { random } from "../random.ts";
import { EventHeap } from "./event-heap.ts";

test("what goes in comes out by time, equal times in order of arrival", () => {
  for (let round = 0; round < 50; round += 1) {
    const source = random(`heap/${round}`);
    const heap = new EventHeap<number>();
    const put: { at: number; item: number }[] = [];
    for (let item = 0; item < 200; item += 1) {
      const at = source.int(20);
      put.push({ at, item });
      heap.push(at, item);
    }
    const expected = [...put].sort((a, b) => a.at - b.at || a.item - b.item);
    for (const { at, item } of expected) {
      expect(heap.nextAt).toBe(at);
      expect(heap.pop()).toMatchObject({ at, item });
    }
    expect(heap.pop()).toBeUndefined();
    expect(heap.nextAt).toBe(Infinity);
  }
});
