import { createHmac } from "node:crypto";
import { actorOf, callersOf, type Exchange, exchangeWeight, type Ports } from "@postern/engine";
import fc from "fast-check";
import { expect, test } from "vitest";
import { accessLogLine } from "./access-log.ts";
import { numberedMax, type PackedRows, RowPacker, RowReader } from "./access-rows.ts";

const parse = accessLogLine({ name: "a.log" });
const lineOf = (client: string, target: string, agent: string, more = ""): string =>
  `${client} - - [10/Oct/2000:13:55:36 -0700] "GET ${target} HTTP/1.1" 200 5 "-" "${agent}"${more}`;
/** As it comes from one thread to another. */
const handed = (packed: PackedRows): PackedRows => structuredClone(packed);

function portsCounting(): { ports: Ports; hashed: () => number } {
  let hashed = 0;
  const hash: Ports["hash"] = (type, normal) => {
    hashed++;
    return createHmac("sha256", "k").update(`${type}\0${normal}`).digest("hex").slice(0, 16);
  };
  return { ports: { hash, random: () => 1, decodeUtf8: () => "" }, hashed: () => hashed };
}

test("every exchange comes out as it went in, in its order, whatever its fields are", () => {
  const client = fc.constantFrom("203.0.113.7", "2001:db8::1", "host.example", "api.example:443 203.0.113.9", "-");
  const target = fc.constantFrom("/", "/users/7?x=1", "http://other.example/y", "/\\xC3\\xBC");
  const agent = fc.constantFrom("-", "curl/8.0", 'a \\"b\\"', "");
  const more = fc.constantFrom("", " rt=0.081", ' rt=2 host="API.example"', " 17");
  const line = fc.tuple(client, target, agent, more, fc.boolean()).map(([a, b, c, d, referred]) => lineOf(a, b, c, d).replace('"-"', referred ? '"https://r.example/"' : '"-"'));
  fc.assert(
    fc.property(fc.array(fc.array(line, { maxLength: 12 }), { maxLength: 5 }), (batches) => {
      const packer = new RowPacker();
      const reader = new RowReader("a.log");
      let number = 0;
      for (const lines of batches) {
        const expected: Exchange[] = [];
        for (const text of lines) {
          const record = parse(text, ++number);
          if ("reason" in record) packer.reject(record);
          else {
            expected.push(record);
            packer.add(record, number);
          }
        }
        const batch = reader.read(handed(packer.take()));
        expect(batch.exchanges).toEqual(expected);
        expect(batch.rejected).toHaveLength(lines.length - expected.length);
        for (const [row, exchange] of expected.entries()) expect([batch.rows?.at(row), batch.rows?.weight(row)]).toEqual([exchange.at, exchangeWeight(exchange)]);
      }
    }),
  );
});

test("after 65,536 different texts numbers start anew, and rows that still wait keep theirs", () => {
  const packer = new RowPacker();
  const reader = new RowReader("a.log");
  const record = (n: number): Exchange => {
    const exchange = parse(lineOf("203.0.113.7", `/t/${n}`, "x"), n);
    if ("reason" in exchange) throw new Error(exchange.reason);
    return exchange;
  };
  for (let n = 1; n <= numberedMax; n++) packer.add(record(n), n);
  const first = reader.read(handed(packer.take()));
  packer.add(record(7), 70_000);
  const packed = packer.take();
  expect([packed.anew, packed.texts.length]).toEqual([true, 2]);
  const second = reader.read(handed(packed));
  expect(second.rows?.exchange(0).url).toBe("/t/7");
  expect(first.rows?.exchange(numberedMax - 1).url).toBe(`/t/${numberedMax}`);
});

test("a caller whose keys came along has the keys it would have had, and is not hashed again", () => {
  const there = portsCounting();
  const here = portsCounting();
  const packer = new RowPacker(callersOf(there.ports));
  for (const [n, address] of ["203.0.113.7", "203.0.113.7", "2001:db8:0:1::5"].entries()) {
    const exchange = parse(lineOf(address, "/x", n === 1 ? "other" : "curl/8.0"), n + 1);
    if (!("reason" in exchange)) packer.add(exchange, n + 1);
  }
  const batch = new RowReader("a.log", callersOf(here.ports)).read(handed(packer.take()));
  const fresh = portsCounting();
  for (let row = 0; row < 3; row++) {
    const { client, request } = batch.rows?.exchange(row) ?? expect.unreachable();
    const agent = request.headers[0]?.[1] ?? "";
    const before = here.hashed();
    expect(callersOf(here.ports).actor(client, agent, undefined, false)).toEqual(actorOf(fresh.ports, { address: client.address, userAgent: agent }));
    // The second program of one address is remembered only while it is asked for.
    expect(here.hashed() - before).toBe(row === 1 ? 1 : 0);
  }
});
