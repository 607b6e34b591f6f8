import pc from "picocolors";
import type { Level } from "@postern/engine";
import type { EndpointView, IncidentView } from "../../api/views.ts";
import type { ImportDocument } from "./import-document.ts";
import { rank } from "./import-document.ts";
import { endpointText } from "../listing/endpoint-text.ts";
import { acceptedText, evidenceText } from "./evidence-text.ts";
import { stepLines } from "./step-lines.ts";
import { count, fit, notUnderstood, plain, several, table, wrap } from "./text-layout.ts";

/** The report of an import for a person: what was read, what there is, what is wrong, who did what; ends with one sentence. ASCII, at most `width` wide. */
export function renderImport(document: ImportDocument, options: RenderOptions): string {
  const paint = pc.createColors(options.color);
  const width = Math.max(60, Math.min(options.width, 160));
  const tableWidth = Math.max(60, options.tableWidth);
  const lines: string[] = [];
  const say = (...more: string[]): void => void lines.push(...more);
  const section = (title: string): void => say("", paint.bold(title));
  const indented = (text: string, indent: string, color: (text: string) => string = (one) => one): void =>
    say(...wrap(`${indent}${text}`.trimStart(), width - indent.length).map((line) => indent + color(line)));

  read();
  endpoints();
  findings();
  incidents();
  told();
  say("", ...wrap(options.commands(conclusion(document)), width).map((line) => paint.bold(line)), "");
  return lines.join("\n");

  function read(): void {
    const { records, span } = document;
    section("Read");
    say(
      `  ${several(records.read, "record")}: ${count(records.accepted)} accepted, ${count(records.rejectedCount)} rejected${records.late > 0 ? `, ${count(records.late)} far out of order` : ""}`,
    );
    if (records.alreadyImported > 0) indented(`${count(records.alreadyImported)} more were imported here before and do not count again (--again reads them anyway)`, "  ");
    for (const source of document.sources.slice(0, shownSources)) {
      const before = source.alreadyImported > 0 ? `, ${count(source.alreadyImported)} known` : "";
      const counts = ` (${source.format}): ${count(source.accepted)} accepted, ${count(source.rejected)} rejected${before}`;
      say(`  ${fit(plain(source.name), tableWidth - 2 - counts.length)}${counts}`);
      if (source.mapping !== undefined) indented(plain(source.mapping), "    ", paint.dim);
    }
    if (document.sources.length > shownSources) say(`  and ${document.sources.length - shownSources} more files`);
    for (const bad of records.rejected.slice(0, shownRejected)) {
      indented(`${plain(bad.source)}:${bad.line}${bad.column === undefined ? "" : `:${bad.column}`} ${plain(bad.reason)}`, "    ", paint.yellow);
    }
    if (records.rejectedCount > shownRejected) say(paint.dim(`    and ${count(records.rejectedCount - shownRejected)} more`));
    if (span.from !== null && span.to !== null) say(`  ${minute(span.from)} to ${minute(span.to)}`);
    if (document.templates.from === "exchanges as they came") {
      indented(
        "Path templates were learned as records came: the input cannot be read twice, and in another order some may differ. A file gives the same for any order.",
        "  ",
        paint.dim,
      );
    } else if (document.templates.sampled) {
      indented("More different paths than inventory.places: templates rest on a part of them, the same part in any order.", "  ", paint.dim);
    }
    const lacking = document.coverage.filter((fact) => fact.notJudged !== null);
    if (document.records.accepted > 0 && lacking.length > 0) {
      say("  Not in these records, and so not judged:");
      for (const fact of lacking) indented(`${fact.fact}${fact.carried > 0 ? ` (in ${Math.floor(fact.carried * 100)} % only)` : ""}: ${fact.notJudged ?? ""}`, "    ", paint.dim);
    }
  }

  function endpoints(): void {
    const all = document.endpoints.items;
    section(`Endpoints (${count(all.length)})`);
    if (all.length === 0) {
      say("  none: no request was answered as if something were there");
      return;
    }
    const wide = tableWidth >= 100;
    const rows = all
      .slice(0, options.top)
      .map((endpoint) => [
        `  ${plain(endpoint.method)}`,
        plain(endpointText(endpoint, wide)),
        endpoint.auth.verdict,
        endpoint.oracle?.verdict ?? (endpoint.timing === null ? "-" : `${endpoint.timing.verdict} by time`),
        ...(wide ? [subjectsOf(endpoint)] : []),
        count(endpoint.requests),
        count(endpoint.clientErrors),
        count(endpoint.errors),
      ]);
    say(
      ...table(
        [
          { head: "  METHOD" },
          { head: "PATH", flexible: true },
          { head: "CREDENTIAL", paint: (text, cell) => (cell === "not enforced" ? paint.yellow(text) : text) },
          { head: "ORACLE", paint: (text, cell) => (cell === "proven" ? paint.red(text) : cell === "suspected" ? paint.yellow(text) : text) },
          ...(wide ? [{ head: "ASKS ABOUT" }] : []),
          { head: "REQUESTS", right: true },
          { head: "4XX", right: true },
          { head: "5XX", right: true },
        ],
        rows,
        tableWidth,
        paint.dim,
      ),
    );
    if (all.length > options.top) say(paint.dim(`  and ${count(all.length - options.top)} more`));
  }

  function findings(): void {
    const all = document.findings.items;
    section(`Findings (${count(all.length)})`);
    if (all.length === 0) say("  none");
    for (const finding of all.slice(0, shownFindings)) {
      headed(finding.severity, `${plain(finding.title)}${finding.verdict === "suspected" ? " (suspected)" : ""}`);
      say(`    ${named(finding.endpoint)}`);
      indented(finding.because === "" ? evidenceText(finding.evidence) : plain(finding.because), "    ", paint.dim);
      indented(finding.accepted === null ? `Fix: ${plain(finding.fix)}` : acceptedText(finding.accepted), "    ");
    }
    if (all.length > shownFindings) say(paint.dim(`  and ${count(all.length - shownFindings)} more: see --json`));
  }

  function incidents(): void {
    const all = document.incidents.items;
    section(`Incidents (${count(all.length)})`);
    if (all.length === 0) say("  none");
    for (const incident of all.slice(0, shownIncidents)) {
      headed(incident.level, plain(incident.title));
      for (const endpoint of incident.endpoints.slice(0, 3)) say(`    ${named(endpoint)}`);
      say(`    ${minute(incident.openedAt)} to ${minute(incident.lastAt)}, ${several(incident.signalCount, "signal")}`);
      indented(sourcesOf(incident), "    ");
      if (incident.kind === "enumeration") {
        const { confirmed, denied, uniform } = incident.disclosed;
        indented(
          `Disclosed: ${count(confirmed)} confirmed, ${count(denied)} denied${uniform > 0 ? `, ${count(uniform)} told nothing` : ""}${notUnderstood(incident.disclosed)}`,
          "    ",
          confirmed > 0 ? paint.red : undefined,
        );
      }
      if (incident.clients !== null) indented(plain(incident.clients.rule === null ? incident.clients.sentence : `${incident.clients.sentence} ${incident.clients.rule}`), "    ");
      for (const [i, step] of incident.next.entries()) say(...stepLines(step, i + 1, width, "    "));
    }
    if (all.length > shownIncidents) say(paint.dim(`  and ${count(all.length - shownIncidents)} more: see --json`));
  }

  function told(): void {
    const { signals, disclosures } = document;
    const oracles = new Set(document.endpoints.items.filter((endpoint) => endpoint.oracle !== null).map((endpoint) => endpoint.id));
    const told = disclosures.items.filter((one) => one.confirmed + one.denied + one.uniform > 0 || oracles.has(one.endpoint));
    if (told.length > 0) {
      section("Who was told what (different people or things)");
      say(
        ...table(
          [
            { head: "  ENDPOINT", flexible: true },
            { head: "CONFIRMED", right: true },
            { head: "DENIED", right: true },
            { head: "NOTHING", right: true },
            { head: "UNKNOWN", right: true },
          ],
          told
            .slice(0, shownDisclosures)
            .map((one) => [`  ${plain(`${one.method} ${one.path}`)}`, count(one.confirmed), count(one.denied), count(one.uniform), count(one.unknown)]),
          tableWidth,
          paint.dim,
        ),
      );
      if (told.length > shownDisclosures) say(paint.dim(`  and ${count(told.length - shownDisclosures)} more`));
      if (document.disclosuresDropped > 0) say(paint.yellow(`  At least: ${count(document.disclosuresDropped)} answers beyond the bound of one import were not counted.`));
    }
    section(`Signals (${count(signals.total)})`);
    const detectors = Object.entries(signals.byDetector);
    say(...(detectors.length === 0 ? ["  none"] : detectors.map(([detector, signalCount]) => `  ${plain(detector)}: ${count(signalCount)}`)));
    for (const [id, errors] of Object.entries(document.triggerErrors)) say(paint.yellow(`  trigger ${id} failed on ${several(errors, "exchange")}: it was blind there`));
  }

  function headed(level: Level, title: string): void {
    const [first = "", ...rest] = wrap(title, width - 11);
    say(`  ${painted(level)} ${first}`, ...rest.map((line) => `    ${line}`));
  }

  function named(endpoint: { readonly method: string; readonly host: string; readonly path: string; readonly operation?: string | undefined }): string {
    return fit(plain(`${endpoint.method} ${endpoint.host}${endpoint.path} ${endpoint.operation ?? ""}`.trimEnd()), tableWidth - 4);
  }

  function painted(of: Level): string {
    const text = of.toUpperCase().padEnd(8);
    return rank(of) >= 3 ? paint.red(text) : rank(of) === 2 ? paint.yellow(text) : paint.dim(text);
  }
}

export interface RenderOptions {
  readonly color: boolean;
  /** Columns; 60 to 160. */
  readonly width: number;
  /** Of tables and of names of endpoints; infinite where nothing may be cut. */
  readonly tableWidth: number;
  /** Endpoints shown. */
  readonly top: number;
  /** Writes the commands that a sentence names as they begin here. */
  readonly commands: (text: string) => string;
}

/** One plain sentence about all of it. */
export function conclusion(document: ImportDocument): string {
  const { records, incidents, findings } = document;
  if (records.accepted === 0 && records.rejectedCount === 0 && records.alreadyImported > 0)
    return "Nothing new: all of it was imported here before, and nothing was counted again. What is known stands above; `postern incidents` lists what happened.";
  if (records.accepted === 0) return records.read === 0 ? "There was nothing to read." : "No record could be read; see the reasons above.";
  const first = incidents.items.find((incident) => incident.kind === "enumeration") ?? incidents.items[0];
  const serious = findings.items.filter((finding) => finding.status === "open" && rank(finding.severity) >= 3).length;
  const weak = serious > 0 ? ` Above: ${serious === 1 ? "one serious weakness" : `${count(serious)} serious weaknesses`}.` : "";
  if (first === undefined) {
    const which = records.accepted === 1 ? "this one exchange" : `these ${count(records.accepted)} exchanges`;
    const unseen = document.coverage.flatMap(({ fact, carried }) => (carried === 0 ? (saysWhat[fact] ?? []) : []));
    if (unseen.length === 0) return `Nothing alarming happened in ${which}.${noise(document)}${weak}`;
    return `Nothing alarming is to be seen in ${which}, but they carry no ${listed(
      unseen.map(([what]) => what),
      "and no",
    )}: ${listed(
      unseen.map(([, judged]) => judged),
      "and",
    )} could not be judged.${noise(document)}${weak}`;
  }
  if (first.kind !== "enumeration")
    return `${count(incidents.items.length)} ${incidents.items.length === 1 ? "incident needs" : "incidents need"} a look: ${plain(first.title)}.${weak}`;
  const { confirmed, denied } = first.disclosed;
  const atLeast = document.disclosuresDropped > 0 ? "at least " : "";
  const path = first.endpoints[0]?.path ?? "one endpoint";
  return `Somebody asked ${plain(path)} about ${atLeast}${count(confirmed + denied + first.disclosed.uniform)} different people or things and learned of ${atLeast}${count(confirmed)} that they are known here.${weak}`;
}

/** By a fact of the coverage that no record carried: what that is, and what nobody can say without it. */
const saysWhat: Readonly<Record<string, readonly (readonly [lacking: string, notJudged: string])[]>> = {
  "request headers": [["credentials", "who may call what"]],
  "response body": [["bodies of answers", "what answers say of people"]],
};

/** Who looked for doors is no incident as long as none opened, and yet somebody was here. */
function noise({ nowhere }: ImportDocument): string {
  return nowhere.paths < noisyPathsMin ? "" : ` ${several(nowhere.requests, "request")} went to ${several(nowhere.paths, "path")} where only 404 was answered, as scanners ask.`;
}

/** Fewer are dead links. */
const noisyPathsMin = 10;

/** `a, b and c` */
function listed(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1) ?? ""}`;
}

const shownSources = 10;
const shownRejected = 5;
const shownFindings = 12;
const shownIncidents = 10;
const shownDisclosures = 10;

function subjectsOf(endpoint: EndpointView): string {
  return endpoint.subjects.length === 0 ? "-" : [...new Set(endpoint.subjects.map((subject) => subject.type))].join(",");
}

function sourcesOf(incident: IncidentView): string {
  if (incident.sourceCount === 0) return "Sources: many, none of them conspicuous alone";
  const top = incident.sources.slice(0, 3).map((source) => `${plain(source.address)} (asked about ${count(source.asked)})`);
  const more = incident.sourceCount - top.length;
  return `Sources: ${top.join(", ")}${more > 0 ? ` and ${count(more)} more` : ""}`;
}

/** `2024-06-03 11:00 UTC` */
function minute(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
