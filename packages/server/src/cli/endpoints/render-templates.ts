import pc from "picocolors";
import type { SegmentReason } from "@postern/engine";
import type { EndpointName, TemplateChange, TemplateRuleView } from "../../api/views.ts";
import { count, plain, several, shortId, table, wrap } from "../report/text-layout.ts";

/** What a decision about a template did, for a person. */
export function renderChange(change: TemplateChange, options: RenderOptions & { readonly dryRun?: boolean }): string {
  const paint = pc.createColors(options.color);
  const where = change.host === null ? "" : ` on ${plain(change.host)}`;
  const lines = [`${options.dryRun === true ? "Nothing is changed yet. " : ""}${verbs[change.kind]} ${paint.bold(plain(change.template))}${where}.`];
  if (change.endedCount + change.madeCount === 0) lines.push("No endpoint seen so far changes by it; what comes is taken that way.");
  else {
    lines.push(`${several(change.endedCount, "endpoint")} ${change.endedCount === 1 ? "is" : "are"} no more, ${change.madeCount} new in their place.`, "");
    lines.push(...table(columns, [...rows("-", change.ended), ...rows("+", change.made)], options.width, (text) => paint.bold(text)));
  }
  if (change.notRecomputed)
    lines.push(
      "",
      ...wrap("Not recomputed: requests that were counted as one endpoint stay counted as one. What comes now is counted apart.", options.textWidth).map((line) => paint.dim(line)),
    );
  return `${lines.join("\n")}\n`;
}

/** Rules in force, one a line. */
export function renderRules(rules: readonly TemplateRuleView[], options: Pick<RenderOptions, "color" | "width">): string {
  if (rules.length === 0) return "Nothing was pinned, merged or split.\n";
  const paint = pc.createColors(options.color);
  const cells = rules.map((rule) => [rule.kind, plain(rule.template), plain(rule.host ?? "any"), plain(rule.by ?? "configuration"), rule.at === null ? "" : rule.at.slice(0, 10)]);
  const heads = [{ head: "rule" }, { head: "template", flexible: "below" as const }, { head: "host" }, { head: "by" }, { head: "since" }];
  return `${table(heads, cells, options.width, (text) => paint.bold(text)).join("\n")}\n`;
}

/** What to do about it. */
export const notRight = "Not right? `postern endpoints pin`, `merge` or `split` decides otherwise, `unpin` takes that back.";

/** Why each segment of a template is what it is. */
export function renderSegments(segments: readonly SegmentReason[], options: RenderOptions & { readonly notRight: string }): string {
  const paint = pc.createColors(options.color);
  const lines = [paint.bold("Why its path reads so")];
  for (const { segment, is, because, evidence } of segments) {
    lines.push(...wrap(`${plain(segment)}  ${is}: ${plain(because)}`, options.textWidth, "    "));
    const counted = Object.entries(evidence).map(
      ([name, value]) => `${words(name)} ${typeof value === "number" ? count(value) : value === true ? "yes" : value === false ? "no" : plain(value)}`,
    );
    lines.push(...wrap(`    ${counted.join(", ")}`, options.textWidth, "    ").map((line) => paint.dim(line)));
  }
  if (segments.length === 0) lines.push("The root has no segments.");
  lines.push("", ...wrap(options.notRight, options.textWidth).map((line) => paint.dim(line)));
  return `${lines.join("\n")}\n`;
}

export interface RenderOptions {
  readonly color: boolean;
  /** Of tables. */
  readonly width: number;
  /** Of sentences. */
  readonly textWidth: number;
}

const verbs = { pin: "Pinned", merge: "Merged into", split: "Split off", none: "Taken back what was said of" } as const;
const columns = [{ head: "" }, { head: "id" }, { head: "endpoint", flexible: "below" as const }, { head: "requests", right: true }];

function rows(mark: string, endpoints: readonly EndpointName[]): string[][] {
  return endpoints.map((one) => [mark, shortId(one.id), plain(`${one.method} ${one.host}${one.path}`), count(one.requests)]);
}

/** `distinctValues` → `distinct values` */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
