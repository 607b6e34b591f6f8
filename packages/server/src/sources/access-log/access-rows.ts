import { type Callers, type Client, type Exchange, type ExchangeRows, exchangeWeight, headerOf, type HeaderList, type Message } from "@postern/engine";
import { recordId } from "../record-id.ts";
import type { Batch, Rejected } from "../source.ts";
import { carriesHost, carriesPath } from "./access-log.ts";

/** Some hundred or thousand records of an access log as numbers and a few texts: what one thread hands to another in microseconds. */
export interface PackedRows {
  readonly at: Float64Array<ArrayBuffer>;
  readonly size: Float64Array<ArrayBuffer>;
  /** Negative: the source does not say. */
  readonly durationMs: Float64Array<ArrayBuffer>;
  /** {@link columns} numbers a row. */
  readonly numbers: Int32Array<ArrayBuffer>;
  /** Texts, clients and header lists not seen before, in the order of their numbers. */
  readonly texts: readonly string[];
  readonly clients: readonly string[];
  readonly headers: readonly HeaderList[];
  /** Keyed hashes of each of `clients`, and of clients and headers not seen together before; empty unless the packer was given {@link Callers}. */
  readonly networks: readonly string[];
  readonly narrows: readonly string[];
  /** Numbers start from 0 again: the texts known before are forgotten. */
  readonly anew: boolean;
  readonly rejected: readonly Rejected[];
  /** Once it is known; see `ReadOptions.onMapping`. */
  readonly mapping?: string | undefined;
}

const columns = 8;
/** Line, method, URL, client, headers, status with one bit for the host, weight, and the place in `narrows` of a caller's first row, else -1. */
const lineColumn = 0;
const methodColumn = 1;
const urlColumn = 2;
const clientColumn = 3;
const headersColumn = 4;
const statusColumn = 5;
const weightColumn = 6;
const keysColumn = 7;
const hostBit = 1_024;

/** Different texts numbered before numbers start anew. A batch of records that waits keeps its own; about 10 MB. */
export const numberedMax = 65_536;

/** Packs exchanges that an access log's parser made; give each with its line. */
export class RowPacker {
  #at: number[] = [];
  #size: number[] = [];
  #durationMs: number[] = [];
  #numbers: number[] = [];
  #rejected: Rejected[] = [];
  #anew = false;
  readonly #texts = new Numbering<string>();
  readonly #clients = new Numbering<string>();
  readonly #headers = new Numbering<HeaderList>();
  readonly #callers: Pick<Callers, "keysOf"> | undefined;
  #networks: string[] = [];
  #narrows: string[] = [];
  readonly #pairs = new Set<number>();

  /** With `callers`, the keyed hashes of who asked are worked out here as well. */
  constructor(callers?: Pick<Callers, "keysOf">) {
    this.#callers = callers;
  }

  add(exchange: Exchange, line: number): void {
    const { headers } = exchange.request;
    const { address } = exchange.client;
    const client = this.#clients.of(address, address);
    const list = this.#headers.of(nameOf(headers), headers);
    this.#at.push(exchange.at);
    this.#size.push(exchange.response.size ?? 0);
    this.#durationMs.push(exchange.durationMs ?? -1);
    this.#numbers.push(
      line,
      this.#texts.of(exchange.method, exchange.method),
      this.#texts.of(exchange.url, exchange.url),
      client,
      list,
      exchange.response.status | (exchange.carries.host ? hostBit : 0),
      exchangeWeight(exchange),
      this.#keysOf(client, list, address, headers),
    );
  }

  #keysOf(client: number, list: number, address: string, headers: HeaderList): number {
    if (this.#callers === undefined) return -1;
    // Numbers end a little above the bound, at a batch's end.
    const pair = client * 2 ** 24 + list;
    if (this.#pairs.has(pair)) return -1;
    this.#pairs.add(pair);
    const keys = this.#callers.keysOf(address, headerOf(headers, "user-agent").slice(0, userAgentCharactersMax));
    // A client not seen before has a first row with some headers: one network a client, in their order.
    if (this.#networks.length < this.#clients.fresh.length) this.#networks.push(keys.network);
    return this.#narrows.push(keys.narrow) - 1;
  }

  reject(rejected: Rejected): void {
    this.#rejected.push(rejected);
  }

  /** What was added since the last call. */
  take(): PackedRows {
    const packed: PackedRows = {
      at: Float64Array.from(this.#at),
      size: Float64Array.from(this.#size),
      durationMs: Float64Array.from(this.#durationMs),
      numbers: Int32Array.from(this.#numbers),
      texts: this.#texts.fresh,
      clients: this.#clients.fresh,
      headers: this.#headers.fresh,
      networks: this.#networks,
      narrows: this.#narrows,
      anew: this.#anew,
      rejected: this.#rejected,
    };
    this.#at = [];
    this.#size = [];
    this.#durationMs = [];
    this.#numbers = [];
    this.#rejected = [];
    this.#networks = [];
    this.#narrows = [];
    this.#anew = Math.max(this.#texts.size, this.#clients.size, this.#headers.size) >= numberedMax;
    if (this.#anew || this.#pairs.size >= pairsMax) this.#pairs.clear();
    for (const numbering of [this.#texts, this.#clients, this.#headers]) numbering.taken(this.#anew);
    return packed;
  }
}

/** Takes packed rows apart again, in the order they were packed. */
export class RowReader {
  readonly #name: string;
  readonly #callers: Pick<Callers, "know" | "shared"> | undefined;
  #texts: string[] = [];
  #clients: Client[] = [];
  #requests: Message[] = [];

  /** `name` as in `ReadOptions`; `callers` are told the keys that came along as soon as they are needed. */
  constructor(name: string, callers?: Pick<Callers, "know" | "shared">) {
    this.#name = name;
    this.#callers = callers;
  }

  read(packed: PackedRows): Batch {
    if (packed.anew) {
      this.#texts = [];
      this.#clients = [];
      this.#requests = [];
    }
    for (const text of packed.texts) this.#texts.push(text);
    for (const [n, address] of packed.clients.entries()) {
      const network = packed.networks[n];
      this.#clients.push(this.#callers === undefined || network === undefined ? { address } : this.#callers.shared(address, network));
    }
    for (const headers of packed.headers) this.#requests.push({ headers });
    return new AccessRows(this.#name, packed, this.#texts, this.#clients, this.#requests, this.#callers);
  }
}

class AccessRows implements ExchangeRows, Batch {
  readonly length: number;
  readonly rejected: readonly Rejected[];
  readonly #name: string;
  readonly #packed: PackedRows;
  readonly #texts: readonly string[];
  readonly #clients: readonly Client[];
  readonly #requests: readonly Message[];
  readonly #callers: Pick<Callers, "know" | "shared"> | undefined;

  constructor(
    name: string,
    packed: PackedRows,
    texts: readonly string[],
    clients: readonly Client[],
    requests: readonly Message[],
    callers: Pick<Callers, "know" | "shared"> | undefined,
  ) {
    this.#callers = callers;
    this.#name = name;
    this.#packed = packed;
    this.length = packed.at.length;
    this.rejected = packed.rejected;
    this.#texts = texts;
    this.#clients = clients;
    this.#requests = requests;
  }

  get rows(): ExchangeRows {
    return this;
  }

  get exchanges(): readonly Exchange[] {
    return Array.from({ length: this.length }, (_, row) => this.exchange(row));
  }

  at(row: number): number {
    return this.#packed.at[row] ?? 0;
  }

  weight(row: number): number {
    return this.#packed.numbers[row * columns + weightColumn] ?? 0;
  }

  exchange(row: number): Exchange {
    const { numbers } = this.#packed;
    const from = row * columns;
    const status = numbers[from + statusColumn] ?? 0;
    const durationMs = this.#packed.durationMs[row] ?? -1;
    const client = this.#clients[numbers[from + clientColumn] ?? 0] ?? nobody;
    const request = this.#requests[numbers[from + headersColumn] ?? 0] ?? noHeaders;
    const narrow = this.#packed.narrows[numbers[from + keysColumn] ?? -1];
    if (narrow !== undefined) this.#callers?.know(client, headerOf(request.headers, "user-agent").slice(0, userAgentCharactersMax), narrow);
    const exchange: Exchange = {
      id: recordId(this.#name, numbers[from + lineColumn] ?? 0),
      at: this.#packed.at[row] ?? 0,
      method: this.#texts[numbers[from + methodColumn] ?? 0] ?? "",
      url: this.#texts[numbers[from + urlColumn] ?? 0] ?? "",
      client,
      request,
      response: { status: status & (hostBit - 1), headers: noHeaders.headers, size: this.#packed.size[row] ?? 0 },
      carries: (status & hostBit) === 0 ? carriesPath : carriesHost,
    };
    return durationMs < 0 ? exchange : { ...exchange, durationMs };
  }
}

/** As the engine cuts it. */
const userAgentCharactersMax = 512;
/** Pairs of client and headers known at a time; what is forgotten is hashed again. */
const pairsMax = 262_144;
const nobody: Client = { address: "" };
const noHeaders: Message = { headers: [] };

/** A number for each different thing, by its name, and those numbered since last asked. */
class Numbering<T> {
  fresh: T[] = [];
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#numbers.size;
  }

  of(name: string, thing: T): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(name, number);
      this.fresh.push(thing);
    }
    return number;
  }

  taken(anew: boolean): void {
    this.fresh = [];
    if (anew) this.#numbers.clear();
  }
}

/** Header names of access logs are two fixed ones, so values between line ends name a list: a line holds none. */
function nameOf(headers: HeaderList): string {
  const [first, second] = headers;
  if (first === undefined) return "";
  return second === undefined ? `${first[0]}\n${first[1]}` : `${first[0]}\n${first[1]}\n${second[1]}`;
}
