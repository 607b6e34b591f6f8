import { expect, it } from "vitest";
import { headerSignature, signatureCharactersMax } from "./header-signature.ts";
import { ports } from "../../testing/ports.ts";

it("tells answers apart by the headers they have, in any order and case, and not by what follows size, cache or chance", () => {
  const one = headerSignature(
    [
      ["Content-Type", "text/plain"],
      ["Set-Cookie", "session=4711; Path=/"],
      ["Date", "x"],
      ["Age", "3"],
    ],
    ports,
  );
  expect(one).toBe("content-type set-cookie:session");
  expect(
    headerSignature(
      [
        ["set-cookie", "session=0815"],
        ["content-encoding", "gzip"],
        ["content-type", "text/html"],
      ],
      ports,
    ),
  ).toBe(one);
  expect(
    headerSignature(
      [
        ["Content-Type", "text/plain"],
        ["Retry-After", "30"],
      ],
      ports,
    ),
  ).toBe("content-type retry-after");
  expect(headerSignature([["X-RateLimit-Remaining", "0"]], ports)).not.toBe(headerSignature([["X-RateLimit-Remaining", "7"]], ports));
});

it("holds no value, and no name that may be somebody's", () => {
  const text = headerSignature(
    [
      ["X-User-Anna77", "1"],
      ["Set-Cookie", "u4711anna=secretvalue"],
      ["WWW-Authenticate", "Bearer realm=anna"],
    ],
    ports,
  );
  expect(text).not.toMatch(/anna|4711|secret/i);
  expect(text).toContain("www-authenticate:bearer");
  expect(
    headerSignature(
      Array.from({ length: 500 }, (_, n) => [`X-Status-${n}`, ""] as const),
      ports,
    ).length,
  ).toBeLessThanOrEqual(signatureCharactersMax);
});
