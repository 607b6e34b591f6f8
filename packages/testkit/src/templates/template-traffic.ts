import { shuffle, type Random } from "../random.ts";
import { fillTemplate, pathValues, type ValueStyle } from "./path-values.ts";

/**
 * URLs of an interface whose templates are known: every template is asked for `perTemplate` times with values of its own, shuffled. The same seed
 * gives the same URLs.
 */
export function templateTraffic(templates: readonly string[], perTemplate: number, source: Random, style: ValueStyle): string[] {
  const values = pathValues(source.fork("values"), style);
  const urls: string[] = [];
  for (const template of templates) for (let n = 0; n < perTemplate; n++) urls.push(fillTemplate(template, values));
  return shuffle(urls, source.fork("order"));
}

/** How well learned templates match the true ones, parameter names left out. Constants match without regard to case. */
export function scoreTemplates(truth: readonly string[], learned: readonly string[]): TemplateScore {
  const wanted = new Set(truth.map(bare));
  const got = new Set(learned.map(bare));
  const missed = [...wanted].filter((one) => !got.has(one));
  const invented = [...got].filter((one) => !wanted.has(one));
  return { truth: wanted.size, learned: got.size, recovered: wanted.size - missed.length, missed, invented };
}

export interface TemplateScore {
  readonly truth: number;
  readonly learned: number;
  readonly recovered: number;
  readonly missed: readonly string[];
  readonly invented: readonly string[];
}

/** A segment that holds a parameter, whatever stands around it, is one. */
function bare(template: string): string {
  const segments = template.split("/").filter((segment) => segment !== "");
  return `/${segments.map((segment) => (segment.includes("{") ? "{}" : segment.toLowerCase())).join("/")}`;
}
