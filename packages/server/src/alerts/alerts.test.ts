import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Incidents } from "@postern/engine";
import type { Signal } from "@postern/engine";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { AlertChannel, SendResult } from "./alert-channel.ts";
import { alertLines, alertMessage } from "./alert-message.ts";
import type { AlertMessage } from "./alert-message.ts";
import { channelsOf } from "./channels-of.ts";
import { AlertDispatcher, triesMax } from "./dispatch/alert-dispatcher.ts";
import type { DispatchEvent } from "./dispatch/alert-dispatcher.ts";
import { AlertQueue, deadMax, doneMax, waitingMax } from "./dispatch/alert-queue.ts";
import { emailChannel } from "./email/email-channel.ts";
import { terminalChannel } from "./terminal/terminal-channel.ts";
import { webhookChannel } from "./webhook/webhook-channel.ts";

const secret = `whsec_${Buffer.from("a secret of twenty-four b").toString("base64")}`;
const older = `whsec_${Buffer.from("the secret of last month!").toString("base64")}`;
const signal: Signal = {
  id: "s1",
  detector: "enumeration.source",
  level: "high",
  confidence: 0.99,
  at: Date.UTC(2024, 5, 3, 8),
  endpointId: "e1",
  actor: { address: "198.51.100.7", network: "n", narrow: "c" },
  evidence: { contacts: 41, subject: "0123456789abcdef" },
};
const messageOf = (id?: string): AlertMessage => {
  const incidents = new Incidents();
  const opened = incidents.observe(signal)?.incident.id ?? "";
  incidents.setDisclosed(opened, { confirmed: 12, denied: 3, uniform: 0 });
  const alert = incidents.dueAlerts()[0];
  if (alert === undefined) throw new Error("no alert");
  const message = alertMessage(alert, { endpointName: () => "GET api.example.com/users/{cc}-{phone}/status", consoleUrl: "http://127.0.0.1:4800/" });
  return id === undefined ? message : { ...message, id };
};

let directory: string;
const closing: (() => void | Promise<void>)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "postern-alerts-"));
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(directory, { recursive: true, force: true });
});

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly path: string;
}
async function sink(answer: (n: number) => { status: number; headers?: Record<string, string>; body?: string }) {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push({ headers: request.headers, body, path: request.url ?? "" });
      const { status, headers = {}, body: text = "" } = answer(received.length);
      response.writeHead(status, headers).end(text);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done()))));
  const address = server.address();
  return { received, url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook` };
}
const channelTo = (url: string, change: { previousSecret?: string; timeoutMs?: number } = {}) => {
  const channel = webhookChannel({ url, secret, now: Date.now, ...change });
  closing.push(() => channel.close?.());
  return channel;
};
const verifies = (key: string, { headers, body }: Received) =>
  new Webhook(key).verify(body, {
    "webhook-id": String(headers["webhook-id"]),
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"]),
  });

describe("the message", () => {
  test("says what, where, how much and what to do, and holds no subject", () => {
    const message = messageOf();
    const text = alertLines(message).join("\n");
    for (const part of ["[high]", "GET api.example.com/users/{cc}-{phone}/status", "198.51.100.7", "contacts 41", "1. ", "http://127.0.0.1:4800/incidents/inc-"])
      expect(text).toContain(part);
    expect(JSON.stringify(message)).not.toContain("0123456789abcdef");
  });
  test("says how many were answered in a way not understood yet, so that the counts add up", () => {
    const message = messageOf();
    const lines = alertLines({ ...message, incident: { ...message.incident, disclosed: { confirmed: 8, denied: 0, uniform: 6, unknown: 10, estimated: false } } });
    expect(lines).toContain("Disclosed: 8 confirmed, 0 denied, 6 told nothing, 10 answered in a way not understood yet");
    const incidents = new Incidents();
    const opened = incidents.observe(signal)?.incident.id ?? "";
    incidents.setDisclosed(opened, { confirmed: 0, denied: 0, uniform: 0, unknown: 4 });
    const [alert] = incidents.dueAlerts();
    if (alert === undefined) throw new Error("no alert");
    expect(alertLines(alertMessage(alert, { endpointName: () => "GET /x" })).join("\n")).toContain("4 answered in a way");
  });
  test("nothing an attacker sent breaks a line or a terminal", () => {
    const incidents = new Incidents();
    incidents.observe({ ...signal, actor: { address: "1\r\nBcc: x@example.com\u001b[2J", network: "n", narrow: "c" } });
    const alert = incidents.dueAlerts()[0];
    if (alert === undefined) throw new Error("no alert");
    const lines = alertLines(alertMessage(alert, { endpointName: () => "GET evil\u202e\nhost/" }));
    for (const line of lines) expect(line).not.toMatch(/\p{Cc}|\u202e/u);
  });
  test("names five sources, those that asked most, and cuts a name at 500 characters", () => {
    const incidents = new Incidents();
    for (let n = 0; n < 7; n++) incidents.observe({ ...signal, actor: { address: `198.51.100.${n}`, network: "n", narrow: "c" } });
    const opened = incidents.list()[0]?.id ?? "";
    for (let n = 0; n < 7; n++) incidents.sourceAsked(opened, `198.51.100.${n}`, signal.at, n);
    const [alert] = incidents.dueAlerts();
    if (alert === undefined) throw new Error("no alert");
    const message = alertMessage(alert, { endpointName: () => "x".repeat(501), consoleUrl: "http://127.0.0.1:4800/" });
    expect(message.incident).toMatchObject({ sources: [6, 5, 4, 3, 2].map((n) => `198.51.100.${n}`), sourceCount: 7, endpoints: ["x".repeat(500)] });
  });

  test("the terminal gets it in one block", async () => {
    const written: string[] = [];
    expect(await terminalChannel({ write: (text) => written.push(text), color: false }).send(messageOf())).toEqual({ ok: true });
    expect(written[0]).toMatch(/^\[high\] .*\n {2}Incident /);
  });
});

describe("webhook", () => {
  test("verifies with the reference library, and with both secrets during a rotation", async () => {
    const { received, url } = await sink(() => ({ status: 204 }));
    expect(await channelTo(url, { previousSecret: older }).send(messageOf())).toEqual({ ok: true });
    const [first] = received;
    if (first === undefined) throw new Error("nothing arrived");
    expect(verifies(secret, first)).toMatchObject({ type: "incident.opened", data: { level: "high" } });
    expect(() => verifies(older, first)).not.toThrow();
    expect(() => verifies(`whsec_${Buffer.from("somebody else's secret...").toString("base64")}`, first)).toThrow("No matching signature");
    expect(() => verifies(secret, { ...first, body: first.body.replace("high", "info") })).toThrow("No matching signature");
    expect(first.headers["webhook-id"]).toBe(messageOf().id);
  });
  test("does not follow a redirect", async () => {
    const inside = await sink(() => ({ status: 200 }));
    const { url } = await sink(() => ({ status: 307, headers: { location: inside.url } }));
    expect(await channelTo(url).send(messageOf())).toMatchObject({ ok: false, retry: false });
    expect(inside.received).toEqual([]);
  });
  test("does not contact link-local addresses", async () => {
    for (const url of ["http://169.254.169.254/latest", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/"])
      expect(await channelTo(url).send(messageOf())).toMatchObject({ ok: false, retry: false });
  });
  test("an answer without end is cut and still counts", async () => {
    const { url } = await sink(() => ({ status: 200, body: "x".repeat(5_000_000) }));
    expect(await channelTo(url).send(messageOf())).toEqual({ ok: true });
  });
  test("5xx, 429 and nobody there are tried again; 4xx and 410 are not", async () => {
    const statuses = [500, 429, 400, 410];
    const { url } = await sink((n) => ({ status: statuses[n - 1] ?? 200 }));
    const channel = channelTo(url);
    const results: SendResult[] = [];
    for (const _ of statuses) results.push(await channel.send(messageOf()));
    expect(results.map((result) => (result.ok ? "ok" : result.retry))).toEqual([true, true, false, false]);
    expect(await channelTo("http://127.0.0.1:1/").send(messageOf())).toMatchObject({ ok: false, retry: true });
  });
  test("a receiver that never answers is given up in time", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    closing.push(() => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done()))));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
    expect(await channelTo(url, { timeoutMs: 100 }).send(messageOf())).toMatchObject({ ok: false, retry: true });
  });
});

describe("e-mail", () => {
  async function mailServer(refuseWith?: number) {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      onRcptTo: (_, __, done) => done(refuseWith === undefined ? undefined : Object.assign(new Error("no"), { responseCode: refuseWith })),
      onData: (stream, _, done) => {
        let text = "";
        stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
        stream.on("end", () => (mails.push(text), done()));
      },
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", () => done()));
    closing.push(() => new Promise<void>((done) => server.close(() => done())));
    const address = server.server.address();
    return { mails, smtp: `smtp://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}` };
  }
  const to = { from: "postern@example.com", to: ["ada@example.com"] };

  test("arrives over SMTP, readable, with the same Message-ID when sent again", async () => {
    const { mails, smtp } = await mailServer();
    const channel = emailChannel({ smtp, ...to });
    closing.push(() => channel.close?.());
    expect(await channel.send(messageOf())).toEqual({ ok: true });
    expect(await channel.send(messageOf())).toEqual({ ok: true });
    expect(mails[0]).toMatch(/^Subject: \[high\] /m);
    expect(mails[0]).toContain("12 confirmed");
    const idOf = (mail: string | undefined) => /^Message-ID: (.*)$/im.exec(mail ?? "")?.[1];
    expect(idOf(mails[0])).toContain(messageOf().id);
    expect(idOf(mails[1])).toBe(idOf(mails[0]));
  });
  test("a permanent refusal is final, a temporary one and no server are tried again, and no reason holds the password", async () => {
    const sendTo = async (smtp: string) => {
      const channel = emailChannel({ smtp, ...to });
      closing.push(() => channel.close?.());
      return channel.send(messageOf());
    };
    expect(await sendTo((await mailServer(550)).smtp)).toMatchObject({ ok: false, retry: false });
    expect(await sendTo((await mailServer(451)).smtp)).toMatchObject({ ok: false, retry: true });
    const gone = await sendTo("smtp://user:hunter2@127.0.0.1:1");
    expect(gone).toMatchObject({ ok: false, retry: true });
    expect(JSON.stringify(gone)).not.toContain("hunter2");
  });
});

describe("delivery", () => {
  const path = () => join(directory, "alerts.ndjson");
  const fake = (name: string, answers: (n: number) => SendResult): AlertChannel & { readonly sent: string[] } => {
    const sent: string[] = [];
    return { name, sent, send: async (message) => (sent.push(message.id), answers(sent.length)) };
  };
  const setUp = (channels: readonly AlertChannel[], clock = { now: 1_000_000 }) => {
    const events: DispatchEvent[] = [];
    const queue = new AlertQueue(path());
    const dispatcher = new AlertDispatcher({ channels, queue, now: () => clock.now, random: () => 0.5, onEvent: (event) => events.push(event) });
    return { dispatcher, queue, events, clock };
  };
  const down: SendResult = { ok: false, retry: true, reason: "down" };

  test("a failure is tried again after a growing pause and arrives; another channel does not wait for it", async () => {
    const poor = fake("poor", (n) => (n < 4 ? down : { ok: true }));
    const good = fake("good", () => ({ ok: true }));
    const { dispatcher, events, clock } = setUp([poor, good]);
    dispatcher.enqueue(messageOf("a"));
    const pauses: number[] = [];
    for (let due = dispatcher.nextDueAt(); due !== undefined; due = dispatcher.nextDueAt()) {
      pauses.push(due - clock.now);
      clock.now = due;
      await dispatcher.runDue();
    }
    expect(pauses).toEqual([0, 3_750, 7_500, 15_000]);
    expect([poor.sent.length, good.sent.length]).toEqual([4, 1]);
    expect(events.map((event) => [event.event, event.tries])).toEqual([
      ["alert.failed", 1],
      ["alert.failed", 2],
      ["alert.failed", 3],
    ]);
    await dispatcher.close();
  });

  test("after sixteen attempts it is a dead letter: told, kept over a restart, and sent when asked to", async () => {
    let up = false;
    const channel = fake("c", () => (up ? { ok: true } : down));
    const { dispatcher, events, clock } = setUp([channel]);
    dispatcher.enqueue(messageOf("a"));
    for (let due = dispatcher.nextDueAt(); due !== undefined; due = dispatcher.nextDueAt()) {
      clock.now = due;
      await dispatcher.runDue();
    }
    expect(channel.sent).toHaveLength(triesMax);
    expect(events.at(-1)).toEqual({ event: "alert.dead", channel: "c", alert: "a", reason: "down", tries: triesMax });
    await dispatcher.close();

    const next = setUp([channel], clock);
    expect(next.dispatcher.dead()).toMatchObject([{ channel: "c", tries: triesMax, reason: "down", message: { id: "a" } }]);
    up = true;
    expect(next.dispatcher.retry("a", "c")).toBe(true);
    expect(next.dispatcher.retry("nobody", "c")).toBe(false);
    await next.dispatcher.runDue();
    expect(next.dispatcher.dead()).toEqual([]);
    expect(channel.sent).toHaveLength(triesMax + 1);
    await next.dispatcher.close();
  });

  test("what was enqueued before a crash is delivered after it, what was delivered is not sent again, a torn line is dropped", async () => {
    const channel = fake("c", () => ({ ok: true }));
    const { dispatcher } = setUp([channel]);
    dispatcher.enqueue(messageOf("a"));
    await dispatcher.runDue();
    dispatcher.enqueue(messageOf("b"));
    // No close: the process is gone in the middle of a line.
    appendFileSync(path(), '{"op":"done","key":"b\\nc');
    const next = setUp([channel]);
    next.dispatcher.enqueue(messageOf("a"));
    await next.dispatcher.runDue();
    expect(channel.sent).toEqual(["a", "b"]);
    expect(next.dispatcher.nextDueAt()).toBeUndefined();
    await next.dispatcher.close();
    await dispatcher.close();
  });

  test("the bounds of waiting and dead hold, and a refusal is told", () => {
    const { dispatcher, queue, events } = setUp([fake("c", () => down)]);
    for (let i = 0; i < deadMax + 10; i++) {
      const delivery = { message: messageOf(`d${i}`), channel: "c", tries: 0, nextAt: 0, reason: "" };
      queue.bury(delivery, "no");
    }
    expect(queue.dead()).toHaveLength(deadMax);
    const message = messageOf();
    queue.put(
      message,
      Array.from({ length: waitingMax }, (_, i) => `c${i}`),
      0,
    );
    dispatcher.enqueue(messageOf("one more"));
    expect(events).toMatchObject([{ event: "alert.refused" }]);
    expect(queue.waiting()).toHaveLength(waitingMax);
    queue.close();
  });

  test("20,000 deliveries are remembered as made, of which the oldest goes: that one alone would be sent again", () => {
    writeFileSync(path(), Array.from({ length: doneMax + 1 }, (_, n) => `${JSON.stringify({ op: "done", key: `m${n}\nc` })}\n`).join(""));
    const queue = new AlertQueue(path());
    for (const n of [0, 1, doneMax]) queue.put(messageOf(`m${n}`), ["c"], 0);
    expect(queue.waiting().map((one) => one.message.id)).toEqual(["m0"]);
    queue.close();
  });

  test("the file does not grow with deliveries made and is readable by its owner only", () => {
    const queue = new AlertQueue(path());
    const message = messageOf("x");
    queue.put(message, ["c"], 0);
    const [delivery] = queue.waiting();
    if (delivery === undefined) throw new Error("nothing waits");
    for (let i = 0; i < 60_000; i++) queue.again(delivery, i, "down");
    expect(readFileSync(path(), "utf8").split("\n").length).toBeLessThan(50_001);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(queue.waiting()).toHaveLength(1);
    queue.close();
  });

  test("what was delivered leaves the disk, and so does a dead letter when its time is over; what waits stays", () => {
    const queue = new AlertQueue(path());
    for (const [id, at] of [
      ["delivered", 0],
      ["dead long ago", 1_000],
      ["dead lately", 9_000],
      ["waits", 2_000],
    ] as const)
      queue.put(messageOf(id), ["c"], at);
    for (const delivery of queue.waiting()) {
      if (delivery.message.id === "delivered") queue.done(delivery);
      if (delivery.message.id.startsWith("dead")) queue.bury(delivery, "gone");
    }
    queue.forget(5_000);
    expect(queue.dead().map((delivery) => delivery.message.id)).toEqual(["dead lately"]);
    expect(queue.waiting().map((delivery) => delivery.message.id)).toEqual(["waits"]);
    const texts = readFileSync(path(), "utf8").trim().split("\n");
    expect(texts.filter((line) => line.includes(messageOf("x").title))).toHaveLength(2);
    expect(queue.put(messageOf("delivered"), ["c"], 0)).toBe(0);
    expect(queue.waiting()).toHaveLength(1);
    queue.close();
    const again = new AlertQueue(path());
    expect([again.waiting().length, again.dead().length]).toEqual([1, 1]);
    again.close();
  });

  test("a configured webhook gets the alert through the dispatcher running by itself", async () => {
    let arrived: () => void = () => undefined;
    const arriving = new Promise<void>((done) => (arrived = done));
    const { received, url } = await sink(() => (arrived(), { status: 200 }));
    const written: string[] = [];
    const channels = channelsOf({ level: "low", terminal: true, webhook: [{ url, secret }] }, { write: (text) => written.push(text), color: false, now: Date.now });
    const queue = new AlertQueue(path());
    const dispatcher = new AlertDispatcher({ channels, queue, now: Date.now, random: Math.random, onEvent: () => undefined });
    dispatcher.start();
    dispatcher.enqueue(messageOf());
    await arriving;
    await dispatcher.close();
    expect(received).toHaveLength(1);
    expect(written).toHaveLength(1);
    expect(channels.map((channel) => channel.name).join()).not.toContain(secret);
  });
});
