import { expect, test } from "vitest";
import { localSocketPath, socketPathBytesMax } from "./local-socket.ts";

test("a socket stands in the data directory while its path fits, else under a short name of its own for each directory", () => {
  const of = (bytes: number, fill = "d"): string => localSocketPath(`/${fill.repeat(bytes - "//run/hub.sock".length)}`, "hub");
  expect(of(socketPathBytesMax)).toMatch(/^\/d+\/run\/hub\.sock$/);
  expect(Buffer.byteLength(of(socketPathBytesMax))).toBe(socketPathBytesMax);
  const [one, other] = [of(socketPathBytesMax + 1), of(socketPathBytesMax + 1, "e")];
  for (const short of [one, other]) expect(short).toMatch(/[0-9a-f]{16}-hub\.sock$/);
  expect(one).not.toBe(other);
});
