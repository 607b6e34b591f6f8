import { type AgedEntry, AgedMap } from "../observe/aged-map.ts";

/**
 * What looks like a follow-up where answers cannot be read (an access log): soon after a question its client changed something elsewhere, with success. Whom that was
 * about is not known, so it is laid to the last question that waits. It only ever gives credits back; that it is missing is held against nobody, and nothing is learned
 * from it about who exists.
 *
 * Mistakes: an enumerator who posts something harmless after each question passes for honest here; in live traffic, where answers are seen, this takes no part.
 * Bounds: {@link clientsMax} clients with {@link waitingMax} questions each; at the bound the oldest goes, which costs a follow-up.
 */
export class WeakFollowUps {
  readonly #clients = new AgedMap<string, Client>();

  asked(narrow: string, subject: string, at: number): void {
    let client = this.#clients.get(narrow);
    if (client !== undefined) this.#clients.touch(client);
    else {
      const { oldest } = this.#clients;
      if (this.#clients.size >= clientsMax && oldest !== undefined) this.#clients.remove(oldest);
      client = { key: narrow, waiting: [], older: undefined, newer: undefined };
      this.#clients.add(client);
    }
    const { waiting } = client;
    if (waiting.some((one) => one.subject === subject)) return;
    waiting.push({ subject, at });
    if (waiting.length > waitingMax) waiting.shift();
  }

  /** The subject of the question this client follows up, told once; undefined when none waits. */
  followed(narrow: string, at: number): string | undefined {
    const client = this.#clients.get(narrow);
    if (client === undefined) return undefined;
    const last = client.waiting.pop();
    if (client.waiting.length === 0) this.#clients.remove(client);
    return last !== undefined && at - last.at <= withinMs ? last.subject : undefined;
  }
}

interface Client extends AgedEntry<string, Client> {
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly subject: string;
  readonly at: number;
}

const clientsMax = 16_384;
/** People who ask at the same time behind one address with the same client. */
const waitingMax = 8;
/** As long as a follow-up may take where it can be seen. */
const withinMs = 600_000;
