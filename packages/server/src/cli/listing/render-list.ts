import pc from "picocolors";
import type { ChangeView, DisclosureTotals, EndpointView, ExchangeRow, FindingView, IncidentView, Page } from "../../api/views.ts";
import { acceptedText, evidenceText } from "../report/evidence-text.ts";
import { endpointText } from "./endpoint-text.ts";
import { statusText } from "../report/status-text.ts";
import { stepLines } from "../report/step-lines.ts";
import { type Column, count, learned, plain, shortId, table, wrap } from "../report/text-layout.ts";
import type { ListName } from "./lists.ts";

/** A page of a list for a person: one line an item, no wider than the terminal, nothing from strangers that could steer it. */
export function renderList(name: ListName, page: Page<object>, options: RenderListOptions): string {
  const paint = pc.createColors(options.color);
  if (page.items.length === 0) return `No ${name}${options.savedAt === undefined ? "" : ` as of ${minute(new Date(options.savedAt).toISOString())}`}.\n`;
  const { columns, cells, notes } = shapes[name];
  const lines = table(
    columns,
    page.items.map((item) => cells(item, options).map((cell) => (cell.startsWith("≈") ? `≈${plain(cell.slice(1))}` : plain(cell)))),
    options.width,
    (text) => paint.bold(text),
  );
  if (notes !== undefined) for (const item of page.items) lines.push("", ...notes(item, options.textWidth, paint));
  if (page.next !== null) lines.push("", paint.dim(`More: --cursor ${page.next}`));
  return `${lines.join("\n")}\n`;
}

export interface RenderListOptions {
  readonly color: boolean;
  /** Of the table; infinite where nothing may be cut. */
  readonly width: number;
  /** Of sentences below it. */
  readonly textWidth: number;
  /** When what is shown was saved. */
  readonly savedAt: number | undefined;
  /** Documents call it deprecated, and it answers. */
  readonly isZombie: (one: EndpointView) => boolean;
}

interface Shape {
  readonly columns: readonly Column[];
  readonly cells: (item: object, options: RenderListOptions) => readonly string[];
  /** More about one item, below the table. */
  readonly notes?: (item: object, width: number, paint: Paint) => readonly string[];
}

type Paint = ReturnType<typeof pc.createColors>;

const shapes: Readonly<Record<ListName, Shape>> = {
  endpoints: shape<EndpointView>(
    [
      { head: "id" },
      { head: "method" },
      { head: "host and path", flexible: "below" },
      { head: "gives away", flexible: "below" },
      { head: "known by", flexible: "below" },
      { head: "credential" },
      { head: "oracle" },
      { head: "life" },
      { head: "requests", right: true },
      { head: "last seen" },
    ],
    (one, { isZombie }) => [
      shortId(one.id),
      one.method,
      endpointText(one),
      one.dataClasses.length === 0 ? "" : `gives ${one.dataClasses.join(", ")}`,
      `known by ${one.knownBy.join(", ")}`,
      one.auth.verdict,
      [...(one.oracle === null ? [] : [one.oracle.verdict]), ...(one.timing === null ? [] : [`${one.timing.verdict} by time`])].join(", "),
      [isZombie(one) ? "zombie" : one.lifecycle, ...(one.publicOnPurpose === null ? [] : ["public"])].join(", "),
      count(one.requests),
      minute(one.lastSeen),
    ],
  ),
  changes: shape<ChangeView>([{ head: "at" }, { head: "change" }, { head: "endpoint or document", flexible: "below" }, { head: "by" }], (one) => [
    minute(one.at),
    one.kind.replaceAll("-", " "),
    one.endpoint === null ? (one.document?.name ?? "") : `${one.endpoint.method} ${one.endpoint.host}${one.endpoint.path}`,
    one.by ?? "",
  ]),
  findings: shape<FindingView>(
    [{ head: "id" }, { head: "severity" }, { head: "check" }, { head: "endpoint", flexible: "below" }, { head: "status" }, { head: "last seen" }],
    (one) => [
      shortId(one.id),
      one.severity,
      one.check,
      `${one.endpoint.method} ${one.endpoint.host}${one.endpoint.path} ${one.endpoint.operation ?? ""}`.trimEnd(),
      one.status,
      minute(one.lastAt),
    ],
    findingNotes,
  ),
  incidents: shape<IncidentView>(
    [
      { head: "id" },
      { head: "level" },
      { head: "status" },
      { head: "what and where", flexible: "below" },
      { head: "sources", right: true },
      { head: "confirmed", right: true },
      { head: "denied", right: true },
      { head: "opened" },
    ],
    (one) => [
      shortId(one.id),
      one.level,
      one.status,
      whatAndWhere(one),
      // Seen of the endpoint as a whole: that nobody counted whom they were told of is not that they were told of nobody.
      ...(one.kind === "enumeration" && one.sourceCount === 0
        ? ["many", "?", "?"]
        : [count(one.sourceCount), learned(one.disclosed.confirmed, one.disclosed), learned(one.disclosed.denied, one.disclosed)]),
      minute(one.openedAt),
    ],
    incidentNotes,
  ),
  disclosures: shape<DisclosureTotals>(
    [
      { head: "endpoint", flexible: "below" },
      { head: "confirmed", right: true },
      { head: "denied", right: true },
      { head: "nothing", right: true },
      { head: "unknown", right: true },
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
    [
      { head: "at" },
      { head: "id" },
      { head: "address" },
      { head: "request", flexible: "below" },
      { head: "service", right: true },
      { head: "caller", right: true },
      { head: "action" },
    ],
    (one) => [
      `${one.at.slice(0, 19)}Z`,
      one.id,
      one.address,
      `${one.method} ${one.host}${one.path}`,
      statusText(one.status),
      one.answered === 0 ? "-" : String(one.answered),
      one.action,
    ],
  ),
};

/** The items of a list are of its own kind: `lists` and this table are held together by their names. */
function shape<T extends object>(
  columns: readonly Column[],
  cells: (item: T, options: RenderListOptions) => readonly string[],
  notes?: (item: T, width: number, paint: Paint) => readonly string[],
): Shape {
  return { columns, cells: (item, options) => cells(item as T, options), ...(notes === undefined ? {} : { notes: (item, width, paint) => notes(item as T, width, paint) }) };
}

/** What shows it and what mends it. */
function findingNotes(one: FindingView, width: number, paint: Paint): readonly string[] {
  const evidence = one.because === "" ? evidenceText(one.evidence) : plain(one.because);
  const indented = (text: string): string[] => wrap(text, width - 2, "").map((line) => `  ${line}`);
  return [
    ...wrap(`${shortId(one.id)}  ${plain(one.title)}${one.verdict === "suspected" ? " (suspected)" : ""}`, width, "  ").map(paint.bold),
    ...(evidence === "" ? [] : indented(evidence).map(paint.dim)),
    ...indented(one.accepted === null ? `Fix: ${plain(one.fix)}` : acceptedText(one.accepted)),
  ];
}

/** Whose clients it is, how it went, and what to do now. A signal of the whole is told once in the same words, with its last time. */
function incidentNotes(one: IncidentView, width: number, paint: Paint): readonly string[] {
  const indented = (text: string, under = "  "): string[] => wrap(text, width - 2, under).map((line) => `  ${line}`);
  const went = new Map(
    one.signals.flatMap(({ at, level, evidence }) => (level === "low" || evidence["meaning"] === undefined ? [] : [[String(evidence["meaning"]), { at, level }]])),
  );
  return [
    ...wrap(`${shortId(one.id)}  ${plain(one.title)}`, width, "  ").map(paint.bold),
    ...(one.clients === null ? [] : indented(plain(one.clients.rule === null ? one.clients.sentence : `${one.clients.sentence} ${one.clients.rule}`), "")),
    ...[...went]
      .slice(-meaningsShown)
      .flatMap(([meaning, { at, level }]) => indented(`${minute(at)}  ${level}: ${plain(meaning)}`))
      .map(paint.dim),
    ...one.next.flatMap((step, n) => stepLines(step, n + 1, width)),
  ];
}

/** The first endpoint, and how many more; what it is called where there is none. */
function whatAndWhere({ kind, title, endpoints }: IncidentView): string {
  const [first] = endpoints;
  if (first === undefined) return `${kind}: ${title}`;
  const more = endpoints.length > 1 ? ` and ${endpoints.length - 1} more` : "";
  return `${kind} on ${first.path === "" ? first.id : `${first.method} ${first.host}${first.path}`}${more}`;
}

/** `2026-01-31 08:00` in UTC. */
function minute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

/** More are in `--json`. */
const meaningsShown = 4;
