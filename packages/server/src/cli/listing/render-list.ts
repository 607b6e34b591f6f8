import pc from "picocolors";
import type { DisclosureTotals, EndpointView, ExchangeRow, FindingView, IncidentView, Page } from "../../api/views.ts";
import { type Column, count, plain, table } from "../report/text-layout.ts";
import type { ListName } from "./lists.ts";

/** A page of a list for a person: one line an item, no wider than the terminal, nothing from strangers that could steer it. */
export function renderList(name: ListName, page: Page<object>, options: RenderListOptions): string {
  const paint = pc.createColors(options.color);
  if (page.items.length === 0) return `No ${name}${options.savedAt === undefined ? "" : ` as of ${minute(new Date(options.savedAt).toISOString())}`}.\n`;
  const { columns, cells } = shapes[name];
  const lines = table(
    columns,
    page.items.map((item) => cells(item).map(plain)),
    options.width,
    (text) => paint.bold(text),
  );
  if (page.next !== null) lines.push("", paint.dim(`More: --cursor ${page.next}`));
  return `${lines.join("\n")}\n`;
}

export interface RenderListOptions {
  readonly color: boolean;
  readonly width: number;
  /** When what is shown was saved. */
  readonly savedAt: number | undefined;
}

interface Shape {
  readonly columns: readonly Column[];
  readonly cells: (item: object) => readonly string[];
}

const shapes: Readonly<Record<ListName, Shape>> = {
  endpoints: shape<EndpointView>(
    [
      { head: "id" },
      { head: "method" },
      { head: "host and path", flexible: true },
      { head: "credential" },
      { head: "oracle" },
      { head: "requests", right: true },
      { head: "last seen" },
    ],
    (one) => [one.id, one.method, one.host + one.path, one.auth.verdict, one.oracle?.verdict ?? "", count(one.requests), minute(one.lastSeen)],
  ),
  findings: shape<FindingView>([{ head: "severity" }, { head: "check" }, { head: "endpoint", flexible: true }, { head: "status" }, { head: "last seen" }], (one) => [
    one.severity,
    one.check,
    `${one.endpoint.method} ${one.endpoint.host}${one.endpoint.path}`,
    one.status,
    minute(one.lastAt),
  ]),
  incidents: shape<IncidentView>(
    [
      { head: "level" },
      { head: "status" },
      { head: "what", flexible: true },
      { head: "sources", right: true },
      { head: "confirmed", right: true },
      { head: "denied", right: true },
      { head: "opened" },
    ],
    (one) => [one.level, one.status, one.title, count(one.sourceCount), count(one.disclosed.confirmed), count(one.disclosed.denied), minute(one.openedAt)],
  ),
  disclosures: shape<DisclosureTotals>(
    [
      { head: "endpoint", flexible: true },
      { head: "confirmed", right: true },
      { head: "denied", right: true },
      { head: "told nothing", right: true },
      { head: "not known yet", right: true },
      { head: "first" },
      { head: "last" },
    ],
    (one) => [
      one.path === "" ? one.endpoint : `${one.method} ${one.host}${one.path}`,
      count(one.confirmed),
      count(one.denied),
      count(one.uniform),
      count(one.unknown),
      one.from === null ? "" : minute(one.from),
      one.to === null ? "" : minute(one.to),
    ],
  ),
  exchanges: shape<ExchangeRow>(
    [{ head: "at" }, { head: "id" }, { head: "address" }, { head: "request", flexible: true }, { head: "status", right: true }, { head: "action" }],
    (one) => [`${one.at.slice(0, 19)}Z`, one.id, one.address, `${one.method} ${one.host}${one.path}`, String(one.status), one.action],
  ),
};

/** The items of a list are of its own kind: `lists` and this table are held together by their names. */
function shape<T extends object>(columns: readonly Column[], cells: (item: T) => readonly string[]): Shape {
  return { columns, cells: (item) => cells(item as T) };
}

/** `2026-01-31 08:00` in UTC. */
function minute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}
