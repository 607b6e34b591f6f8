import * as fc from "fast-check";
import { expect, test } from "vitest";
import { base64CharactersMax, decodeBase64 } from "./decode-base64.ts";
import { replaceIdentifiers } from "./replace-identifiers.ts";
import { ports } from "../testing/ports.ts";

const digits = (length: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: length, maxLength: length });
const word = fc.string({ unit: fc.constantFrom(...Array.from("bcdfghjkmnpqrstvwxyz")), minLength: 6, maxLength: 14 });

test("phones, e-mails and cards are gone from any text, in base64 too; the same gives the same mark", () => {
  fc.assert(
    fc.property(
      digits(12).map((rest) => `9${rest}`),
      fc.tuple(word, word).map(([local, domain]) => `${local}@${domain}.example`),
      digits(15).map((rest) => `4${rest}`),
      (number, address, card) => {
        const text = `call +${number}! {"a":"${address}","b":${card}} to <${address}> ${Buffer.from(`it is ${address}`).toString("base64")}`;
        const shown = replaceIdentifiers(text, ports);
        for (const secret of [number, address, card, Buffer.from(address).toString("base64").slice(0, 12)]) expect(shown).not.toContain(secret);
        expect(shown.match(/\[email:[0-9a-f]{16}\]/g)?.slice(0, 2)).toEqual(Array(2).fill(`[email:${ports.hash("email", address)}]`));
      },
    ),
    { numRuns: 100 },
  );
});

test.each(["+999 155 501 00", "999-15550100", "(999) 155-501.00", "00999/15550100", "tel:+99915550100", "x+9991555010"])("a phone number as people write it: %s", (text) => {
  const shown = replaceIdentifiers(`Number ${text} asked`, ports);
  expect(shown).toMatch(/\[phone:[0-9a-f]{16}\]/);
  expect(shown).not.toMatch(/1555|501/);
});

test("of a JWT neither claims nor signature are left; an IPv4 address, a year and words are", () => {
  const jwt = [{ alg: "none" }, { sub: "anna" }, "signature"].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const shown = replaceIdentifiers(`seen ${jwt.join(".")} from 198.51.100.7 in 2026`, ports);
  for (const part of jwt) expect(shown).not.toContain(part);
  expect(shown).toMatch(/^seen \S+ from 198\.51\.100\.7 in 2026$/);
});

test("base64 is read to its bound", () => {
  expect([decodeBase64("A".repeat(base64CharactersMax)), decodeBase64("A".repeat(base64CharactersMax + 4))].map((bytes) => bytes?.length)).toEqual([49_152, 49_152]);
});

// What is quadratic in its text would not end within a test's time.
test.each(["@", "1-", "a@", "=", "eyJ.", '\\"', "+1 ", "{", "A"])("64 KiB of %s are read in one pass", (piece) => {
  expect(replaceIdentifiers(piece.repeat(65_536 / piece.length), ports).length).toBeGreaterThan(0);
});
