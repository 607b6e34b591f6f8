import { readFileSync } from "node:fs";
import { validate } from "@scalar/openapi-parser";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type Exchange, exchangeLine, Inventory, viewOf } from "@postern/engine";
import { createLatchkey, flaws, honestDay, runDirect } from "@postern/testkit";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { readNdjson } from "../sources/ndjson/ndjson.ts";
import { readInput } from "../sources/read-file.ts";
import { sharedData } from "../sources/shared-data.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import { diffTraffic } from "./diff-traffic.ts";
import { observedApi } from "./observed-api.ts";
import { readApiText } from "./read-api.ts";
import { openApiOf } from "./write-openapi.ts";

const ports = makePorts({ secret: Buffer.from("test key") }, 4);

/** Every exchange of a recording, as the ledger would count it. */
async function recorded(file: string): Promise<Exchange[]> {
  const exchanges: Exchange[] = [];
  for await (const batch of readInput(file)) exchanges.push(...batch.exchanges);
  return exchanges;
}

async function latchkeyDay(): Promise<Exchange[]> {
  const from = Date.UTC(2026, 2, 2);
  const day = { from, to: from + 86_400_000 };
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 500, seed: "specs", now: () => from });
  const lines: string[] = [];
  runDirect(honestDay({ population: latchkey.population, seed: "specs", sessionsPerDay: 400, ...day }), latchkey, day, (exchange) => {
    lines.push(exchangeLine(exchange));
  });
  latchkey.close();
  const exchanges: Exchange[] = [];
  for await (const batch of readNdjson(once(lines.join("\n")), { name: "latchkey" })) exchanges.push(...batch.exchanges);
  return exchanges;
}

const sources: readonly (readonly [string, () => Promise<Exchange[]>])[] = [
  ["Juice Shop", () => recorded(sharedData("har/juice-api-suite.har"))],
  ["Latchkey", latchkeyDay],
];

describe.each(sources)("what %s showed", (_, read) => {
  test("exported and read again, as JSON and as YAML, differs in nothing from the traffic; so does a restored inventory's", async () => {
    const inventory = learned(await read());
    const document = openApiOf(observedApi(inventory));
    for (const text of [JSON.stringify(document), stringify(document, { aliasDuplicateObjects: false })]) {
      const again = await readApiText(text, "exported", ports);
      expect(again.problems).toEqual([]);
      const diff = diffTraffic(again, observedApi(inventory), ports);
      expect(diff.differences).toEqual([]);
      expect(diff.undecided).toEqual([]);
      expect(diff.matched).toHaveLength(inventory.endpoints().length);
    }
    const restored = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
    const { differences } = diffTraffic(await readApiText(JSON.stringify(document), "exported", ports), observedApi(restored), ports);
    expect(differences.filter((one) => one.kind !== "unused")).toEqual([]);
  });

  test("is a valid document to two validators that share no schema of ours", async () => {
    const document = openApiOf(observedApi(learned(await read())));
    const scalar = await validate(JSON.stringify(document));
    expect(scalar.errors ?? []).toEqual([]);
    expect(scalar.valid).toBe(true);
    const seriousme = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    expect(seriousme.errors ?? []).toEqual([]);
    expect(seriousme.valid).toBe(true);
  });

  test("is written the same twice", async () => {
    const exchanges = await read();
    expect(stringify(openApiOf(observedApi(learned(exchanges))))).toBe(stringify(openApiOf(observedApi(learned(exchanges)))));
  });
});

test("an exported document holds none of the e-mail addresses, tokens and long numbers that the recording held", async () => {
  const file = sharedData("har/juice-api-suite.har");
  const text = JSON.stringify(openApiOf(observedApi(learned(await recorded(file)))));
  const har = readFileSync(file, "utf8");
  const secrets = new Set([...har.matchAll(/[\w.+-]{2,40}@[\w-]{2,40}\.[a-z.]{2,10}|eyJ[\w-]{20,200}|\b\d{9,16}\b/g)].map((match) => match[0]));
  expect(secrets.size).toBeGreaterThan(20);
  expect([...secrets].filter((secret) => text.includes(secret))).toEqual([]);
});

function learned(exchanges: readonly Exchange[]): Inventory {
  const inventory = new Inventory(ports);
  for (const exchange of exchanges) inventory.observe(viewOf(exchange, ports));
  return inventory;
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
