import fc from "fast-check";
import { expect, test } from "vitest";
import { darkRangeOf } from "./dark-identifier.ts";
import { normalForm } from "./normal-form.ts";
import type { SubjectType } from "./subject.ts";

test.each<readonly [SubjectType, string, string | undefined]>([
  ["phone", "+1 (202) 555-0143", "fictional-number"],
  ["phone", "+1 202 555 0200", undefined],
  ["phone", "+1 202 556 0143", undefined],
  ["phone", "0044 20 7946 0123", "fictional-number"],
  ["phone", "+44 20 7947 0123", undefined],
  ["phone", "+44 7700 900123", "fictional-number"],
  ["phone", "+33 6 39 98 12 34", "fictional-number"],
  ["phone", "+61 2 5550 1234", "fictional-number"],
  ["phone", "+999 155 501 00", "unassigned-number"],
  ["phone", "+49 30 901820", undefined],
  ["email", "a@example.com", "reserved-domain"],
  ["email", "a@mail.EXAMPLE.org", "reserved-domain"],
  ["email", "a@b.test", "reserved-domain"],
  ["email", "a@notexample.com", undefined],
  ["email", "a@example.co", undefined],
  ["email", "a@gmail.com", undefined],
  ["integer", "4111111111111111", undefined],
  ["integer", "4111111111111112", "card-checksum"],
  ["integer", "1000001", undefined],
  ["opaque", "DE89370400440532013000", undefined],
  ["opaque", "DE89370400440532013001", "account-checksum"],
  ["opaque", "deadbeefdeadbeef", undefined],
  ["username", "a@example.com", undefined],
  ["uuid", "6f1c2a34-0000-4000-8000-000000000000", undefined],
])("%s %s: %s", (type, text, range) => {
  expect(darkRangeOf(type, normalForm(type, text))).toBe(range);
});

test("any text of any type has an answer", () => {
  fc.assert(
    fc.property(fc.constantFrom<SubjectType>("phone", "email", "username", "integer", "uuid", "opaque"), fc.string(), (type, text) => {
      darkRangeOf(type, normalForm(type, text));
    }),
  );
});
