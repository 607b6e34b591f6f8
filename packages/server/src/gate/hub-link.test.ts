import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Anchor, GatePolicy, Signal } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateServer } from "../hub/gate-server.ts";
import { recordBytes, writeRecord } from "../exchange-record.ts";
import { batchStart, FrameKind, type GateFrame, helloFrame, type PastLife } from "../gate-hub-wire.ts";
import { finishedExchange } from "./finished-exchange.fixture.ts";
import { HubLink, type HubLinkOptions } from "./hub-link.ts";

let dir: string;
let path: string;
const links: HubLink[] = [];
const hubs: Hub[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-link-"));
  path = join(dir, "run", "hub.sock");
});

afterEach(async () => {
  for (const link of links.splice(0)) await link.close(0);
  for (const hub of hubs.splice(0)) await hub.server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("a gate's line to the hub", () => {
  test("delivers every exchange and signal in order, numbered without holes, and forgets them once acknowledged", async () => {
    const hub = await startHub();
    const link = startLink();
    for (let n = 1; n <= 1_000; n++) link.push(finishedExchange(n));
    link.signal([signal(1), signal(2)]);
    await until(() => link.connected);
    expect(await link.close(5_000)).toBe(true);
    expect(hub.exchanges()).toEqual(Array.from({ length: 1_000 }, (_, n) => idOf(n + 1)));
    expect(hub.numbers()).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 1));
    expect(hub.signals()).toEqual(["s1", "s2"]);
    expect([link.seq, link.waiting]).toEqual([1_000, 0]);
  });

  test("starts without a hub, and everything from before it came arrives", async () => {
    const link = startLink();
    for (let n = 1; n <= 300; n++) link.push(finishedExchange(n));
    link.signal([signal(1)]);
    expect(link.connected).toBe(false);
    const hub = await startHub();
    await until(() => link.waiting === 0);
    expect(hub.exchanges()).toHaveLength(300);
    expect(hub.signals()).toEqual(["s1"]);
  });

  test("what a hub read and did not acknowledge is sent again to the next one, exchanges and signals alike", async () => {
    const refusing = await startHub({ refuse: true });
    const link = startLink();
    link.push(finishedExchange(1));
    link.signal([signal(1)]);
    await until(() => refusing.errors.length > 0);
    await refusing.server.close();
    link.push(finishedExchange(2));
    const hub = await startHub();
    await until(() => link.waiting === 0 && hub.signals().length > 0);
    expect(new Set(hub.exchanges())).toEqual(new Set([idOf(1), idOf(2)]));
    expect(hub.numbers()[0]).toBe(1);
    expect(hub.signals()).toEqual(["s1"]);
  });

  test("with the hub away it keeps so many, and the hole in the numbers says how many it dropped", async () => {
    const link = startLink({ keptMax: 50 });
    for (let n = 1; n <= 80; n++) link.push(finishedExchange(n));
    const hub = await startHub();
    await until(() => link.waiting === 0);
    expect([hub.numbers()[0], hub.numbers().at(-1), hub.exchanges().length]).toEqual([31, 80, 50]);
  });

  test("with the hub away it keeps so many bytes, too, the newest", async () => {
    const link = startLink({ keptBytesMax: 256 * 1024 });
    for (let n = 1; n <= 4_000; n++) link.push(long(n));
    expect(link.waiting).toBeLessThan(300);
    const hub = await startHub();
    await until(() => link.waiting === 0);
    expect(hub.numbers().at(-1)).toBe(4_000);
    expect(hub.exchanges().length).toBeGreaterThan(100);
  });

  test("a hub that is connected and does not read gets so many bytes; what comes meanwhile waits in the queue and is bounded there", async () => {
    let read = 0;
    let last = "";
    const sockets: Socket[] = [];
    mkdirSync(join(dir, "run"));
    const deaf = createServer((socket) => sockets.push(socket.pause()));
    await new Promise<void>((resolve) => deaf.listen(path, resolve));
    const link = startLink({ keptMax: 50, socketBytesMax: 64 * 1024 });
    await until(() => link.connected && sockets.length === 1);
    for (let n = 1; n <= 20_000; n++) link.push(long(n));
    expect(link.waiting).toBe(50);
    sockets[0]?.on("data", (chunk: Buffer) => {
      read += chunk.length;
      last = (last + chunk.toString("latin1")).slice(-4_096);
    });
    sockets[0]?.resume();
    await until(() => last.includes("number-20000/"));
    // All of it would be 20 MB.
    expect(read).toBeLessThan(5_000_000);
    sockets[0]?.destroy();
    await new Promise((resolve) => deaf.close(resolve));
  });

  test("hands over policies and anchors, in order, and a torn line only costs the connection", async () => {
    const got: string[] = [];
    const hub = await startHub();
    const link = startLink({ onFrame: (frame) => got.push(frame.t) });
    await until(() => got.length === 1);
    hub.server.sendAnchors([anchor]);
    hub.server.sendPolicy(policy);
    await until(() => got.length === 3);
    expect(got).toEqual(["policy", "anchors", "policy"]);
    expect(link.connected).toBe(true);
  });
});

describe("the hub's end of the line", () => {
  test("is reached by its user alone", async () => {
    await startHub();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "run")).mode & 0o777).toBe(0o700);
  });

  test("counts a past life only when everything it had written was read", async () => {
    const hub = await startHub();
    // The dead gate's connection: it wrote a batch and a half of another, and its end has not been read yet.
    const dead = await speak({ t: "hello", epoch: "old", previous: [], pid: 1 });
    await until(() => hub.server.gates === 1);
    const settled: string[] = [];
    startLink({
      previous: () => [
        { epoch: "old", seq: 9, at: 5 },
        { epoch: "older", seq: 3, at: 4 },
      ],
      onSettled: (epoch) => settled.push(epoch),
    });
    await until(() => settled.length === 1);
    expect(hub.past.map((life) => life.epoch)).toEqual(["older"]);
    dead.write(batch("old", 7));
    dead.end();
    await until(() => settled.length === 2);
    expect(hub.past.map((life) => life.epoch)).toEqual(["older", "old"]);
    expect(hub.order.slice(-2)).toEqual(["batch old", "past old"]);
  });

  test("a loss that could not be kept is not confirmed", async () => {
    const hub = await startHub({ refusePast: true });
    const settled: string[] = [];
    startLink({ previous: () => [{ epoch: "old", seq: 9, at: 5 }], onSettled: (epoch) => settled.push(epoch) });
    await until(() => hub.errors.length === 1);
    expect(settled).toEqual([]);
  });

  test("refuses more gates than it has room for, and a frame that is too long or of no known kind", async () => {
    const hub = await startHub();
    const gates = await Promise.all(Array.from({ length: 64 }, (_, n) => speak({ t: "hello", epoch: `g${n}`, previous: [], pid: n })));
    await until(() => hub.server.gates === 64);
    const more = connect(path);
    more.on("error", () => undefined);
    await new Promise((resolve) => more.once("close", resolve));
    expect(hub.server.gates).toBe(64);
    for (const gate of gates) gate.on("error", () => undefined).resume();
    const closed = new Promise((resolve) => gates[0]?.once("close", resolve));
    const tooLong = Buffer.alloc(5);
    tooLong.writeUInt32LE(32 * 1024 * 1024 + 1);
    tooLong[4] = FrameKind.hello;
    gates[0]?.write(tooLong);
    await closed;
    const alsoClosed = new Promise((resolve) => gates[1]?.once("close", resolve));
    gates[1]?.write('{"t":"hello"}');
    await alsoClosed;
    expect(hub.errors).toHaveLength(2);
    for (const gate of gates) gate.destroy();
  });

  test("a hub that ends late leaves the socket of the one that took its place", async () => {
    const old = await startHub();
    const next = await startHub();
    await old.server.close();
    hubs.shift();
    const link = startLink();
    link.push(finishedExchange(1));
    await until(() => link.waiting === 0);
    expect(next.exchanges()).toEqual([idOf(1)]);
  });
});

interface Hub {
  readonly server: GateServer;
  readonly errors: unknown[];
  readonly past: PastLife[];
  /** What came, in order. */
  readonly order: string[];
  exchanges(): string[];
  numbers(): number[];
  signals(): string[];
}

async function startHub(options: { readonly refuse?: boolean; readonly refusePast?: boolean } = {}): Promise<Hub> {
  const frames: Extract<GateFrame, { t: "batch" }>[] = [];
  const errors: unknown[] = [];
  const past: PastLife[] = [];
  const order: string[] = [];
  const server = new GateServer({
    path,
    policy: () => policy,
    onFrame: (frame) => {
      if (options.refuse === true) throw new Error("the disk is full");
      frames.push(frame);
      order.push(`batch ${frame.epoch}`);
    },
    onPastLife: (life) => {
      if (options.refusePast === true) throw new Error("the disk is full");
      past.push(life);
      order.push(`past ${life.epoch}`);
    },
    onGates: () => undefined,
    onError: (error) => errors.push(error),
  });
  await server.listen();
  const hub: Hub = {
    server,
    errors,
    past,
    order,
    exchanges: () => frames.flatMap((frame) => frame.exchanges.map((one) => one.id)),
    numbers: () => frames.flatMap((frame) => frame.exchanges.map((_, n) => frame.seq - frame.exchanges.length + 1 + n)),
    signals: () => frames.flatMap((frame) => frame.signals.map((one) => one.id)),
  };
  hubs.push(hub);
  return hub;
}

function startLink(options: Partial<Omit<HubLinkOptions, "origin">> = {}): HubLink {
  const link = new HubLink({
    path,
    epoch: "now",
    origin: "http://127.0.0.1",
    previous: () => [],
    usage: () => [],
    upstreamErrors: () => 0,
    onFrame: () => undefined,
    onSettled: () => undefined,
    onState: () => undefined,
    ...options,
  });
  links.push(link);
  return link;
}

/** An exchange of a kilobyte. */
function long(n: number): ReturnType<typeof finishedExchange> {
  return finishedExchange(n, { head: { at: n, method: "GET", host: "", target: `/number-${n}/${"x".repeat(1_000)}`, rawHeaders: [], address: "127.0.0.1" } });
}

/** A bare connection that says this. */
async function speak(frame: Extract<GateFrame, { t: "hello" }>): Promise<ReturnType<typeof connect>> {
  const socket = connect(path);
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.write(helloFrame(frame));
  return socket;
}

function batch(epoch: string, seq: number): Buffer {
  const finished = finishedExchange(seq);
  const records = Buffer.alloc(recordBytes(finished));
  writeRecord(records, 0, finished);
  const head = { t: "batch", epoch, origin: "http://127.0.0.1", seq, signals: [], signalSeq: 0, usage: [], upstreamErrors: 0 };
  return Buffer.concat([batchStart(JSON.stringify(head), records.length), records]);
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function idOf(n: number): string {
  return `now-${n.toString(36)}`;
}

function signal(n: number): Signal {
  return { id: `s${n}`, detector: "enumeration.source", level: "high", confidence: 1, at: n, endpointId: "e", actor: undefined, evidence: {} };
}

const policy: GatePolicy = { version: 1, mode: "observe", endpoints: [], principals: [] };
const anchor: Anchor = { at: 1, endpointId: "e", kind: "sign-in", narrow: "0".repeat(16), network: "0".repeat(16), subjects: [] };
