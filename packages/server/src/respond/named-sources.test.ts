import { describe, expect, it } from "vitest";
import { NamedSources, namedSourcesMax } from "./named-sources.ts";

const holds = (name: string, address: string): string | undefined => NamedSources.of([name])?.holds(address);

describe("NamedSources", () => {
  it("holds an address by itself or by its range, mapped into IPv6 too", () => {
    expect(holds("198.51.100.7", "198.51.100.7")).toBe("all");
    expect(holds("::ffff:198.51.100.7", "198.51.100.7")).toBe("all");
    expect(holds("::ffff:198.51.100.0/120", "198.51.100.9")).toBe("all");
    expect(holds("198.51.100.0/24", "198.51.101.7")).toBe("none");
    expect(holds("2001:db8::/32", "2001:db8:1::9")).toBe("all");
    expect(holds("0.0.0.0/0", "2001:db8::1")).toBe("none");
  });

  it("says when only a part of a kept network was named", () => {
    expect(holds("198.51.100.7", "198.51.100.0/24")).toBe("part");
    expect(holds("2001:db8:0:1::5", "2001:db8:0:1::/64")).toBe("part");
    expect(holds("198.51.0.0/16", "198.51.100.0/24")).toBe("all");
    expect(holds("198.51.100.7", "")).toBe("none");
  });

  it("takes no name that is neither address nor range, and no more than its bound", () => {
    for (const name of ["", "example.com", "198.51.100.7/33", "198.51.100.7/", "198.51.100.0/24/1", "fe80::1%eth0", "198.51.100.7/-1"])
      expect(NamedSources.of([name])).toBeUndefined();
    expect(NamedSources.of(Array.from({ length: namedSourcesMax }, () => "::1"))).toBeDefined();
    expect(NamedSources.of(Array.from({ length: namedSourcesMax + 1 }, () => "::1"))).toBeUndefined();
  });
});
