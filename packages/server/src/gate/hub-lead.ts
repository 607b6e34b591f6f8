import { RotatingMap } from "@postern/engine";
import type { RequestHead } from "./gate-port.ts";
import { openedShapes, questionShape } from "./question-shape.ts";

/**
 * How far the gate may run ahead of what the hub has read. Without it a list asked at full speed at a service just started is over before the hub has seen enough of it to
 * put up a guard. A question of a shape that the hub has read {@link settledMin} of is free, for ever and at once; any other is one of at most {@link sourceLeadMax} a
 * source and {@link leadMax} in all that were let through and not read by the hub yet, or it waits until it is.
 *
 * Waiting is all it does, and never for long: {@link waitMsMax} later the request goes on, counted in `overdue`. With the hub away nothing waits, nor while a
 * connected hub says nothing. Sources take turns, so that one with a thousand questions waiting holds nobody else up. Beyond {@link waitersMax} waiting requests go on at once.
 *
 * What it misses: a list asked over more connections than may wait; one whose asker first asked {@link settledMin} questions of its shape that told nothing (the hub then needs a
 * few exchanges to see it, at full speed, as it did before); user names asked at a place where {@link settledMin} names were asked before.
 */
export class HubLead {
  readonly #options: HubLeadOptions;
  /** How many exchanges of each shape the hub has read; of one with a word left open, how many words. */
  readonly #shapes = new RotatingMap<number>(shapesMax);
  /** Let through, not finished. */
  readonly #open = new Map<RequestHead, Lead>();
  /** Finished, in the order of their numbers, not read by the hub. */
  #finished: Lead[] = [];
  readonly #sources = new Map<string, Source>();
  /** With waiting requests and room for one more; the next to be served first. */
  readonly #ready = new Set<Source>();
  /** All that wait, oldest first, with some that no longer do. */
  #line: Waiter[] = [];
  #ahead = 0;
  #waiting = 0;
  #heardAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Requests that had to wait. */
  waited = 0;
  /** Requests that went on although the hub had not read those before them: after {@link waitMsMax}, at a bound, or because it is silent. */
  overdue = 0;

  constructor(options: HubLeadOptions) {
    this.#options = options;
  }

  /** Requests waiting now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Sources that are ahead or wait. */
  get sources(): number {
    return this.#sources.size;
  }

  /** The shape of a request that may have to wait; undefined when it is free. */
  shapeOf(method: string, segments: readonly string[], query: string, body: boolean): string | undefined {
    const { key, fixed } = questionShape(method, segments, query, body);
    const read = this.#shapes.get(key) ?? 0;
    if (read >= settledMin || (fixed && read > 0) || !this.#options.connected()) return undefined;
    for (const opened of openedShapes(key)) if ((this.#shapes.get(opened) ?? 0) >= settledMin) return undefined;
    return key.slice(0, shapeCharactersMax);
  }

  /** Lets the request go on and counts it, or says that it must {@link wait}. */
  admit(head: RequestHead, source: string, shape: string): boolean {
    const from = this.#sourceOf(source);
    const lead: Lead = { shape, seq: 0, at: this.#options.nowMs(), source: undefined };
    if (this.#ahead < leadMax && from.ahead < sourceLeadMax && from.waiters.length === 0) this.#take(lead, from);
    else if (this.#waiting < waitersMax && !this.#silent(lead.at)) {
      this.#forget(from);
      return false;
    } else {
      this.overdue++;
      this.#forget(from);
    }
    this.#opened(head, lead);
    return true;
  }

  /** Calls `go` once, when the request may go on: never before this returns, never after {@link finished}. `guarded` says whether limits of its own hold it by now. */
  wait(head: RequestHead, source: string, shape: string, go: () => void, guarded: () => boolean): void {
    const from = this.#sourceOf(source);
    const waiter: Waiter = { head, shape, source: from, at: this.#options.nowMs(), go, guarded, done: false };
    from.waiters.push(waiter);
    this.#line.push(waiter);
    this.#waiting++;
    this.waited++;
    if (from.ahead < sourceLeadMax) this.#ready.add(from);
    this.#watch();
    this.#options.hasten();
  }

  /** The request is over and was given this number; or its client left while it waited. */
  finished(head: RequestHead, seq: number): void {
    const lead = this.#open.get(head);
    if (lead === undefined) {
      if (this.#waiting > 0) this.#left(head);
      return;
    }
    this.#open.delete(head);
    lead.seq = seq;
    if (this.#finished.length < finishedMax) this.#finished.push(lead);
    else this.#release(lead);
    if (this.#waiting > 0) this.#options.hasten();
  }

  /** The hub has read everything up to this number; what followed from it is in force. */
  acknowledged(seq: number): void {
    this.#heardAt = this.#options.nowMs();
    let count = 0;
    for (const lead of this.#finished) {
      if (lead.seq > seq) break;
      count++;
      this.#read(lead.shape);
      this.#release(lead);
    }
    if (count > 0) this.#finished.splice(0, count);
    this.#serve();
  }

  /** Guards came or went: what is guarded by now has nothing to wait for. */
  reconsider(): void {
    for (const waiter of this.#line.slice()) if (!waiter.done && waiter.guarded()) this.#pass(waiter, undefined);
  }

  /** The hub is away: nothing waits. */
  disconnected(): void {
    for (const lead of this.#finished) this.#release(lead);
    this.#finished = [];
    for (const waiter of this.#line) if (!waiter.done) this.#pass(waiter, undefined);
    this.#line = [];
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #read(shape: string): void {
    const before = this.#shapes.get(shape);
    this.#shapes.set(shape, (before ?? 0) + 1);
    if (before === undefined) for (const opened of openedShapes(shape)) this.#shapes.set(opened, (this.#shapes.get(opened) ?? 0) + 1);
  }

  #sourceOf(name: string): Source {
    let source = this.#sources.get(name);
    if (source === undefined) {
      source = { name, ahead: 0, waiters: [] };
      this.#sources.set(name, source);
    }
    return source;
  }

  #forget(source: Source): void {
    if (source.ahead === 0 && source.waiters.length === 0) this.#sources.delete(source.name);
  }

  #opened(head: RequestHead, lead: Lead): void {
    this.#open.set(head, lead);
    if (lead.source !== undefined) this.#watch();
  }

  #take(lead: Lead, source: Source): void {
    lead.source = source;
    source.ahead++;
    this.#ahead++;
  }

  #release(lead: Lead): void {
    const { source } = lead;
    if (source === undefined) return;
    lead.source = undefined;
    source.ahead--;
    this.#ahead--;
    if (source.waiters.length > 0) this.#ready.add(source);
    else this.#forget(source);
  }

  /** Those that wait go on as far as there is room, sources in turn. */
  #serve(): void {
    while (this.#ahead < leadMax) {
      const [source] = this.#ready;
      if (source === undefined) return;
      this.#ready.delete(source);
      const waiter = source.waiters.shift();
      if (waiter === undefined) continue;
      const lead: Lead = { shape: waiter.shape, seq: 0, at: this.#options.nowMs(), source: undefined };
      this.#take(lead, source);
      if (source.waiters.length > 0 && source.ahead < sourceLeadMax) this.#ready.add(source);
      this.#pass(waiter, lead);
    }
  }

  #pass(waiter: Waiter, lead: Lead | undefined): void {
    waiter.done = true;
    this.#waiting--;
    const { source, head, shape } = waiter;
    if (lead === undefined) {
      const place = source.waiters.indexOf(waiter);
      if (place >= 0) source.waiters.splice(place, 1);
      if (source.waiters.length === 0) this.#ready.delete(source);
      this.#forget(source);
    }
    this.#opened(head, lead ?? { shape, seq: 0, at: this.#options.nowMs(), source: undefined });
    waiter.go();
  }

  #left(head: RequestHead): void {
    const waiter = this.#line.find((one) => one.head === head);
    if (waiter === undefined || waiter.done) return;
    waiter.done = true;
    this.#waiting--;
    const { source } = waiter;
    source.waiters.splice(source.waiters.indexOf(waiter), 1);
    if (source.waiters.length === 0) this.#ready.delete(source);
    this.#forget(source);
  }

  /** A hub that has not said a word for as long as anybody may wait is none to wait for. */
  #silent(now: number): boolean {
    const oldest = this.#finished[0];
    return oldest !== undefined && now - Math.max(this.#heardAt, oldest.at) > silentMs;
  }

  #watch(): void {
    this.#timer ??= setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** What waited too long goes on; what is under way or unread for too long holds nobody up any more. Called by itself while there is anything. */
  sweep(): void {
    const now = this.#options.nowMs();
    for (const lead of this.#open.values()) if (now - lead.at > leadMsMax) this.#release(lead);
    for (const lead of this.#finished) if (now - lead.at > leadMsMax) this.#release(lead);
    this.#serve();
    let gone = 0;
    for (const waiter of this.#line) {
      if (!waiter.done) {
        if (now - waiter.at < waitMsMax) break;
        this.overdue++;
        this.#pass(waiter, undefined);
      }
      gone++;
    }
    if (gone > 0) this.#line.splice(0, gone);
    if (this.#ahead > 0 || this.#waiting > 0 || this.#line.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

export interface HubLeadOptions {
  /** Whether there is a hub to wait for. */
  readonly connected: () => boolean;
  /** What is finished is to be sent to the hub now: somebody waits. */
  readonly hasten: () => void;
  /** Real, never going back. */
  readonly nowMs: () => number;
}

/** Exchanges of a shape that the hub has read when it is free. A list of which one in fifty exists has shown three people by then, and two are enough for a guard. */
export const settledMin = 256;
/** As many as every key may ask a guarded endpoint: what a source is ahead by costs no more than what it may have anyway. A browser has six connections. */
export const sourceLeadMax = 8;
/** A service of 4,000 new questions a second, read within 15 ms each. */
export const leadMax = 64;
/** Noticed by nobody who waits for a page to open, and ten times what the hub needs on a busy machine. */
export const waitMsMax = 500;
/** A quarter of the requests that a proxy serves at once: those that wait leave room for the others. */
export const waitersMax = 1_024;
/** A long poll or a slow service is not what the hub is waited for. */
export const leadMsMax = 1_000;
const silentMs = waitMsMax;
const sweepMs = 50;
/** A second at full load; what is beyond holds nobody up, and its shapes settle later. */
export const finishedMax = 4_096;
/** Between two and eight MiB: a shape is seldom longer than a path. Who makes ever new shapes pushes others out: those are to be read anew, and free again after that. */
export const shapesMax = 16_384;

/** Method, path and names of an honest request; what is longer shares its beginning. */
const shapeCharactersMax = 512;

/** One request that was let through. */
interface Lead {
  readonly shape: string;
  seq: number;
  readonly at: number;
  /** Undefined when it does not count: it passed without room, or for too long. */
  source: Source | undefined;
}

interface Source {
  readonly name: string;
  ahead: number;
  readonly waiters: Waiter[];
}

interface Waiter {
  readonly head: RequestHead;
  readonly shape: string;
  readonly source: Source;
  readonly at: number;
  readonly go: () => void;
  readonly guarded: () => boolean;
  done: boolean;
}
