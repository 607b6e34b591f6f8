import { bodyBytesMax } from "../gate-port.ts";
import { sameName } from "./hop-by-hop.ts";

/** Remembers the first {@link bodyBytesMax} bytes of a body that reads as text; of any other body, nothing. Keeps references, copies once at the end. */
export class Tee {
  /** Remembers nothing. Shared. */
  static readonly closed = new Tee(false);

  private readonly chunks: Buffer[] | undefined;
  private kept = 0;
  /** More came than was remembered. */
  truncated = false;

  private constructor(open: boolean) {
    this.chunks = open ? [] : undefined;
  }

  static forRequest(rawHeaders: readonly string[]): Tee {
    const type = contentType(rawHeaders);
    return type === "" || isTextual(type) ? new Tee(true) : Tee.closed;
  }

  static forAnswer(rawHeaders: readonly string[]): Tee {
    return isTextual(contentType(rawHeaders)) ? new Tee(true) : Tee.closed;
  }

  add(chunk: Buffer): void {
    if (this.chunks === undefined) return;
    const room = bodyBytesMax - this.kept;
    if (chunk.length > room) this.truncated = true;
    if (room <= 0) return;
    const piece = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.chunks.push(piece);
    this.kept += piece.length;
  }

  bytes(): Uint8Array | undefined {
    const { chunks } = this;
    if (chunks === undefined || chunks.length === 0) return undefined;
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, this.kept);
  }
}

function contentType(rawHeaders: readonly string[]): string {
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === 12 && sameName(name, "content-type")) return rawHeaders[at + 1] ?? "";
  }
  return "";
}

function isTextual(type: string): boolean {
  if (type.startsWith("application/json") || type.startsWith("text/")) return true;
  const lower = type.toLowerCase();
  return (
    lower.startsWith("text/") ||
    lower.includes("json") ||
    lower.includes("xml") ||
    lower.includes("urlencoded") ||
    lower.includes("graphql") ||
    lower.startsWith("multipart/form-data")
  );
}
