import { expect, test } from "vitest";
import { formatSegmentName, ownerIsAlive, parseSegmentName, readOwner, thisOwner } from "./segment-name.ts";

test("an owner's start time may hold the letter that stands between pid and start", () => {
  expect(readOwner("27691xqqxr")).toEqual({ pid: "27691", start: "qqxr" });
  expect(readOwner("12xx")).toEqual({ pid: "12", start: "x" });
  expect(readOwner("12")).toEqual({ pid: "12", start: "0" });
});

test("this process is alive, its pid with another start is not", () => {
  const { pid, start } = readOwner(thisOwner());
  expect(ownerIsAlive(`${pid}x${start}`, "")).toBe(true);
  expect(ownerIsAlive(`${pid}x${start}x`, "")).toBe(false);
});

test("a segment's name is read as it was written", () => {
  const name = { kind: "exchanges", at: 1_721_000_000_000, owner: "27691xqqxr", n: 7 };
  expect(parseSegmentName(formatSegmentName(name))).toEqual(name);
});
