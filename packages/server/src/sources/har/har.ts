import { PosternError } from "@postern/engine";
import { OpenBatch, readable } from "../read-lines.ts";
import { recordId } from "../record-id.ts";
import { jsonErrorOffset } from "../json-position.ts";
import type { Batch, ReadOptions } from "../source.ts";
import { harEntry } from "./har-entry.ts";

/** A HAR is one JSON document and must be held whole; as text and objects it takes about four times its size. */
export const harBytesMax = 256 * 1024 * 1024;

/**
 * Reads HAR 1.1 to 1.3 as browsers, proxies and recorders write it: each entry is a record, numbered from 1. Throws
 * SOURCE_UNREADABLE when the document is over {@link harBytesMax}, not JSON, or has no `log.entries`.
 *
 * What it cannot know: the client's address (HAR has none), and bodies the recorder left out.
 */
export async function* readHar(input: AsyncIterable<Uint8Array>, options: ReadOptions): AsyncIterable<Batch> {
  const entries = entriesOf(await wholeText(input));
  let batch = new OpenBatch();
  for (const [index, entry] of entries.entries()) {
    const line = index + 1;
    const read = harEntry(entry, recordId(options.name, line));
    batch.add("id" in read ? read : { line, reason: read.problem, remedy: read.remedy }, 0);
    if (batch.full) {
      yield batch;
      batch = new OpenBatch();
    }
  }
  if (!batch.empty) yield batch;
}

async function wholeText(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readable(input)) {
    bytes += chunk.length;
    if (bytes > harBytesMax)
      throw new PosternError("SOURCE_UNREADABLE", `The HAR is larger than ${harBytesMax / 1024 / 1024} MiB.`, {
        remedy: "Export it in parts, or convert it to exchange NDJSON, which is read as a stream.",
      });
    chunks.push(Buffer.from(chunk));
  }
  const text = Buffer.concat(chunks, bytes).toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function entriesOf(text: string): readonly unknown[] {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    // The parser's own message quotes the document, which may hold a secret: only the place is told.
    const offset = jsonErrorOffset(text) ?? 0;
    const line = text.slice(0, offset).split("\n").length;
    const why = offset >= text.length ? "it ends too early" : `it stops being JSON at line ${line}, column ${offset - text.lastIndexOf("\n", offset - 1)}`;
    throw new PosternError("SOURCE_UNREADABLE", `The HAR cannot be read: ${why}.`, { remedy: "Export it again, completely." });
  }
  const log: unknown = typeof root === "object" && root !== null && "log" in root ? root.log : undefined;
  const entries: unknown = typeof log === "object" && log !== null && "entries" in log ? log.entries : undefined;
  if (!Array.isArray(entries))
    throw new PosternError("SOURCE_UNREADABLE", "The HAR has no `log.entries` list.", { remedy: "Check that the file is a HAR, or name another format with --format." });
  return entries;
}
