import { createHash } from "node:crypto";

/** The hash of everything shown to it, and of everything up to the last newline: a log that grows keeps the second one at that place. */
export class ContentDigest {
  readonly #hash = createHash("sha256");
  #lineHash = createHash("sha256");
  #head: Buffer = Buffer.alloc(0);
  readonly #headBytes: number;
  bytes = 0;
  lineBytes = 0;
  /** Newlines. */
  lines = 0;

  /** `headBytes`: how much of the beginning has a hash of its own. */
  constructor(headBytes: number) {
    this.#headBytes = headBytes;
  }

  update(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#head.length < this.#headBytes) this.#head = Buffer.concat([this.#head, bytes.subarray(0, this.#headBytes - this.#head.length)]);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      this.lines++;
      from = at + 1;
    }
    if (from > 0) {
      this.#hash.update(bytes.subarray(0, from));
      this.#lineHash = this.#hash.copy();
      this.lineBytes = this.bytes + from;
    }
    this.#hash.update(bytes.subarray(from));
    this.bytes += bytes.length;
  }

  /** Hexadecimal, of what was shown so far. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  lineSha256(): string {
    return this.#lineHash.copy().digest("hex");
  }

  head(): string {
    return createHash("sha256").update(this.#head).digest("hex");
  }
}
