import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { asnListText, type AsnList, readAsnLists, tryAsnLists } from "./asn-lists.ts";
import { loadConfig } from "./load-config.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-asns-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function file(content: string | Buffer): string {
  const path = join(dir, `list-${files++}`);
  writeFileSync(path, content);
  return path;
}

function listOf(...contents: (string | Buffer)[]): AsnList {
  const list = readAsnLists({ network: { asns: contents.map(file) } });
  if (list === undefined) throw new Error("no list");
  return list;
}

const iptoasn =
  "192.0.2.0\t192.0.2.255\t64500\tZZ\tEXAMPLE-HOSTING Example Hosting, Inc.\n198.51.100.0\t198.51.100.255\t0\tNone\tNot routed\n2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t64501\tZZ\tEXAMPLE-HOMES\n";

describe("lists of networks", () => {
  it.each([
    ["iptoasn.com", iptoasn],
    ["pfx2as of CAIDA", "192.0.2.0\t24\t64500_64999\n2001:db8::\t32\t64501,64502\n"],
    ["prefixes with numbers", "# made by hand\r\n192.0.2.0/24 AS64500 Example\r\n2001:db8::/32 64501\r\n"],
    ["GeoLite2 as CSV", 'network,autonomous_system_number,autonomous_system_organization\n192.0.2.0/24,64500,"Example, Inc."\n2001:db8::/32,64501,Homes\n'],
  ])("are read as %s publishes them, and the same packed", (_name, text) => {
    for (const content of [text, gzipSync(text)]) {
      const { table, networks, leftOut } = listOf(content);
      expect([table.textOf("192.0.2.77"), table.textOf("2001:db8:1::1"), table.textOf("198.51.100.1")]).toEqual(["AS64500", "AS64501", ""]);
      expect([networks, leftOut]).toEqual([2, 0]);
    }
  });

  it("give names where they have them, without what would move a terminal's cursor", () => {
    expect(listOf(iptoasn).table.nameOf("AS64500")).toBe("EXAMPLE-HOSTING Example Hosting, Inc.");
    expect(listOf('192.0.2.0/24,64500,"Example ""X"", Inc."\n').table.nameOf("AS64500")).toBe('Example "X", Inc.');
    expect(listOf("192.0.2.0\t192.0.2.255\t64500\tZZ\tEx\u001b[31mample\u202e\n").table.nameOf("AS64500")).toBe("Ex[31mample");
  });

  it("join when there are several, of IPv4 and IPv6", () => {
    const { table, ranges } = listOf("192.0.2.0\t24\t64500\n", "2001:db8::\t32\t64501\n");
    expect([table.textOf("192.0.2.1"), table.textOf("2001:db8::1"), ranges]).toEqual(["AS64500", "AS64501", 2]);
  });

  it("leave out what is not understood, count it and say where the first is", () => {
    const list = listOf(`${iptoasn}nonsense\n192.0.2.9\t192.0.2.1\t64500\tZZ\tX\n192.0.2.0/33 64500\n192.0.2.0\t24\tx\n${"y".repeat(2_000)}\n300.1.1.1\t24\t64500`);
    expect([list.ranges, list.unrouted, list.leftOut]).toEqual([2, 1, 6]);
    expect(list.left.map(({ line, why }) => `${line} ${why}`)).toEqual([
      "4 no network number",
      "5 ends before it begins",
      "6 no prefix length",
      "7 no network number",
      "8 too long",
    ]);
    expect(asnListText(list)).toMatch(/^2 ranges of 2 networks, 1 that nobody announces; 6 lines were left out, the first in list-\d+, line 4: no network number\.$/u);
  });

  it("are refused with line and remedy when nothing in them can be used", () => {
    for (const [content, message] of [
      ["a,b\nc,d\n", /No line of the list of networks .* is understood; line 1: no network number/u],
      ["", /is empty/u],
      [Buffer.concat([Buffer.from([1, 2, 0, 255]), Buffer.from("\u00ab\u00cd\u00efMaxMind.com")]), /MaxMind database/u],
    ] as const) {
      expect(() => listOf(content)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message), remedy: expect.stringMatching(/iptoasn\.com/u) }),
      );
    }
    expect(() => readAsnLists({ network: { asns: [join(dir, "nowhere")] } })).toThrow(expect.objectContaining({ code: "CONFIG_UNREADABLE" }));
    const bomb = gzipSync(Buffer.alloc(129 * 1_048_576));
    expect(() => listOf(bomb)).toThrow(expect.objectContaining({ code: "CONFIG_UNREADABLE" }));
    expect(tryAsnLists({ network: { asns: [join(dir, "nowhere")] } })).toMatchObject({ list: undefined, text: expect.stringMatching(/^The list of networks is not used: /u) });
    expect(tryAsnLists({ network: {} })).toEqual({ list: undefined, text: undefined });
  });

  it("stand beside the configuration, wherever it is read from", () => {
    writeFileSync(join(dir, "postern.yaml"), "network: { asns: networks.tsv }\n");
    writeFileSync(join(dir, "networks.tsv"), iptoasn);
    const config = loadConfig(join(dir, "postern.yaml"));
    expect(config.network.asns).toEqual([join(dir, "networks.tsv")]);
    expect(readAsnLists(config)?.ranges).toBe(2);
  });
});
