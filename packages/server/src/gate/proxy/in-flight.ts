import type { Socket } from "node:net";
import { bodyBytesMax, type BodyRuling, type Capture, type DenyRuling, type FinalRuling, type GatePort, type HoldRuling, type RequestHead, type Ruling } from "../gate-port.ts";
import { headersForClient, replacedHeaders } from "./answer-headers.ts";
import type { ClientRequest, ClientResponse } from "./client-side.ts";
import type { ProxyLimits } from "./limits.ts";
import { problem } from "./problem.ts";
import type { ProxyEvent } from "./proxy-event.ts";
import { forwardedHead, forwardedTrailers, type HopFacts, type ReadHead } from "./request-head.ts";
import type { ResponseHead } from "./response-parser.ts";
import { Tee } from "./tee.ts";
import { openTunnel } from "./tunnel.ts";
import { undoEncoding } from "./undo-encoding.ts";
import type { UpstreamConnection, UpstreamFailure, UpstreamJob, UpstreamPool } from "./upstream-pool.ts";

/** What all requests of one proxy share. Replaced as a whole on reload; a request keeps the one it began with. */
export interface ProxyContext {
  readonly gate: GatePort;
  readonly pool: UpstreamPool;
  readonly limits: ProxyLimits;
  readonly now: () => number;
  /** Clock milliseconds per real millisecond. */
  readonly scale: number;
  readonly onEvent: (event: ProxyEvent) => void;
  readonly active: Set<InFlight>;
  readonly tunnels: Set<Socket>;
  /** Real time of the last sweep, good to a second: reading a clock for every chunk would cost more than it tells. */
  readonly clock: { realMs: number };
}

/**
 * One request on its way: from its head, past the judgement, to the upstream and back. One object a request, methods instead
 * of closures. `onComplete` is called exactly once, when the client has its answer or will never have one.
 */
export class InFlight implements UpstreamJob {
  readonly method: string;
  readonly upgradable: boolean;
  sent: boolean;
  private readonly context: ProxyContext;
  private readonly req: ClientRequest;
  private readonly res: ClientResponse;
  private readonly read: ReadHead;
  private readonly head: RequestHead;
  private readonly hop: HopFacts;
  private readonly lines: string | undefined;
  private readonly section: string | undefined;
  private readonly upgradeRest: Buffer | undefined;
  private ruling: Ruling = passRuling;
  private stage: Stage = Stage.asking;
  private stageAtMs: number;
  private touchedMs: number;
  private connection: UpstreamConnection | undefined;
  private readonly requestTee: Tee;
  private answerTee: Tee = Tee.closed;
  private answer: ResponseHead | undefined;
  private responseBytes = 0;
  private endedAt = -1;
  /** Real times, finer than the clock's: the service's own time may tell who exists. */
  private askedMs = -1;
  private upstreamMs = -1;
  private upstreamError: UpstreamFailure | undefined;
  private replaced = false;
  private sentInstead: Capture["sent"];
  private answerEnded = false;
  private retried = false;
  private expecting: boolean;
  private pumping = false;
  private judging = false;
  private completed = false;
  private collected: Buffer[] | undefined;
  private collectedBytes = 0;
  private held: Buffer[] | undefined;
  private heldBytes = 0;
  private clientFull = false;
  private drainListened = false;
  private timer: NodeJS.Timeout | undefined;
  private trailers: readonly string[] = [];

  constructor(context: ProxyContext, req: ClientRequest, res: ClientResponse, facts: RequestFacts) {
    const { read, head, hop, expecting, upgradeRest } = facts;
    this.context = context;
    this.req = req;
    this.res = res;
    this.read = read;
    this.head = head;
    this.hop = hop;
    this.lines = facts.lines;
    this.section = facts.section;
    this.expecting = expecting;
    this.upgradeRest = upgradeRest;
    this.method = read.method;
    this.upgradable = upgradeRest !== undefined;
    this.sent = false;
    this.stageAtMs = context.clock.realMs;
    this.touchedMs = this.stageAtMs;
    this.requestTee = read.hasBody ? Tee.forRequest(head.rawHeaders) : Tee.closed;
    req.inFlight = this;
    res.inFlight = this;
    res.watchClose();
    context.active.add(this);
  }

  /** Asks the judgement and goes on as it says. */
  begin(): void {
    let ruling: Ruling;
    try {
      ruling = this.context.gate.onRequest(this.head);
    } catch (error) {
      this.gateFailed(error);
      return;
    }
    if (ruling.kind !== "wait") {
      this.rule(ruling);
      return;
    }
    this.ruling = ruling;
    this.enter(Stage.pausing);
    ruling.start((next) => {
      if (this.stage === Stage.pausing) this.rule(next);
    });
  }

  private rule(ruling: FinalRuling | BodyRuling): void {
    this.ruling = ruling;
    if (ruling.kind !== "body") {
      this.follow(ruling);
      return;
    }
    if (!this.read.hasBody) {
      this.judgeBody(ruling, true);
      return;
    }
    this.enter(Stage.collecting);
    this.collected = [];
    if (this.expecting) this.answerContinue();
    this.pump();
  }

  /** Called about once a second: no request outlives its bounds. */
  sweep(nowMs: number): void {
    const { limits } = this.context;
    const idleMs = nowMs - this.touchedMs;
    switch (this.stage) {
      case Stage.collecting:
        if (idleMs > limits.clientIdleMs) this.giveUp(408, "The request body did not arrive in time.");
        return;
      case Stage.connecting:
        if (nowMs - this.stageAtMs > limits.connectMs) this.failUpstream("connect", "no connection in time");
        return;
      case Stage.asking:
        if (this.expecting && nowMs - this.stageAtMs > limits.continueMs) this.startBody();
        if (this.sent || !this.pumping || this.req.isPaused()) {
          if (idleMs > limits.answerHeadMs) this.failUpstream("timeout", "no answer in time");
        } else if (idleMs > limits.clientIdleMs) this.giveUp(408, "The request body did not arrive in time.");
        return;
      case Stage.holding:
        if (nowMs - this.stageAtMs > limits.answerHeadMs) this.judgeAnswer(false);
        return;
      case Stage.answering:
        if (idleMs > (this.clientFull ? limits.clientIdleMs : limits.answerIdleMs)) {
          if (!this.clientFull) this.upstreamError = "timeout";
          this.cut();
        }
        return;
      case Stage.lingering:
        if (this.req.complete || this.req.destroyed) this.leave();
        else if (nowMs - this.stageAtMs > limits.lingerMs) this.cut();
        return;
      case Stage.pausing:
      case Stage.waiting:
      case Stage.over:
        return;
    }
  }

  /** The client's bytes stopped being HTTP in the middle of this request (a bad chunk, say), or the proxy is shutting down. True when an answer may still be written to the raw socket. */
  abandon(): boolean {
    const silent = !this.res.headersSent;
    this.dropUpstream();
    this.over();
    return silent;
  }

  belongsTo(socket: unknown): boolean {
    return this.req.socket === socket;
  }

  get unanswered(): boolean {
    return !this.res.headersSent;
  }

  cut(): void {
    this.dropUpstream();
    this.req.socket.destroy();
    this.over();
  }

  // ——— the client's side ———

  onRequestData(chunk: Buffer): void {
    this.touchedMs = this.context.clock.realMs;
    this.requestTee.add(chunk);
    if (this.collected !== undefined && this.stage === Stage.collecting) {
      this.collected.push(chunk);
      this.collectedBytes += chunk.length;
      if (this.collectedBytes >= bodyBytesMax && this.ruling.kind === "body") this.judgeBody(this.ruling, false);
      return;
    }
    const { connection } = this;
    if (connection !== undefined && !this.writeBody(connection, chunk)) this.req.pause();
  }

  onRequestEnd(): void {
    this.touchedMs = this.context.clock.realMs;
    if (this.stage === Stage.lingering) {
      this.leave();
      return;
    }
    if (this.stage === Stage.collecting && this.ruling.kind === "body") this.judgeBody(this.ruling, true);
    else if (this.connection !== undefined) this.endBody(this.connection);
  }

  /** The client's connection is gone, or the answer was handed over in full. */
  onClose(): void {
    if (this.stage === Stage.over) return;
    if (this.stage === Stage.lingering) {
      if (!this.res.writableFinished) this.leave();
      return;
    }
    if (this.answerEnded) return;
    this.dropUpstream();
    this.over();
  }

  onClientDrain(): void {
    this.clientFull = false;
    this.touchedMs = this.context.clock.realMs;
    this.connection?.resume();
  }

  // ——— the upstream's side ———

  takeRetry(): boolean {
    if (this.retried || this.read.hasBody || !safeMethods.has(this.method) || this.stage === Stage.over) return false;
    this.retried = true;
    this.sent = false;
    this.askedMs = -1;
    this.connection = undefined;
    this.enter(Stage.connecting);
    return true;
  }

  onConnection(connection: UpstreamConnection): void {
    this.connection = connection;
    this.enter(Stage.asking);
    const { lines } = this;
    const text = lines === undefined ? forwardedHead(this.read, this.head.rawHeaders, this.hop, this.expecting) : `${this.method} ${this.read.target} HTTP/1.1\r\n${lines}`;
    const { socket } = connection;
    if (!this.read.hasBody) {
      this.sent = true;
      this.askedMs = performance.now();
      socket.write(text, "latin1");
      return;
    }
    socket.cork();
    socket.write(text, "latin1");
    const { collected } = this;
    this.collected = undefined;
    if (collected !== undefined) {
      for (const chunk of collected) this.writeBody(connection, chunk);
      if (this.req.readableEnded) this.endBody(connection);
      else this.req.resume();
    } else if (!this.expecting) this.pump();
    process.nextTick(uncork, socket);
  }

  onRoom(): void {
    if (this.pumping && this.stage !== Stage.over) this.req.resume();
  }

  onInformational(head: ResponseHead): void {
    this.touchedMs = this.context.clock.realMs;
    if (head.status === 100) {
      this.startBody();
      return;
    }
    // Hints say something about the answer: not while it is held.
    if (this.ruling.kind === "hold" || this.req.httpVersionMinor === 0 || this.upgradable || this.res.headersSent) return;
    if (head.status === 102) this.res.writeProcessing();
    else if (head.status === 103) {
      const links: string[] = [];
      for (let at = 0; at < head.rawHeaders.length; at += 2) if (head.rawHeaders[at]?.toLowerCase() === "link") links.push(head.rawHeaders[at + 1] ?? "");
      try {
        if (links.length > 0) this.res.writeEarlyHints({ link: links });
      } catch {
        // Node checks the links' syntax; a hint is only a hint.
      }
    }
  }

  onHead(head: ResponseHead): void {
    this.touchedMs = this.context.clock.realMs;
    if (this.askedMs >= 0) this.upstreamMs = performance.now() - this.askedMs;
    this.answer = head;
    this.answerTee = Tee.forAnswer(head.rawHeaders);
    if (this.ruling.kind === "hold") {
      this.enter(Stage.holding);
      this.held = [];
      // A stream of events would be held until its end, or until 64 KiB: it is judged by its head.
      if (isEventStream(head.rawHeaders)) {
        this.judgeAnswer(false);
        if (this.stage === Stage.answering) this.res.flushHeaders();
      }
      return;
    }
    this.enter(Stage.answering);
    this.sendHead(head);
  }

  onBody(chunk: Buffer, last: boolean): boolean {
    this.responseBytes += chunk.length;
    this.answerTee.add(chunk);
    this.touchedMs = this.context.clock.realMs;
    if (this.held !== undefined) {
      this.held.push(chunk);
      this.heldBytes += chunk.length;
      if (!last && this.heldBytes >= bodyBytesMax) {
        this.judgeAnswer(false);
        return !this.clientFull;
      }
      return true;
    }
    if (this.stage !== Stage.answering) return true;
    if (last) {
      this.answerEnded = true;
      // Head and a small body as one latin-1 string (byte for byte the same) go out in one plain write; Node would gather two buffers, which costs more than twice as much.
      if (chunk.length === this.responseBytes && chunk.length <= oneWriteBytesMax) this.res.end(chunk.toString("latin1"), "latin1");
      else this.res.end(chunk);
      return true;
    }
    if (this.res.write(chunk)) return true;
    this.clientIsFull();
    return false;
  }

  onFlush(): void {
    if (this.stage === Stage.answering && this.responseBytes === 0) this.res.flushHeaders();
  }

  onEnd(rawTrailers: readonly string[]): void {
    this.connection = undefined;
    this.endedAt = this.context.now();
    this.trailers = rawTrailers;
    if (this.held !== undefined) this.judgeAnswer(true);
    else if (this.stage === Stage.answering) this.endAnswer();
  }

  onUpgrade(head: ResponseHead): void {
    this.answer = head;
    this.endedAt = this.context.now();
  }

  onTunnel(socket: Socket, rest: Buffer): void {
    this.connection = undefined;
    const { answer } = this;
    if (answer === undefined || this.stage === Stage.over) {
      socket.destroy();
      return;
    }
    if (this.ruling.kind === "hold") {
      this.held = [];
      if (this.judgeHeld(this.ruling, answer, true) !== "pass") {
        socket.destroy();
        return;
      }
    }
    this.res.releaseSocket();
    openTunnel(this.req.socket, this.upgradeRest ?? empty, socket, rest, answer, this.context.limits.tunnelIdleMs, this.context.tunnels);
    this.over();
  }

  onFailure(failure: UpstreamFailure, reason: string): void {
    this.connection = undefined;
    this.failUpstream(failure, reason);
  }

  // ——— steps ———

  private follow(ruling: FinalRuling): void {
    this.ruling = ruling;
    if (ruling.kind === "deny") {
      this.deny(ruling);
      return;
    }
    this.enter(Stage.connecting);
    this.context.pool.request(this, false);
  }

  private judgeBody(ruling: BodyRuling, complete: boolean): void {
    // Writing 100 or pausing may run code that calls back here: the question is put once.
    if (this.judging) return;
    this.judging = true;
    if (!complete) this.req.pause();
    const body = Buffer.concat(this.collected ?? []).subarray(0, bodyBytesMax);
    let next: FinalRuling;
    try {
      next = this.context.gate.onRequestBody(ruling, body, complete && this.collectedBytes <= bodyBytesMax);
    } catch (error) {
      this.gateFailed(error);
      return;
    }
    this.expecting = false;
    this.follow(next);
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.req.startBody();
  }

  private startBody(): void {
    if (!this.expecting) return;
    this.answerContinue();
    this.pump();
  }

  private answerContinue(): void {
    this.expecting = false;
    if (!this.res.headersSent) this.res.writeContinue();
  }

  private writeBody(connection: UpstreamConnection, chunk: Buffer): boolean {
    const { socket } = connection;
    if (!this.read.chunked) return socket.write(chunk);
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, "latin1");
    socket.write(chunk);
    const room = socket.write("\r\n", "latin1");
    socket.uncork();
    return room;
  }

  private endBody(connection: UpstreamConnection): void {
    if (this.sent) return;
    this.sent = true;
    this.askedMs = performance.now();
    if (!this.read.chunked) return;
    let text = "0\r\n";
    const trailers = forwardedTrailers(this.req.rawTrailers);
    for (let at = 0; at < trailers.length; at += 2) text += `${trailers[at]}: ${trailers[at + 1]}\r\n`;
    connection.socket.write(`${text}\r\n`, "latin1");
  }

  private judgeAnswer(complete: boolean): void {
    const { answer, ruling } = this;
    if (answer === undefined || ruling.kind !== "hold" || this.held === undefined) return;
    const chunks = this.held;
    if (this.judgeHeld(ruling, answer, complete) !== "pass") {
      if (!complete) this.dropConnection();
      return;
    }
    this.enter(Stage.answering);
    this.sendHead(answer);
    if (this.stage !== Stage.answering) return;
    for (const chunk of chunks) if (!this.res.write(chunk)) this.clientIsFull();
    if (complete) this.endAnswer();
  }

  /** Puts the held answer to the judgement; anything but a pass is already on its way to the client after this. */
  private judgeHeld(ruling: HoldRuling, answer: ResponseHead, complete: boolean): "pass" | "other" {
    const at = this.context.now();
    const seen = undoEncoding(Buffer.concat(this.held ?? []), answer.rawHeaders, complete);
    this.held = undefined;
    let release;
    try {
      release = this.context.gate.onAnswer(ruling, { at, tookMs: this.tookMs(), status: answer.status, rawHeaders: answer.rawHeaders, body: seen.body, complete: seen.complete });
    } catch (error) {
      this.gateFailed(error);
      return "other";
    }
    if (release.kind === "pass") return "pass";
    this.replaced = true;
    this.enter(Stage.waiting);
    const body = Buffer.from(release.body);
    const headers = replacedHeaders(release.headers, body.length, answer.rawHeaders, release.chunked);
    const waitMs = Math.min((release.notBefore - at) / this.context.scale, this.context.limits.notBeforeMaxMs);
    if (!(waitMs > 0)) this.sendOwn(release.status, headers, body);
    else {
      const { status } = release;
      this.timer = setTimeout(() => this.sendOwn(status, headers, body), Math.ceil(waitMs));
    }
    return "other";
  }

  private tookMs(): number | undefined {
    return this.askedMs < 0 ? undefined : (performance.now() - this.askedMs) * this.context.scale;
  }

  private sendHead(head: ResponseHead): void {
    const { res } = this;
    if (res.headersSent) return;
    res.sendDate = false;
    // The client still waits to hear whether to send its body; after a final answer it never will, and the connection cannot be reused.
    if (this.expecting) res.shouldKeepAlive = false;
    try {
      res.writeHead(head.status, head.reason, headersForClient(head.rawHeaders));
    } catch {
      this.failUpstream("protocol", "a header that cannot be passed on");
    }
  }

  private endAnswer(): void {
    const { res } = this;
    if (!this.answerEnded) {
      this.answerEnded = true;
      if (this.trailers.length > 0) {
        const pairs: [string, string][] = [];
        for (let at = 0; at < this.trailers.length; at += 2) pairs.push([this.trailers[at] ?? "", this.trailers[at + 1] ?? ""]);
        res.addTrailers(pairs);
      }
      res.end();
    }
    this.settle();
  }

  private sendOwn(status: number, headers: string[], body: Buffer): void {
    this.timer = undefined;
    const { res } = this;
    if (this.stage === Stage.over || res.headersSent) return;
    res.sendDate = false;
    if (this.expecting) res.shouldKeepAlive = false;
    try {
      res.writeHead(status, headers);
    } catch (error) {
      // A header of a limit or of a uniform answer that cannot stand in a head: the answer is kept back, not the gate ended.
      const { ref, body: text } = problem(500, "The answer could not be written.");
      this.context.onEvent({ type: "gate-failed", error, ref });
      this.sendProblem(500, text);
      return;
    }
    this.answerEnded = true;
    res.end(body);
    if (this.replaced) this.sentInstead = { rawHeaders: headers, bytes: body.length, ms: this.context.now() - this.head.at };
    this.settle();
  }

  private deny(ruling: DenyRuling): void {
    const body = Buffer.from(ruling.body);
    this.sendOwn(ruling.status, replacedHeaders(ruling.headers, body.length, undefined), body);
  }

  private gateFailed(error: unknown): void {
    const { ref, body } = problem(500, "The request could not be judged.");
    this.context.onEvent({ type: "gate-failed", error, ref });
    this.dropConnection();
    this.sendProblem(500, body);
  }

  private failUpstream(failure: UpstreamFailure, reason: string): void {
    if (this.stage === Stage.over || this.stage === Stage.lingering || this.stage === Stage.waiting) return;
    const status = failure === "timeout" ? 504 : 502;
    const { ref, body } = problem(status, failure === "timeout" ? "The service did not answer in time." : "The service could not be reached or did not answer properly.");
    this.upstreamError = failure;
    this.context.onEvent({ type: "upstream-failed", failure, reason, ref });
    // A service may break off for those who exist only: what is withheld looks as ever. That it cannot be reached speaks of nobody.
    if (failure !== "connect" && this.withheld(status)) return;
    this.dropUpstream();
    if (this.res.headersSent) this.cut();
    else this.sendProblem(status, body);
  }

  /** The judgement withholds the answer that never came. */
  private withheld(status: number): boolean {
    const { ruling } = this;
    if (ruling.kind !== "hold" || this.stage > Stage.holding || this.res.headersSent) return false;
    this.dropConnection();
    this.held = [];
    return this.judgeHeld(ruling, { ...noAnswer, status }, true) !== "pass";
  }

  private giveUp(status: number, detail: string): void {
    const { ref, body } = problem(status, detail);
    this.context.onEvent({ type: "refused", status, reason: detail, ref });
    this.dropUpstream();
    this.res.shouldKeepAlive = false;
    this.sendProblem(status, body);
  }

  private sendProblem(status: number, body: string): void {
    const bytes = Buffer.from(body);
    this.enter(Stage.waiting);
    this.sendOwn(status, ["Content-Type", "application/problem+json", "Content-Length", String(bytes.length)], bytes);
  }

  private clientIsFull(): void {
    this.clientFull = true;
    if (this.drainListened) return;
    this.drainListened = true;
    this.res.watchDrain();
  }

  /** Cuts the upstream connection and tells the judgement that no held answer will come. */
  private dropUpstream(): void {
    this.dropConnection();
    const { ruling } = this;
    if (ruling.kind !== "hold" || this.replaced || this.stage > Stage.holding) return;
    this.held = undefined;
    this.ruling = ruling;
    try {
      this.context.gate.onAbort(ruling, this.context.now());
    } catch (error) {
      this.context.onEvent({ type: "gate-failed", error, ref: "" });
    }
  }

  private dropConnection(): void {
    if (this.connection !== undefined) this.connection.destroy();
    else if (this.stage === Stage.connecting) this.context.pool.cancel(this);
    this.connection = undefined;
  }

  /** The answer is out. A request body still coming is thrown away for a short while, so that the client can read the answer before a reset. */
  private settle(): void {
    this.complete();
    if (this.read.hasBody && !this.req.complete && !this.req.destroyed) {
      this.enter(Stage.lingering);
      this.pump();
      this.collected = undefined;
      this.req.resume();
    } else this.leave();
  }

  private over(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.complete();
    this.leave();
  }

  private leave(): void {
    this.stage = Stage.over;
    this.context.active.delete(this);
  }

  private enter(stage: Stage): void {
    this.stage = stage;
    this.stageAtMs = this.context.clock.realMs;
    this.touchedMs = this.stageAtMs;
  }

  private complete(): void {
    if (this.completed) return;
    this.completed = true;
    const { answer } = this;
    const endedAt = this.endedAt === -1 ? this.context.now() : this.endedAt;
    const capture: Capture = {
      head: this.head,
      ruling: this.ruling,
      replaced: this.replaced,
      sent: this.sentInstead,
      requestSection: this.section,
      requestBody: this.requestTee.bytes(),
      requestBodyTruncated: this.requestTee.truncated || (this.read.hasBody && !this.req.complete),
      status: answer === undefined ? 0 : answer.status,
      responseRawHeaders: answer === undefined ? none : answer.rawHeaders,
      responseSection: answer === undefined ? undefined : answer.section,
      responseBody: this.answerTee.bytes(),
      responseBodyTruncated: this.answerTee.truncated || this.endedAt === -1,
      responseBytes: this.responseBytes,
      durationMs: Math.max(0, endedAt - this.head.at),
      upstreamMs: this.upstreamMs < 0 ? undefined : this.upstreamMs,
      upstreamError: this.upstreamError,
    };
    try {
      this.context.gate.onComplete(capture);
    } catch (error) {
      this.context.onEvent({ type: "gate-failed", error, ref: "" });
    }
  }
}

/** What was read of a request before it is on its way. */
export interface RequestFacts {
  readonly read: ReadHead;
  readonly head: RequestHead;
  readonly hop: HopFacts;
  /** It waits for `100 Continue`. */
  readonly expecting: boolean;
  /** What came after the head of a request that wants to upgrade. */
  readonly upgradeRest: Buffer | undefined;
  /** The forwarded head after its first line, when it is known already. */
  readonly lines: string | undefined;
  /** The header lines as on the wire, when they are one text already. */
  readonly section: string | undefined;
}

/** In the order a request passes them. `pausing`: before it is sent on. `waiting`: for `notBefore`. `lingering`: answered, its body not yet read to the end. */
const Stage = { pausing: -1, collecting: 0, connecting: 1, asking: 2, holding: 3, answering: 4, waiting: 5, lingering: 6, over: 7 } as const;
type Stage = (typeof Stage)[keyof typeof Stage];

/** RFC 9110 9.2.1: asking twice is asking once. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
/** Above it copying to text costs more than the second buffer. */
const oneWriteBytesMax = 8_192;
const passRuling: Ruling = { kind: "pass" };
const none: readonly string[] = [];
const empty = Buffer.alloc(0);

const noAnswer: Omit<ResponseHead, "status"> = { reason: "", minorVersion: 1, rawHeaders: none, section: "" };

function isEventStream(rawHeaders: readonly string[]): boolean {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === "content-type") return /^\s*text\/event-stream\b/i.test(rawHeaders[at + 1] ?? "");
  }
  return false;
}

function uncork(socket: Socket): void {
  socket.uncork();
}
