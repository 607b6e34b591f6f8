import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientAddress, hopsMax, trustOf, type HopHeader } from "./client-address.ts";

function resolve(socket: string, trusted: number | readonly string[], lines: readonly string[], header: HopHeader = "x-forwarded-for"): string {
  const trust = trustOf(trusted, header);
  if (trust === undefined) throw new Error("not a trust");
  return clientAddress(
    socket,
    lines.flatMap((line) => [header === "forwarded" ? "Forwarded" : "X-Forwarded-For", line]),
    trust,
  );
}

describe("clientAddress", () => {
  it("is the socket's own address when nobody is trusted, whatever the headers say", () => {
    fc.assert(fc.property(fc.array(fc.string()), (lines) => resolve("10.0.0.1", 0, lines) === "10.0.0.1"));
    expect(resolve("::ffff:10.0.0.1", 0, [])).toBe("10.0.0.1");
  });

  it("reads a count of trusted hops from right to left, over all lines", () => {
    expect(resolve("10.0.0.1", 1, ["6.6.6.6, 1.2.3.4"])).toBe("1.2.3.4");
    expect(resolve("10.0.0.1", 2, ["6.6.6.6, 1.2.3.4", "10.0.0.2"])).toBe("1.2.3.4");
    expect(resolve("10.0.0.1", 5, ["1.2.3.4"])).toBe("1.2.3.4");
  });

  it("walks only through trusted ranges", () => {
    expect(resolve("10.0.0.1", ["10.0.0.0/8"], ["6.6.6.6, 1.2.3.4, 10.9.9.9"])).toBe("1.2.3.4");
    expect(resolve("11.0.0.1", ["10.0.0.0/8"], ["6.6.6.6"])).toBe("11.0.0.1");
    expect(resolve("2001:db8::1", ["2001:db8::/32"], ["[2001:DB9:0::5]:99"])).toBe("2001:db9::5");
  });

  it("stops at the last good address when an entry is malformed", () => {
    for (const bad of ["unknown", "", "1.2.3", "01.2.3.4", "1.2.3.4:port", "1.2.3.4:", "[::1", "_hidden", "1.2.3.4 5.6.7.8", "0x7f.1"]) {
      expect(resolve("10.0.0.1", 3, [`6.6.6.6, ${bad}, 10.0.0.2`]), bad).toBe("10.0.0.2");
    }
  });

  it("reads ports, brackets and the Forwarded header", () => {
    expect(resolve("10.0.0.1", 1, ["1.2.3.4:567"])).toBe("1.2.3.4");
    expect(resolve("10.0.0.1", 1, ['for=6.6.6.6, proto=http;For="[2001:db8::7]:80";by=x'], "forwarded")).toBe("2001:db8::7");
    expect(resolve("10.0.0.1", 1, ["proto=http"], "forwarded")).toBe("10.0.0.1");
  });

  it(`looks at no more than ${hopsMax} entries`, () => {
    const chain = Array.from({ length: 100 }, (_, at) => `10.0.0.${at + 2}`).join(", ");
    expect(resolve("10.0.0.1", ["10.0.0.0/8"], [chain])).toBe("10.0.0.70");
  });

  it("never lets what the caller wrote change the address a trusted hop appended", () => {
    fc.assert(fc.property(fc.string(), (written) => resolve("10.0.0.1", ["10.0.0.1"], [`${written}, 1.2.3.4`]) === "1.2.3.4"));
  });

  it("refuses what is neither a count nor ranges", () => {
    for (const bad of [-1, 1.5, 99, ["10.0.0.0/33"], ["host"], ["10.0.0.0/"], ["10.0.0.0/x"]]) expect(trustOf(bad)).toBeUndefined();
  });
});
