import type { Exchange, ExchangeRows, Ports } from "@postern/engine";

/** What a reader makes of its input: exchanges, and for each record it had to refuse, why. Accepted + rejected = records read. */
export interface Batch {
  readonly exchanges: readonly Exchange[];
  readonly rejected: readonly Rejected[];
  /** The same exchanges where they are put together one by one: whoever can take these need not ask for `exchanges`. */
  readonly rows?: ExchangeRows;
}

/** A record that could not be read. The rest of the input goes on. */
export interface Rejected {
  /** 1-based line (or entry, for HAR). */
  readonly line: number;
  readonly column?: number;
  readonly reason: string;
  readonly remedy: string;
}

/** Reads one input to its end, in batches (about 1,000 records), in bounded memory. Never throws on bad records; throws SOURCE_UNREADABLE when the input itself fails. */
export type ReadSource = (input: AsyncIterable<Uint8Array>, options: ReadOptions) => AsyncIterable<Batch>;

export interface ReadOptions {
  /** Prefix of ids made for records that have none: `<name>:<line>`. */
  readonly name: string;
  /** Lines of the file in front of the input, for numbers and ids; line formats only. */
  readonly linesBefore?: number;
  /** Told once which members or columns of the log were taken for what, where the format has names of its own. */
  readonly onMapping?: ((mapping: string) => void) | undefined;
  /** The key and the ports made of it, so that a reader on a thread of its own can hash callers as these ports do. */
  readonly keyed?: { readonly secret: Uint8Array; readonly ports: Ports } | undefined;
}

/** Formats of access logs; each is described at `accessLogReader`. */
export type AccessFormat = "combined" | "common" | "json" | "haproxy" | "alb" | "envoy" | "w3c";

export type Format = "ndjson" | "har" | AccessFormat;
