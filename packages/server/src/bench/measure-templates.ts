import { type Carries, Inventory, viewOf } from "@postern/engine";
import { random, scoreTemplates, templateTraffic, type TemplateScore, type ValueStyle } from "@postern/testkit";
import { makePorts } from "../keys/make-ports.ts";

/** One reading: an interface whose templates are known, asked for with made-up values, and what the inventory made of it. */
export interface TemplateReading {
  readonly score: TemplateScore;
  readonly requests: number;
  /** Places held in the tree of paths. */
  readonly nodes: number;
  /** Wall time an exchange, in microseconds. */
  readonly micros: number;
}

export interface TemplateRun {
  readonly templates: readonly string[];
  readonly perTemplate: number;
  readonly style: ValueStyle;
  readonly seed: string;
  readonly order?: "shuffled" | "sorted" | "reversed" | undefined;
}

/**
 * Learns the templates of an interface from its URLs alone, as from an access log without bodies or credentials, and compares. What counts is what
 * people are shown: a constant that is not shown in clear counts as missed.
 */
export function measureTemplates(run: TemplateRun): TemplateReading {
  const urls = templateTraffic(run.templates, run.perTemplate, random(run.seed), run.style);
  if (run.order === "sorted" || run.order === "reversed") urls.sort();
  if (run.order === "reversed") urls.reverse();
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const inventory = new Inventory(ports);
  const source = random(`${run.seed} callers`);
  const startedAt = performance.now();
  for (const [n, url] of urls.entries()) {
    const address = `10.${source.int(40)}.${source.int(200)}.${source.int(200)}`;
    const size = 100 + source.int(5_000);
    inventory.observe(
      viewOf(
        {
          id: `u:${n}`,
          at: firstAt + n * 100,
          method: "GET",
          url: `https://api.example.com${url}`,
          client: { address },
          request: { headers: [] },
          response: { status: 200, headers: [], size },
          carries: lineOnly,
        },
        ports,
      ),
    );
  }
  const learned = inventory.endpoints().map((endpoint) => endpoint.template);
  const micros = ((performance.now() - startedAt) / Math.max(1, urls.length)) * 1_000;
  return { score: scoreTemplates(run.templates, learned), requests: urls.length, nodes: inventory.size.nodes, micros };
}

const firstAt = Date.UTC(2026, 0, 5);
const lineOnly: Carries = { host: true, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };
