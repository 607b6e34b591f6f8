import { isUtf8 } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { bodyBytesMax } from "../gate-port.ts";
import { sameName } from "./hop-by-hop.ts";

/**
 * A held answer's bytes as text the judgement can read: one layer of gzip, deflate or br undone, cut at {@link bodyBytesMax}.
 * `complete` is false when the result is a prefix, and also when the coding is unknown, stacked, broken or swells beyond
 * {@link decodedBytesMax}: the bytes are then as sent. The client always gets the original bytes.
 */
export function undoEncoding(body: Buffer, rawHeaders: readonly string[], complete: boolean): { body: Uint8Array; complete: boolean } {
  return undoCoding(body, codingOf(rawHeaders), complete);
}

function codingOf(rawHeaders: readonly string[]): string {
  let coding = "";
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (sameName(rawHeaders[at] ?? "", "content-encoding")) coding = coding === "" ? (rawHeaders[at + 1] ?? "").trim().toLowerCase() : "stacked";
  }
  return coding;
}

/** The same for a coding that was read already, in lower case; `""`: none. */
export function undoCoding(body: Buffer, coding: string, complete: boolean): { body: Uint8Array; complete: boolean } {
  if (coding === "" || coding === "identity" || body.length === 0) return cut(body, complete);
  try {
    // A prefix of an encoded answer still decodes to a prefix of its text.
    const options = { maxOutputLength: decodedBytesMax, finishFlush: zlibSyncFlush };
    if (coding === "gzip" || coding === "x-gzip") return cut(gunzipSync(body, options), complete);
    if (coding === "deflate") return cut((body[0] ?? 0) % 16 === 8 ? inflateSync(body, options) : inflateRawSync(body, options), complete);
    if (coding === "br") return cut(brotliDecompressSync(body, { maxOutputLength: decodedBytesMax, finishFlush: brotliFlush }), complete);
  } catch {
    // Broken, or a bomb: judged as sent.
  }
  return { body: body.subarray(0, bodyBytesMax), complete: false };
}

/**
 * A request's body as the service will read it, for judging who is asked about; the service always gets the original bytes. Stricter than for answers, because the asker
 * chooses the bytes: one layer of gzip, deflate or br, whole to its end, that gives at most {@link bodyBytesMax} (a tenth of a millisecond on the gate's thread, however
 * little was sent). Anything else is `complete: false`, a body that was not read: another coding, several, a broken or cut stream, one that swells further, and text under the
 * name of a coding, which some services read as text and others not at all.
 */
export function undoRequestEncoding(body: Buffer, rawHeaders: readonly string[], complete: boolean): { body: Uint8Array; complete: boolean } {
  const coding = codingOf(rawHeaders);
  if (coding === "" || coding === "identity" || body.length === 0) return { body, complete };
  if (!complete || (isUtf8(body) && (body[0] ?? 0) >= 32)) return { body, complete: false };
  try {
    const options = { maxOutputLength: bodyBytesMax };
    if (coding === "gzip" || coding === "x-gzip") return { body: gunzipSync(body, options), complete };
    if (coding === "deflate") return { body: (body[0] ?? 0) % 16 === 8 ? inflateSync(body, options) : inflateRawSync(body, options), complete };
    if (coding === "br") return { body: brotliDecompressSync(body, options), complete };
  } catch {
    // Broken, or a bomb: not read.
  }
  return { body, complete: false };
}

/** 1 MiB: sixteen times what is judged. 64 KiB of gzip can swell to 66 MB, of which nobody needs the rest. */
export const decodedBytesMax = 1_048_576;

const zlibSyncFlush = 2;
const brotliFlush = 1;

function cut(body: Buffer, complete: boolean): { body: Uint8Array; complete: boolean } {
  return body.length <= bodyBytesMax ? { body, complete } : { body: body.subarray(0, bodyBytesMax), complete: false };
}
