import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bodyBytesMax } from "../gate-port.ts";
import { decodedBytesMax, undoEncoding } from "./undo-encoding.ts";

describe("undoEncoding", () => {
  it.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ] as const)("reads what %s swells to up to one MiB, as far as it is judged, and beyond takes it as it was sent", (coding, compress) => {
    const of = (length: number) => {
      const sent = compress(Buffer.alloc(length, "a"));
      const { body, complete } = undoEncoding(sent, ["Content-Encoding", coding], true);
      return { asSent: Buffer.from(body).equals(sent), length: body.length, complete };
    };
    expect(of(bodyBytesMax)).toEqual({ asSent: false, length: bodyBytesMax, complete: true });
    expect(of(decodedBytesMax)).toEqual({ asSent: false, length: bodyBytesMax, complete: false });
    expect(of(decodedBytesMax + 1)).toMatchObject({ asSent: true, complete: false });
  });
});
