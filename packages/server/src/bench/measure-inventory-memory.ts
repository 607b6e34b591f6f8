import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Carries, Inventory, type InventoryBounds, viewOf } from "@postern/engine";
import { random, templateTraffic } from "@postern/testkit";
import { makePorts } from "../keys/make-ports.ts";

/** What an inventory weighs after an interface was learned, and when somebody has filled it to its bounds. */
export interface InventoryMemory {
  readonly endpoints: number;
  readonly places: number;
  readonly bytes: number;
  /** Exchanges that got no endpoint, since a bound was reached. */
  readonly refused: number;
}

/** An interface learned from `perTemplate` URLs a template, as from an access log. */
export function memoryOfTemplates(templates: readonly string[], perTemplate: number, seed: string): InventoryMemory {
  const urls = templateTraffic(templates, perTemplate, random(seed), "open");
  return weigh({}, (ask) => urls.forEach(ask));
}

/** Ever new resources with others below them, three levels of as many, until nothing more is taken; `times` as many as fit. More beside each other would be values. */
export function memoryAtBounds(bounds: Partial<InventoryBounds>, places: number, times = 1.1): InventoryMemory {
  const width = Math.ceil(Math.cbrt(places * times));
  return weigh(bounds, (ask) => {
    for (let n = 0; n < width ** 3; n++) ask(`/${plural(Math.floor(n / width ** 2))}/${plural(Math.floor(n / width) % width)}/${plural(n % width)}`);
  });
}

function weigh(bounds: Partial<InventoryBounds>, run: (ask: (url: string) => void) => void): InventoryMemory {
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const before = heap();
  const inventory = new Inventory(ports, bounds);
  let n = 0;
  run((url) => {
    n++;
    const exchange = {
      id: "",
      at: firstAt + n * 100,
      method: "POST",
      url: `https://api.example.com${url}`,
      client: { address: `10.${n % 40}.${n % 199}.9` },
      request: { headers: [] },
      response: { status: 201, headers: [], size: 100 },
      carries: lineOnly,
    };
    inventory.observe(viewOf(exchange, ports));
  });
  inventory.endpoints();
  const bytes = heap() - before;
  const { nodes, endpoints, refused } = inventory.size;
  return { endpoints, places: nodes, bytes, refused };
}

/** A word as interfaces call a collection, another one for each number. */
function plural(n: number): string {
  let word = "";
  for (let rest = n + 36; rest > 0; rest = Math.floor(rest / 6)) word += syllables[rest % 6] ?? "";
  return `${word}s`;
}

/** Bytes in use once everything that can go has gone. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let round = 0; round < 2; round++) Reflect.apply(collect, undefined, []);
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const syllables = ["ba", "ko", "li", "mu", "ne", "ro"];
const firstAt = Date.UTC(2026, 0, 5);
const lineOnly: Carries = { host: true, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };
