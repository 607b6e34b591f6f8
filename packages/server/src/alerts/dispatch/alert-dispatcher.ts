import type { AlertChannel } from "../alert-channel.ts";
import type { AlertMessage } from "../alert-message.ts";
import type { AlertQueue, Delivery } from "./alert-queue.ts";

/**
 * Brings alerts to every channel, at least once each: kept on disk first, then tried, then tried again with growing pauses, then
 * given up into the dead letters, which are kept and shown. One channel's failure never holds another back. Failing to notify
 * is itself an event ({@link DispatchEvent}), since a silent pager looks like safety.
 */
export class AlertDispatcher {
  readonly #options: DispatcherOptions;
  readonly #busy = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Keeps the message for every channel; on return it survives a crash. The same message twice is sent once. */
  enqueue(message: AlertMessage): void {
    const refused = this.#options.queue.put(
      message,
      this.#options.channels.map((channel) => channel.name),
      this.#options.now(),
    );
    if (refused > 0) this.#options.onEvent({ event: "alert.refused", channel: "", alert: message.id, reason: `${refused} deliveries refused: too many wait`, tries: 0 });
    if (this.#timer !== undefined) this.#schedule();
  }

  /** Tries everything due now and resolves when each attempt has ended. Deliveries of channels no longer configured are given up. */
  async runDue(): Promise<void> {
    const now = this.#options.now();
    const due = this.#options.queue.waiting().filter((delivery) => delivery.nextAt <= now && !this.#busy.has(keyOf(delivery)));
    const byChannel = groupByChannel(due);
    await Promise.all([...byChannel.values()].map((deliveries) => this.#deliver(deliveries)));
  }

  /** When the next attempt is due; undefined when nothing waits. */
  nextDueAt(): number | undefined {
    const waiting = this.#options.queue.waiting();
    return waiting.length === 0 ? undefined : Math.min(...waiting.map((delivery) => delivery.nextAt));
  }

  /** Works by itself from now on, on real timers, until {@link close}. */
  start(): void {
    this.#schedule();
  }

  /** What was given up, oldest first. */
  dead(): readonly Delivery[] {
    return this.#options.queue.dead();
  }

  /** Tries a dead letter again from the start. False when there is none. */
  retry(messageId: string, channel: string): boolean {
    const revived = this.#options.queue.revive(messageId, channel, this.#options.now());
    if (revived && this.#timer !== undefined) this.#schedule();
    return revived;
  }

  /** Stops, after the attempts under way. What waits stays on disk. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
    for (const channel of this.#options.channels) channel.close?.();
    this.#options.queue.close();
  }

  async #deliver(deliveries: readonly Delivery[]): Promise<void> {
    for (const delivery of deliveries) {
      if (this.#closed) return;
      const key = keyOf(delivery);
      this.#busy.add(key);
      try {
        await this.#attempt(delivery);
      } finally {
        this.#busy.delete(key);
      }
    }
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const { queue, now, onEvent, channels } = this.#options;
    const channel = channels.find((candidate) => candidate.name === delivery.channel);
    const result = channel === undefined ? ({ ok: false, retry: false, reason: "the channel is no longer configured" } as const) : await channel.send(delivery.message);
    if (result.ok) return queue.done(delivery);
    const tries = delivery.tries + 1;
    const given = { channel: delivery.channel, alert: delivery.message.id, reason: result.reason, tries };
    if (!result.retry || tries >= triesMax) {
      queue.bury(delivery, result.reason);
      return onEvent({ event: "alert.dead", ...given });
    }
    queue.again(delivery, now() + this.#pauseMs(tries), result.reason);
    onEvent({ event: "alert.failed", ...given });
  }

  /** 5 s, 10 s, 20 s … to an hour, each between half and the whole, so that many waiting do not come back at once. */
  #pauseMs(tries: number): number {
    const whole = Math.min(pauseMaxMs, pauseFirstMs * 2 ** (tries - 1));
    return Math.round(whole * (0.5 + this.#options.random() / 2));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#running !== undefined) return;
    const due = this.nextDueAt();
    const waitMs = due === undefined ? idleMs : Math.max(0, Math.min(idleMs, due - this.#options.now()));
    this.#timer = setTimeout(() => {
      this.#running = this.runDue()
        // The queue could not be written: nothing is lost, the next look tries again.
        .catch(() => this.#options.onEvent({ event: "alert.failed", channel: "", alert: "", reason: "the alert queue cannot be written", tries: 0 }))
        .finally(() => {
          this.#running = undefined;
          this.#schedule();
        });
    }, waitMs);
    this.#timer.unref();
  }
}

export interface DispatcherOptions {
  readonly channels: readonly AlertChannel[];
  readonly queue: AlertQueue;
  /** Milliseconds since the epoch: the real clock, also where traffic runs on a scaled one. */
  readonly now: () => number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly onEvent: (event: DispatchEvent) => void;
}

export interface DispatchEvent {
  readonly event: "alert.failed" | "alert.dead" | "alert.refused";
  readonly channel: string;
  readonly alert: string;
  readonly reason: string;
  readonly tries: number;
}

/** Sixteen attempts with these pauses span about seven hours: a night's outage of a mail server. */
export const triesMax = 16;
const pauseFirstMs = 5_000;
const pauseMaxMs = 3_600_000;
/** How often to look when nothing is known to be due. */
const idleMs = 60_000;

function groupByChannel(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const group = groups.get(delivery.channel);
    if (group === undefined) groups.set(delivery.channel, [delivery]);
    else group.push(delivery);
  }
  return groups;
}

function keyOf(delivery: Delivery): string {
  return `${delivery.message.id}\n${delivery.channel}`;
}
