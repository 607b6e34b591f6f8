import { describe, expect, test } from "vitest";
import { multipartCharactersMax, multipartFields, partCharactersMax } from "./multipart-fields.ts";
import { pairsMax } from "./view.ts";

const type = 'multipart/form-data; charset=utf-8; boundary="----x7"';
const part = (head: string, value: string): string => `------x7\r\n${head}\r\n\r\n${value}\r\n`;
const field = (name: string, value: string): string => part(`Content-Disposition: form-data; name="${name}"`, value);
const body = (...parts: readonly string[]): string => `${parts.join("")}------x7--\r\n`;

describe("a multipart form", () => {
  test("gives its text parts; of a file only that it was there", () => {
    const text = body(
      field("phone", "+99915550100"),
      part('content-disposition: form-data; filename="a.png"; name=photo\r\nContent-Type: image/png', "\u0089PNG ada@example.org"),
      part('Content-Disposition: form-data; name="data"\r\nContent-Type: application/json', '{"a":1}'),
      field("two lines", "a\r\nb"),
    );
    const fields = [
      ["phone", "+99915550100"],
      ["photo", ""],
      ["data", '{"a":1}'],
      ["two lines", "a\nb"],
    ];
    expect(multipartFields(text, type)).toEqual(fields);
    expect(multipartFields(`preamble\r\n${text}`, type)).toEqual(fields);
  });

  test("is the same as bytes, between parts that are no text", () => {
    const bytes = new Uint8Array([...new TextEncoder().encode(part('Content-Disposition: form-data; name="f"; filename="x"', "")).slice(0, -2), 0xff, 0xfe, 0, 13, 10]);
    const rest = new TextEncoder().encode(body(field("straße", "Zoë 100 %")));
    expect(multipartFields(new Uint8Array([...bytes, ...rest]), type)).toEqual([
      ["f", ""],
      ["straße", "Zoë 100 %"],
    ]);
  });

  test("that was cut gives its whole parts only; one without a boundary or of another type nothing", () => {
    const cut = body(field("a", "1"), field("b", "22222")).slice(0, -20);
    expect(multipartFields(cut, type)).toEqual([["a", "1"]]);
    for (const other of ["multipart/form-data", "multipart/mixed; boundary=----x7", `multipart/form-data; boundary=${"b".repeat(71)}`])
      expect(multipartFields(body(field("a", "1")), other)).toEqual([]);
    for (const broken of ["", "----", "------x7", "------x7\r\n", "------x7\r\n\r\nno head\r\n------x7--"]) expect(multipartFields(broken, type)).toEqual([]);
  });

  test("ends at its bounds: so many parts, so much of one, and nothing more costly than its length", () => {
    expect(multipartFields(body(...Array.from({ length: pairsMax * 3 }, (_, n) => field(`f${n}`, "x"))), type)).toHaveLength(pairsMax);
    expect(multipartFields(body(field("long", "x".repeat(partCharactersMax * 2))), type)[0]?.[1]).toHaveLength(partCharactersMax);
    const nameless = "------x7\r\nA: b\r\n\r\nx\r\n";
    expect(multipartFields(nameless.repeat(2 * pairsMax - 1) + body(field("a", "1")), type)).toEqual([["a", "1"]]);
    expect(multipartFields(nameless.repeat(2 * pairsMax) + body(field("a", "1")), type)).toEqual([]);
    const far = (filler: number): string => body(field("a", "1"), field("b", "x".repeat(filler)), field("c", "3"));
    const room = multipartCharactersMax - far(0).length;
    expect(multipartFields(far(room), type).map(([name]) => name)).toEqual(["a", "b", "c"]);
    expect(multipartFields(far(room + 30), type).map(([name]) => name)).toEqual(["a", "b"]);
    // A search of the whole body for each part would not end within this test's time.
    for (const piece of ["------x7\r\n", '------x7\r\nA: b; name="c\r\n', "\r\n\r\n", ";".repeat(100)])
      expect(multipartFields(piece.repeat(30_000), type).length).toBeLessThanOrEqual(pairsMax);
  });
});
