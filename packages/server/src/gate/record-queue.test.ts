import { describe, expect, test } from "vitest";
import { type FinishedExchange, recordBytes, RecordReader } from "../exchange-record.ts";
import { finishedExchange } from "./finished-exchange.fixture.ts";
import { chunkRecordsMax, RecordQueue } from "./record-queue.ts";

const one = recordBytes(record(1));

describe("RecordQueue", () => {
  test("gives what was not given yet, and everything kept again after a rewind", () => {
    const queue = filled(5, new RecordQueue(10, 1e6));
    expect(given(queue)).toEqual([1, 2, 3, 4, 5]);
    queue.push(record(6));
    expect(given(queue)).toEqual([6]);
    expect(given(queue)).toEqual([]);
    queue.acknowledge(2);
    queue.rewind();
    expect(given(queue)).toEqual([3, 4, 5, 6]);
  });

  test("forgets what was acknowledged, once, whatever numbers come", () => {
    const queue = filled(5, new RecordQueue(10, 1e6, 2 * one));
    queue.acknowledge(3);
    queue.acknowledge(1);
    expect(given(queue)).toEqual([4, 5]);
    queue.acknowledge(99);
    expect([queue.size, queue.last]).toEqual([0, 5]);
    queue.push(record(6));
    expect(given(queue)).toEqual([6]);
  });

  test("at either bound the oldest goes, and the numbers show the hole", () => {
    expect(given(filled(5, new RecordQueue(3, 1e6)))).toEqual([3, 4, 5]);
    // Chunks of two records, room for three chunks.
    const small = filled(20, new RecordQueue(100, 6 * one, 2 * one));
    expect(given(small)).toEqual([15, 16, 17, 18, 19, 20]);
    expect([small.size, small.last]).toEqual([6, 20]);
    const large = filled(4, new RecordQueue(100, 6 * one, 2 * one));
    large.push(record(5, 5 * one));
    expect(given(large)).toEqual([5]);
  });

  test("says when a chunk is full, and a record longer than a chunk has one of its own", () => {
    const queue = new RecordQueue(100, 1e6, 2 * one);
    expect([1, 2, 3].map((n) => queue.push(record(n)))).toEqual([false, false, true]);
    expect(queue.push(record(4, 3 * one))).toBe(true);
    expect(given(queue)).toEqual([1, 2, 3, 4]);
    const roomy = filled(chunkRecordsMax, new RecordQueue(1_000, 1e6));
    expect([roomy.push(record(chunkRecordsMax + 1)), roomy.next()?.last]).toEqual([true, chunkRecordsMax]);
  });

  test("bytes given away stand until they are acknowledged, dropped ones longer", () => {
    const queue = filled(2, new RecordQueue(4, 1e6, 2 * one));
    const view = queue.next()?.records ?? Buffer.alloc(0);
    const before = Buffer.from(view);
    // Drops 1 and 2 unread, then acknowledges the rest: nothing of it may be written over yet.
    for (let n = 3; n <= 40; n++) queue.push(record(n));
    queue.acknowledge(40);
    for (let n = 41; n <= 44; n++) queue.push(record(n));
    expect(view.equals(before)).toBe(true);
  });

  test("keeps order and numbers over twenty thousand records", () => {
    const queue = new RecordQueue(1_000, 1e6);
    let next = 1;
    for (let n = 1; n <= 20_000; n++) {
      queue.push(record(n));
      if (n % 7 !== 0) continue;
      for (const number of given(queue)) expect(number).toBe(next++);
      if (n % 3 === 0) queue.acknowledge(n - 500);
    }
    queue.rewind();
    const kept = given(queue);
    expect([kept.at(-1), kept.length, kept[0]]).toEqual([20_000, queue.size, 20_001 - queue.size]);
    expect(queue.size).toBeLessThanOrEqual(1_000);
  });
});

function filled(count: number, queue: RecordQueue): RecordQueue {
  for (let n = 1; n <= count; n++) queue.push(record(n));
  return queue;
}

/** Numbers of all that comes next; the queue's own numbers must agree. */
function given(queue: RecordQueue): number[] {
  const numbers: number[] = [];
  for (let batch = queue.next(); batch !== undefined; batch = queue.next()) {
    for (const exchange of new RecordReader().readAll(batch.records, "q", "http://a")) numbers.push(Number.parseInt(exchange.id.slice(2), 36));
    expect(numbers.at(-1)).toBe(batch.last);
  }
  return numbers;
}

function record(n: number, bodyBytes = 0): FinishedExchange {
  return finishedExchange(n, bodyBytes === 0 ? {} : { requestBody: new Uint8Array(bodyBytes) });
}
