import { expect, test, vi } from "vitest";
import { createLiveStreams, streamsMax, waitingMax } from "./live-stream.ts";
import { createSampleViews } from "./testing/sample-views.ts";

const views = () => createSampleViews("full");
const yes = async (): Promise<boolean> => true;

async function read(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

test("a stream begins with the overview, then tells each event as it comes", async () => {
  const sample = views();
  const reader = createLiveStreams({ views: sample }).open(yes).body?.getReader();
  if (reader === undefined) throw new Error("no body");
  expect(await read(reader)).toMatch(/^event: overview\ndata: \{"at":"2026-11-22T09:42:00.000Z"/);
  const [incident] = sample.incidents();
  if (incident === undefined) throw new Error("no sample incident");
  const next = read(reader);
  sample.push({ type: "incident", data: incident });
  expect(await next).toMatch(/^event: incident\ndata: .*i-0007.*\n\n$/);
  await reader.cancel();
  expect(sample.listeners()).toBe(0);
});

test("a reader that does not read costs a bounded queue: the newest events stay and the gap is told", async () => {
  const sample = views();
  const reader = createLiveStreams({ views: sample }).open(yes).body?.getReader();
  const [incident] = sample.incidents();
  if (reader === undefined || incident === undefined) throw new Error("no sample");
  for (let i = 0; i <= waitingMax; i += 1) sample.push({ type: "incident", data: { ...incident, id: `i-${i}` } });
  for (let i = 0; i < 1_000; i += 1) sample.push({ type: "overview", data: { ...sample.overview(), requests: i } });
  expect(await read(reader)).toBe("event: gap\ndata: {}\n\n");
  const ids: string[] = [];
  for (let i = 0; i < waitingMax; i += 1) ids.push(/"id":"(i-\d+)"/.exec(await read(reader))?.[1] ?? "");
  expect([ids[0], ids.at(-1)]).toEqual(["i-1", `i-${waitingMax}`]);
  expect(await read(reader)).toContain('"requests":999');
  await reader.cancel();
});

test("the stream after the last slot is refused, and a slot is free again when one ends", async () => {
  const streams = createLiveStreams({ views: views() });
  const open = Array.from({ length: streamsMax }, () => streams.open(yes));
  expect(streams.open(yes).status).toBe(503);
  await open[0]?.body?.cancel();
  const again = streams.open(yes);
  expect(again.status).toBe(200);
  for (const it of [...open.slice(1), again]) await it.body?.cancel();
  expect(streams.count()).toBe(0);
});

test("a stream ends at the heartbeat after its session did", async () => {
  vi.useFakeTimers();
  try {
    const sample = views();
    let there = true;
    const reader = createLiveStreams({ views: sample, heartbeatMs: 15_000 })
      .open(async () => there)
      .body?.getReader();
    if (reader === undefined) throw new Error("no body");
    await read(reader);
    const beat = read(reader);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await beat).toBe(": still here\n\n");
    there = false;
    const end = reader.read();
    await vi.advanceTimersByTimeAsync(15_000);
    expect((await end).done).toBe(true);
    expect(sample.listeners()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
