import { type Carries, type Exchange, type ExchangeView, Inventory, PathTemplates, viewOf } from "@postern/engine";
import { githubPaths, random, templateTraffic } from "@postern/testkit";
import { makePorts } from "../keys/make-ports.ts";

/**
 * What the inventory costs an exchange when it knows some 5,000 templates: the lookup in the tree of paths, and the whole station without bodies (lookup,
 * counters, posture, parameters). CPU in microseconds, after two passes over the same URLs. `heapBytes`: what the whole inventory holds.
 */
export function timeInventory(perTemplate: number): InventoryTimes {
  const templates = services.flatMap((service) => githubPaths().map((path) => `/${service}${path}`));
  const urls = templateTraffic(templates, perTemplate, random("inventory bench"), "open");
  const source = random("callers");
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const views = urls.map((url, n): ExchangeView => {
    const exchange: Exchange = {
      id: `u:${n}`,
      at: firstAt + n * 10,
      method: "GET",
      url: `https://api.example.com${url}`,
      client: { address: `10.${source.int(40)}.${source.int(200)}.${source.int(200)}` },
      request: { headers: [["accept", "application/json"]] },
      response: { status: 200, headers: [["content-type", "application/json"]], size: 100 + source.int(5_000) },
      carries: headOnly,
    };
    return viewOf(exchange, ports);
  });
  const paths = views.map((view) => view.segments);
  const tree = new PathTemplates<true>(() => true);
  const look = (): void => {
    for (let n = 0; n < paths.length; n++) {
      const place = tree.place(paths[n] ?? [], n & 31);
      if (place !== undefined) place.leaf = true;
    }
    tree.settle();
  };
  look();
  look();
  const lookupMicros = microsOf(() => {
    for (let pass = 0; pass < lookupPasses; pass++) look();
  }, views.length * lookupPasses);
  const before = heap();
  const inventory = new Inventory(ports);
  const observe = (): void => {
    for (const view of views) inventory.observe(view);
  };
  observe();
  inventory.endpoints();
  observe();
  const stationMicros = microsOf(observe, views.length);
  const endpoints = inventory.endpoints().length;
  return { templates: templates.length, endpoints, lookupMicros, stationMicros, heapBytes: Math.max(0, heap() - before) };
}

export interface InventoryTimes {
  readonly templates: number;
  readonly endpoints: number;
  readonly lookupMicros: number;
  readonly stationMicros: number;
  readonly heapBytes: number;
}

function microsOf(work: () => void, count: number): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** One takes a tenth of a second: too short to be told from the machine's moods. */
const lookupPasses = 5;
const services = "alpha billing orders media search mail risk fleet store sync".split(" ");
const firstAt = Date.UTC(2026, 0, 5);
const headOnly: Carries = { host: true, query: true, requestHeaders: true, requestBody: false, responseHeaders: true, responseBody: false };
