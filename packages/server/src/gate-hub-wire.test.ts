import { expect, test } from "vitest";
import { batchStart, FrameKind, frameBytesMax, frameSplitter, helloFrame, readBatch } from "./gate-hub-wire.ts";

const records = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251));
const head = { t: "batch", epoch: "e", origin: "http://a", seq: 7, signalSeq: 0, signals: [], usage: [], upstreamErrors: 0 };
const frames = Buffer.concat([
  helloFrame({ t: "hello", epoch: "é", previous: [], pid: 1 }),
  batchStart(JSON.stringify(head), 0),
  batchStart(JSON.stringify(head), records.length),
  records,
  helloFrame({ t: "hello", epoch: "z", previous: [], pid: 2 }),
]);

test.each([1, 2, 5, 7, 1_000, 65_536, frames.length])("frames come out whole however the stream is cut, here into pieces of %i bytes", (size) => {
  const seen: unknown[] = [];
  const feed = frameSplitter((kind, payload) => {
    if (kind === FrameKind.hello) seen.push(JSON.parse(payload.toString("utf8")));
    else {
      const batch = readBatch(payload);
      seen.push([batch.head, batch.records.toString("latin1")]);
    }
  });
  for (let at = 0; at < frames.length; at += size) feed(frames.subarray(at, at + size));
  expect(seen).toEqual([{ t: "hello", epoch: "é", previous: [], pid: 1 }, [head, ""], [head, records.toString("latin1")], { t: "hello", epoch: "z", previous: [], pid: 2 }]);
});

test("a frame of more than the bound, of no known kind, or with a head longer than itself is refused", () => {
  const feed = (): ((chunk: Buffer) => void) => frameSplitter((_, payload) => void readBatch(payload));
  const long = Buffer.alloc(5);
  long.writeUInt32LE(frameBytesMax + 1);
  long[4] = FrameKind.batch;
  expect(() => feed()(long)).toThrow(RangeError);
  expect(() => feed()(Buffer.from([0, 0, 0, 0, 9]))).toThrow(RangeError);
  expect(() => feed()(Buffer.from([4, 0, 0, 0, FrameKind.batch, 1, 0, 0, 0]))).toThrow(RangeError);
});
