import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodingsMax, pathReadings } from "./path-readings.ts";
import { splitTarget } from "./split-target.ts";
import { segmentsMax } from "./view.ts";

const meant = ["users", "+447700900123", "status"];

describe("a path that services read in another way is read in that way, too", () => {
  it.each([
    "/users\\%2B447700900123\\status",
    "/users%5C%2B447700900123%5Cstatus",
    "//any.host/users/%2B447700900123/status",
    "/\\any.host/users/%2B447700900123/status",
    "///any.host/users/%2B447700900123/status",
    "/users%2F%2B447700900123%2Fstatus",
    "/users%252F%252B447700900123%252Fstatus",
    "/a%2F..%2Fusers%2F%2B447700900123/status",
    "/users;a/%2B447700900123/status;b",
    "/users%09/%2B447700900123/status",
    "/users/%2B447700900123/status%00.png",
    "/users/%2B447700900123/status%20",
    "/users/%2B447700900123/status.json",
    "/users/%2B447700900123/status.json/",
    "//any.host/users/%2B447700900123/status.xml?x=1#y",
    "http://a.host/users%2F%2B447700900123/status",
  ])("%s", (target) => {
    expect(splitTarget(target).segments).not.toEqual(meant);
    expect(pathReadings(target)).toContainEqual(meant);
  });

  it("and one that has one meaning is not read twice", () => {
    for (const target of ["/", "/users/%2B447700900123/status", "/users/ann@mail.example/", "/users/1.5/x", "/a?b=%2F;c\\d.json", "*", "http://a", "http://a/b/c", "/v1.2/users"])
      expect(pathReadings(target)).toEqual([]);
  });

  it("at most so many times decoded, at most so deep, and whatever it holds", () => {
    const coded = (times: number): string => (times === 0 ? "/" : encodeURIComponent(coded(times - 1)));
    expect([decodingsMax, decodingsMax + 1].map((times) => pathReadings(`/users${coded(times)}x`)[0]?.length)).toEqual([2, 1]);
    expect([segmentsMax, segmentsMax + 1].map((deep) => pathReadings(`/${"a%2F".repeat(deep - 1)}a`).length)).toEqual([1, 0]);
    fc.assert(fc.property(fc.string(), (text) => void pathReadings(`/${text}`)));
    expect(pathReadings(`/${"\\..\\a;".repeat(50_000)}`).length).toBeLessThanOrEqual(4);
  });
});
