import pc from "picocolors";
import type { FloorView } from "../../api/views.ts";
import { count, plain, several, table, wrap } from "../report/text-layout.ts";
import { endpointText } from "./endpoint-text.ts";

/** One endpoint with its floor. */
export interface FloorItem {
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string };
  readonly floor: FloorView;
}

/** Floors for a person: a table, and what it says of each in words. */
export function renderFloors(items: readonly FloorItem[], options: { readonly color: boolean; readonly width: number; readonly textWidth: number }): string {
  if (items.length === 0) return "No endpoint is under a budget: there is nothing to measure.\n";
  const paint = pc.createColors(options.color);
  const rows = items.map(({ endpoint, floor }) => [
    plain(`${endpoint.method} ${endpointText({ ...endpoint, operation: null }, false)}`),
    count(floor.basis.newcomersADay),
    floor.questionsADay === null ? "unproven" : `${count(floor.questionsADay)} a day`,
    floor.yearsFor33Million === null ? "" : `${count(floor.yearsFor33Million)} years`,
    floor.ceilingADay === null ? "" : count(floor.ceilingADay),
  ]);
  const lines = table(columns, rows, options.width, (text) => paint.bold(text));
  // What is said of several alike is said once.
  for (const text of new Set(items.map(({ floor }) => floor.text))) {
    const alike = items.filter(({ floor }) => floor.text === text);
    lines.push("", ...alike.slice(0, namedMost).map(({ endpoint }) => paint.bold(plain(`${endpoint.method} ${endpoint.host}${endpoint.path}`))));
    if (alike.length > namedMost) lines.push(`and ${several(alike.length - namedMost, "endpoint")} more`);
    lines.push(...wrap(text, options.textWidth));
  }
  lines.push(
    "",
    ...wrap(
      "Not seen: an attack that was there in the days measured from; askers who follow up, who come back from one address, or who share the gateways of known people; outages.",
      options.textWidth,
    ).map((line) => paint.dim(line)),
  );
  return `${lines.join("\n")}\n`;
}

const columns = [
  { head: "endpoint", flexible: "below" as const },
  { head: "newcomers", right: true },
  { head: "unnoticed below", right: true },
  { head: "33 million take", right: true },
  { head: "ceiling", right: true },
];

/** Endpoints named over one sentence; all stand in the table. */
const namedMost = 3;
