import { expect, test } from "vitest";
import { ports } from "../testing/ports.ts";
import { usualCharactersMax, usualHash, usualTexts } from "./json-shape.ts";

test("of a long value only the beginning tells it from others, and it is never taken for an empty one", () => {
  const long = (end: string): string => "-".repeat(usualCharactersMax) + end;
  expect(usualHash(long("a"), ports)).toBe(usualHash(long("b"), ports));
  expect(usualHash(long("").slice(1), ports)).not.toBe(usualHash(long(""), ports));
  const told = (ref: string): string => usualTexts({ ref }, [{ path: "ref", hash: usualHash(ref, ports) }], ports);
  expect(told(long(""))).toContain('==""');
  expect(told(long("-"))).not.toContain('==""');
});
