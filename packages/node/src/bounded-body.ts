import { TextDecoder } from "node:util";
import type { BodyContent } from "@postern/engine";

/** Bytes of one body that are kept, each way: what an answer about a person needs, and no more of the host's memory. */
export const bodyBytesMax = 65_536;

/**
 * The first {@link bodyBytesMax} bytes of one body, copied as they pass, and the count of all of them. A host may reuse its
 * buffers afterwards.
 */
export class BoundedBody {
  /** Bytes that passed, kept or not. */
  size = 0;
  readonly #kept: Uint8Array[] = [];
  #keptBytes = 0;

  /** Notes one piece as given to a stream: bytes, or text in `encoding`. Anything else is no piece of a body and is left alone. */
  add(piece: unknown, encoding: BufferEncoding): void {
    if (typeof piece === "string") {
      this.size += Buffer.byteLength(piece, encoding);
      // Two characters make at least one byte in every encoding Node knows.
      this.#keep(Buffer.from(piece.slice(0, 2 * (this.#room() + 2)), encoding));
    } else if (piece instanceof Uint8Array) {
      this.size += piece.byteLength;
      this.#keep(piece);
    }
  }

  /**
   * What was kept, for a message of this `Content-Type` and `Content-Encoding` (`""` when absent); undefined when it is no
   * JSON, text or form, when it is still compressed, or when nothing came. A character cut in two by the bound is left out.
   */
  content(type: string, coding: string): BodyContent | undefined {
    if (this.#keptBytes === 0 || !isTextual(type)) return undefined;
    const bytes = Buffer.concat(this.#kept, this.#keptBytes);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: this.truncated });
    } catch {
      // Not UTF-8: compressed, or no text at all when nobody said it is.
      return type === "" || coding !== "" ? undefined : new Uint8Array(bytes);
    }
  }

  /** More passed than is kept. */
  get truncated(): boolean {
    return this.size > this.#keptBytes;
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#room();
    if (room === 0 || bytes.byteLength === 0) return;
    const copy = Uint8Array.prototype.slice.call(bytes, 0, room);
    this.#kept.push(copy);
    this.#keptBytes += copy.byteLength;
  }

  #room(): number {
    return bodyBytesMax - this.#keptBytes;
  }
}

/** An absent type passes: many services answer JSON without naming it, and bytes that are no text are dropped anyway. */
function isTextual(type: string): boolean {
  const essence = type.slice(0, 128).split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return essence === "" || essence.startsWith("text/") || essence.includes("json") || essence === "application/x-www-form-urlencoded";
}
