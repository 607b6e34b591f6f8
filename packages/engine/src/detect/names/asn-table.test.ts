import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AddressKey, addressKey } from "./address-key.ts";
import { AsnRanges, asnTableOf } from "./asn-table.ts";

const tableOf = (...prefixes: readonly (readonly [address: string, bits: number, asn: number])[]) => {
  const ranges = new AsnRanges();
  for (const [address, bits, asn] of prefixes) expect(ranges.addPrefix(address, bits, asn)).toBeUndefined();
  return ranges.table();
};

describe("whose network an address is in", () => {
  it("is the longest prefix's, and the wider one's again behind it", () => {
    const table = tableOf(["192.0.0.0", 8, 64_500], ["192.0.2.0", 24, 64_501], ["192.0.2.128", 25, 64_502], ["198.51.100.7", 32, 64_503]);
    expect(
      ["191.255.255.255", "192.0.0.0", "192.0.2.1", "192.0.2.127", "192.0.2.128", "192.0.2.255", "192.0.3.0", "193.0.0.0", "198.51.100.7", "198.51.100.8"].map((address) =>
        table.of(address),
      ),
    ).toEqual([0, 64_500, 64_501, 64_501, 64_502, 64_502, 64_500, 0, 64_503, 0]);
  });

  it("is told for IPv6 down to a /64, and for IPv4 in IPv6 dress", () => {
    const table = tableOf(["2001:db8::", 32, 64_500], ["2001:db8:0:1::", 64, 64_501], ["2001:db8:0:2:8000::", 65, 64_502], ["203.0.113.0", 24, 64_503]);
    expect(
      ["2001:db8::1", "2001:DB8:0:1:ffff::", "2001:db8:0:2::1", "2001:db8:ffff:ffff::", "2001:db9::", "::ffff:203.0.113.9", "::ffff:cb00:7109", "fe80::1%eth0"].map((address) =>
        table.of(address),
      ),
    ).toEqual([64_500, 64_501, 64_502, 64_500, 0, 64_503, 64_503, 0]);
  });

  it("is nobody's for what is no address", () => {
    const table = tableOf(["0.0.0.0", 0, 64_500], ["::", 0, 64_501]);
    for (const text of [
      "",
      "1.2.3",
      "1.2.3.4.5",
      "1.2.3.256",
      "01.2.3.4",
      "1.2.3.4/24",
      "::1::",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      "1:2:3:4:5:6:7::8",
      ":1::",
      "12345::",
      "1::1.2.3",
      "1:2:3:4:5:6:7:1.2.3.4",
      "g::1",
      ":::",
      "x".repeat(200),
    ])
      expect(table.textOf(text)).toBe("");
    expect(table.textOf("255.255.255.255")).toBe("AS64500");
    expect(table.textOf("ffff:ffff:ffff:ffff::")).toBe("AS64501");
  });

  it("goes to the first of two that say the same range, and names come from the first that has one", () => {
    const ranges = new AsnRanges();
    ranges.add("192.0.2.0", "192.0.2.255", 64_500);
    ranges.add("192.0.2.0", "192.0.2.255", 64_501, "Second");
    ranges.add("198.51.100.0", "198.51.100.9", 64_500, "Example Hosting".repeat(20));
    const table = ranges.table();
    expect(table.textOf("192.0.2.9")).toBe("AS64500");
    expect(table.nameOf("AS64500")).toBe("Example Hosting".repeat(20).slice(0, 64));
    expect(table.nameOf("AS64999")).toBeUndefined();
    expect(ranges.networks).toBe(2);
  });

  it("is the same after its ranges were told to somebody without the list, unless they are too many", () => {
    const table = tableOf(
      ["0.0.0.0", 1, 64_500],
      ["10.0.0.0", 8, 64_501],
      ["192.0.2.0", 24, 64_500],
      ["255.255.255.0", 24, 64_501],
      ["2001:db8::", 32, 64_500],
      ["2001:db8:0:1::", 64, 64_501],
      ["ffff::", 16, 64_500],
    );
    const told = table.rangesOf(["AS64500", "AS64501"], 100);
    const again = asnTableOf(told ?? []);
    for (const address of [
      "9.255.255.255",
      "10.0.0.0",
      "11.0.0.0",
      "128.0.0.0",
      "192.0.2.255",
      "192.0.3.0",
      "255.255.255.255",
      "2001:db8::",
      "2001:db8:0:1:ffff::",
      "2001:db8:0:2::",
      "2001:db9::",
      "ffff:ffff:ffff:ffff::1",
    ])
      expect(again.textOf(address)).toBe(table.textOf(address));
    expect(table.rangesOf(["AS64500"], told?.length ?? 0)?.every(([asn]) => asn === "AS64500")).toBe(true);
    expect(table.rangesOf(["AS64500", "AS64501"], (told?.length ?? 0) - 1)).toBeUndefined();
  });

  it("refuses what is no range, with the reason", () => {
    const ranges = new AsnRanges();
    expect(ranges.add("192.0.2.9", "192.0.2.1", 64_500)).toBe("ends before it begins");
    expect(ranges.add("192.0.2.9", "2001:db8::", 64_500)).toBe("no address");
    expect(ranges.add("192.0.2.9", "192.0.2.9", 0)).toBe("no network number");
    expect(ranges.addPrefix("192.0.2.9", 33, 64_500)).toBe("no prefix length");
    expect(ranges.addPrefix("192.0.2.9", 24, 2 ** 32)).toBe("no network number");
    expect(ranges.size).toBe(0);
  });

  it("takes so many ranges and names and no more, and still answers", () => {
    const ranges = new AsnRanges(1_000, 10);
    for (let n = 0; n < 1_000; n++) expect(ranges.addPrefix(dotted((1 << 24) + n), 32, 1 + n, "N")).toBeUndefined();
    expect(ranges.addPrefix("9.9.9.9", 32, 64_500)).toBe("too many");
    const table = ranges.table();
    expect([table.textOf("1.0.0.0"), table.textOf("1.0.3.231"), table.textOf("1.0.3.232"), table.textOf("9.9.9.9")]).toEqual(["AS1", "AS1000", "", ""]);
    expect([table.nameOf("AS10"), table.nameOf("AS11")]).toEqual(["N", undefined]);
  });

  const range = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 9 }));
  it("is the same as looking through all prefixes for the longest", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 25 }), fc.boolean(), (drawn, v6) => {
        const ranges = new AsnRanges();
        const prefixes = drawn.map(([at, size, asn]) => {
          const bits = 32 - (size % 9);
          const step = 2 ** (32 - bits);
          return { from: Math.floor(at / step) * step, to: Math.floor(at / step) * step + step - 1, asn, bits };
        });
        const text = (at: number): string => (v6 ? `2001:db8:${(at >> 16).toString(16)}:${(at & 65_535).toString(16)}::` : dotted(at));
        for (const one of prefixes) ranges.addPrefix(text(one.from), v6 ? one.bits + 32 : one.bits, one.asn);
        const table = ranges.table();
        for (let at = 0; at < 700; at += 3) {
          let best: { asn: number; bits: number } | undefined;
          for (const one of prefixes) if (at >= one.from && at <= one.to && (best === undefined || one.bits > best.bits)) best = one;
          if (table.of(text(at)) !== (best?.asn ?? 0)) expect.fail(`${text(at)} is ${table.of(text(at))}, not ${best?.asn}`);
        }
      }),
    );
  });

  it("is that of a range that holds the address, however ranges cross, and nobody's where none does", () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 25 }), (drawn) => {
        const ranges = new AsnRanges();
        const held = drawn.map(([at, size, asn]) => ({ from: at, to: at + size, asn }));
        for (const { from, to, asn } of held) ranges.add(dotted(from), dotted(to), asn);
        const table = ranges.table();
        for (let at = 0; at < 400; at++) {
          const possible = held.filter(({ from, to }) => at >= from && at <= to).map(({ asn }) => asn);
          if (!(possible.length === 0 ? [0] : possible).includes(table.of(dotted(at)))) expect.fail(`${dotted(at)} is ${table.of(dotted(at))}`);
        }
      }),
    );
  });

  it("reads every IPv4 address", () => {
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        const key: AddressKey = { v6: true, hi: 0, lo: 0 };
        expect(addressKey(text, key)).toBe(true);
        expect(key).toEqual({ v6: false, hi: text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0), lo: 0 });
      }),
    );
  });

  it("reads every IPv6 address as it was written", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const key: AddressKey = { v6: false, hi: 0, lo: 0 };
        expect(addressKey(text, key)).toBe(true);
        // The URL parser writes the shortest form of the same address.
        const again = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        const other: AddressKey = { v6: false, hi: 0, lo: 0 };
        expect(addressKey(again, other)).toBe(true);
        expect(other).toEqual(key);
      }),
    );
  });
});

function dotted(at: number): string {
  return [24, 16, 8, 0].map((shift) => (at >>> shift) & 255).join(".");
}
