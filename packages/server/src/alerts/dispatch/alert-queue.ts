import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { PosternError } from "@postern/engine";
import { z } from "zod";
import type { AlertMessage } from "../alert-message.ts";

/**
 * Deliveries that wait, on disk: what {@link AlertQueue.put} returned for is delivered or dead-lettered even after `kill -9`. One
 * append-only file of JSON lines; a torn last line is dropped, the file is rewritten at each opening and when it has grown.
 * The file holds messages, so neither identifiers nor secrets. One process at a time.
 */
export class AlertQueue {
  readonly #path: string;
  readonly #waiting = new Map<string, Delivery>();
  readonly #dead = new Map<string, Delivery>();
  readonly #done = new Set<string>();
  #fd: number;
  #lines = 0;

  /** Opens or creates the file. Throws DATA_DIR_UNUSABLE. */
  constructor(path: string) {
    this.#path = path;
    try {
      for (const line of linesOf(path)) this.#apply(line);
      this.#fd = this.#rewrite();
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", "the alert queue cannot be opened", { cause });
    }
  }

  /** Keeps a message for each channel. Deliveries already known (waiting, delivered, dead) are not added again. Returns how many were refused at the bound. */
  put(message: AlertMessage, channels: readonly string[], at: number): number {
    let refused = 0;
    for (const channel of channels) {
      const key = keyOf(message.id, channel);
      if (this.#waiting.has(key) || this.#dead.has(key) || this.#done.has(key)) continue;
      if (this.#waiting.size >= waitingMax) {
        refused += 1;
        continue;
      }
      this.#write({ op: "put", delivery: { message, channel, tries: 0, nextAt: at, reason: "" } });
    }
    fsyncSync(this.#fd);
    return refused;
  }

  /** It failed and is tried again at `nextAt`. */
  again(delivery: Delivery, nextAt: number, reason: string): void {
    this.#write({ op: "put", delivery: { ...delivery, tries: delivery.tries + 1, nextAt, reason } });
  }

  /** It arrived. */
  done(delivery: Delivery): void {
    this.#write({ op: "done", key: keyOf(delivery.message.id, delivery.channel) });
  }

  /** It is given up, kept and shown. */
  bury(delivery: Delivery, reason: string): void {
    this.#write({ op: "dead", delivery: { ...delivery, tries: delivery.tries + 1, reason } });
  }

  /** Takes a dead letter up again. False when there is none. */
  revive(messageId: string, channel: string, at: number): boolean {
    const dead = this.#dead.get(keyOf(messageId, channel));
    if (dead === undefined) return false;
    this.#write({ op: "put", delivery: { ...dead, tries: 0, nextAt: at } });
    return true;
  }

  waiting(): readonly Delivery[] {
    return [...this.#waiting.values()];
  }

  /** The last {@link deadMax} given up, oldest first. */
  dead(): readonly Delivery[] {
    return [...this.#dead.values()];
  }

  /** Drops dead letters whose last attempt was before `before`, and takes what was delivered off the disk: messages name addresses, which are not kept for ever. */
  forget(before: number): void {
    for (const [key, delivery] of this.#dead) if (delivery.nextAt < before) this.#dead.delete(key);
    this.#startAnew();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(line: QueueLine): void {
    // One write a line on an appending descriptor: after a crash a line is there or torn at the end of the file.
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    this.#apply(line);
    if (this.#lines >= linesMax) this.#startAnew();
  }

  #startAnew(): void {
    const old = this.#fd;
    this.#fd = this.#rewrite();
    closeSync(old);
  }

  #apply(line: QueueLine): void {
    this.#lines += 1;
    if (line.op === "done") {
      this.#waiting.delete(line.key);
      remember(this.#done, line.key);
      return;
    }
    const key = keyOf(line.delivery.message.id, line.delivery.channel);
    this.#dead.delete(key);
    if (line.op === "put") {
      this.#waiting.set(key, line.delivery);
      return;
    }
    this.#waiting.delete(key);
    this.#dead.set(key, line.delivery);
    if (this.#dead.size > deadMax)
      for (const oldest of this.#dead.keys()) {
        this.#dead.delete(oldest);
        break;
      }
  }

  /** Writes what still matters to a new file and puts it in the old one's place; returns a descriptor to append to. */
  #rewrite(): number {
    const lines: QueueLine[] = [
      ...[...this.#done].map((key) => ({ op: "done" as const, key })),
      ...[...this.#dead.values()].map((delivery) => ({ op: "dead" as const, delivery })),
      ...[...this.#waiting.values()].map((delivery) => ({ op: "put" as const, delivery })),
    ];
    const next = `${this.#path}.next`;
    const fd = openSync(next, "w", 0o600);
    writeSync(fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(next, this.#path);
    const folder = openSync(join(dirname(this.#path), "."), "r");
    fsyncSync(folder);
    closeSync(folder);
    this.#lines = lines.length;
    return openSync(this.#path, "a", 0o600);
  }
}

/** One message to one channel. */
export interface Delivery {
  readonly message: AlertMessage;
  readonly channel: string;
  /** Attempts that failed. */
  readonly tries: number;
  /** Not before this, milliseconds since the epoch. */
  readonly nextAt: number;
  /** Why the last attempt failed. */
  readonly reason: string;
}

/** A channel down for a week collects some hundred; beyond this new ones are refused and that is said. */
export const waitingMax = 10_000;
export const deadMax = 1_000;
/** Deliveries remembered as done, so that an alert derived again after a crash is not sent again. */
export const doneMax = 20_000;
/** Above everything that can be alive at once, so that a rewrite always shrinks the file. */
const linesMax = 50_000;

type QueueLine = { readonly op: "put" | "dead"; readonly delivery: Delivery } | { readonly op: "done"; readonly key: string };

function keyOf(messageId: string, channel: string): string {
  return `${messageId}\n${channel}`;
}

function remember(done: Set<string>, key: string): void {
  done.add(key);
  if (done.size > doneMax)
    for (const oldest of done) {
      done.delete(oldest);
      break;
    }
}

const counts = z.object({ confirmed: z.number(), denied: z.number(), uniform: z.number(), estimated: z.boolean().default(false) });
const messageSchema: z.ZodType<AlertMessage> = z.object({
  id: z.string(),
  type: z.enum(["incident.opened", "incident.raised", "incident.summary"]),
  at: z.string(),
  level: z.enum(["info", "low", "medium", "high", "critical"]),
  title: z.string(),
  incident: z.object({
    id: z.string(),
    kind: z.string(),
    openedAt: z.string(),
    lastAt: z.string(),
    endpoints: z.array(z.string()),
    sources: z.array(z.string()),
    sourceCount: z.number(),
    disclosed: counts,
    signals: z.number(),
    because: z.string(),
  }),
  next: z.array(z.string()),
  url: z.string().nullable(),
});
const deliverySchema = z.object({ message: messageSchema, channel: z.string(), tries: z.number(), nextAt: z.number(), reason: z.string() });
const lineSchema: z.ZodType<QueueLine> = z.union([z.object({ op: z.enum(["put", "dead"]), delivery: deliverySchema }), z.object({ op: z.literal("done"), key: z.string() })]);

/** Lines that read as they should; a torn one after a crash is not one. */
function linesOf(path: string): QueueLine[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const parsed = lineSchema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}
