import { describe, expect, test } from "vitest";
import { ResendQueue } from "./resend-queue.ts";

describe("ResendQueue", () => {
  test("gives what follows the last number sent, and all again after nothing was sent", () => {
    const queue = filled(5, new ResendQueue(10, 1_000));
    expect(queue.after(2, 2)).toEqual({ lines: ["3", "4"], last: 4 });
    expect(queue.after(4, 9)).toEqual({ lines: ["5"], last: 5 });
    expect(queue.after(5, 9)).toEqual({ lines: [], last: 5 });
    expect(queue.after(0, 9).lines).toHaveLength(5);
  });

  test("forgets what was acknowledged, once, whatever numbers come", () => {
    const queue = filled(5, new ResendQueue(10, 1_000));
    queue.acknowledge(3);
    queue.acknowledge(1);
    expect(queue.after(0, 9)).toEqual({ lines: ["4", "5"], last: 5 });
    queue.acknowledge(99);
    expect([queue.size, queue.last]).toEqual([0, 5]);
    queue.push("6");
    expect(queue.after(5, 9)).toEqual({ lines: ["6"], last: 6 });
  });

  test("at either bound the oldest goes, and the numbers show the hole", () => {
    const few = filled(5, new ResendQueue(3, 1_000));
    expect(few.after(0, 9)).toEqual({ lines: ["3", "4", "5"], last: 5 });
    const small = filled(20, new ResendQueue(100, 10));
    expect(small.after(0, 99)).toEqual({ lines: ["16", "17", "18", "19", "20"], last: 20 });
    small.push("x".repeat(11));
    expect([small.size, small.last]).toEqual([0, 21]);
  });

  test("keeps order and numbers over a hundred thousand lines", () => {
    const queue = new ResendQueue(1_000, 1_000_000);
    for (let n = 1; n <= 100_000; n++) {
      queue.push(String(n));
      if (n % 3 === 0) queue.acknowledge(n - 500);
    }
    const { lines, last } = queue.after(0, 10_000);
    expect([lines.at(-1), last, lines[0]]).toEqual(["100000", 100_000, String(100_000 - lines.length + 1)]);
    expect(lines.length).toBeLessThanOrEqual(1_000);
  });
});

function filled(count: number, queue: ResendQueue): ResendQueue {
  for (let n = 1; n <= count; n++) queue.push(String(n));
  return queue;
}
