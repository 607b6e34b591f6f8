import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "./lines.ts";

function split(chunks: readonly Uint8Array[], lineBytesMax: number): { lines: [number, string][]; tooLong: number[] } {
  const lines: [number, string][] = [];
  const tooLong: number[] = [];
  const sink = { line: (text: string, number: number) => lines.push([number, text]), tooLong: (number: number) => tooLong.push(number) };
  const splitter = new LineSplitter(lineBytesMax);
  for (const chunk of chunks) {
    const reused = Buffer.from(chunk);
    splitter.push(reused, sink);
    reused.fill(0);
  }
  splitter.end(sink);
  return { lines, tooLong };
}

const text = fc.array(fc.oneof(fc.string({ unit: "grapheme", maxLength: 12 }), fc.constantFrom("\n", "\r\n", "\n\n", " ", "\t", "é", "\uFEFF"))).map((all) => all.join(""));

test("the cuts of the stream do not change the lines, and chunks may be reused", () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(9), { minLength: 1 }), (whole, cuts) => {
      const bytes = Buffer.from(whole);
      const chunks: Buffer[] = [];
      for (let from = 0, i = 0; from < bytes.length; i += 1) {
        const size = (cuts[i % cuts.length] ?? 0) + 1;
        chunks.push(bytes.subarray(from, from + size));
        from += size;
      }
      const expected = bytes
        .toString()
        .replace(/^\uFEFF/, "")
        .split("\n")
        .map((line, index): [number, string] => [index + 1, line.endsWith("\r") ? line.slice(0, -1) : line])
        .filter(([, line]) => /[^ \t]/.test(line));
      expect(split(chunks, 1_000)).toEqual({ lines: expected, tooLong: [] });
    }),
    { numRuns: 1_000 },
  );
});

test("a line at the bound is delivered, one byte more is told once and skipped, however it is cut", () => {
  const bytes = Buffer.from("12345678\n123456789\nlast90123456\nok\n123456789");
  for (let size = 1; size <= bytes.length; size += 1) {
    const chunks: Buffer[] = [];
    for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
    expect(split(chunks, 8), `chunks of ${size}`).toEqual({
      lines: [
        [1, "12345678"],
        [4, "ok"],
      ],
      tooLong: [2, 3, 5],
    });
  }
});
