import pc from "picocolors";
import type { FindingView, IncidentView } from "../../api/views.ts";
import { stepLines } from "../report/step-lines.ts";
import { acceptedText, evidenceText, meaningText } from "../report/evidence-text.ts";
import { count, learned, plain, several, wrap } from "../report/text-layout.ts";

/** An incident for a person: what happened, where, who, on what evidence, and what to do. */
export function renderIncident(incident: IncidentView, options: RenderWhyOptions): string {
  const paint = pc.createColors(options.color);
  const text = (words: string, indent = ""): string[] => wrap(words, options.width - indent.length).map((line) => indent + line);
  const { disclosed } = incident;
  const lines = [
    paint.bold(`${incident.level.toUpperCase()}  ${plain(incident.title)}`),
    `${incident.id}, ${incident.status}, ${minute(incident.openedAt)} to ${minute(incident.lastAt)}`,
    ...incident.endpoints.map((endpoint) => plain(endpoint.path === "" ? endpoint.id : `${endpoint.method} ${endpoint.host}${endpoint.path}`)),
    "",
  ];
  if (incident.kind === "enumeration") {
    lines.push(
      ...text(
        `Told of ${learned(disclosed.confirmed, disclosed)} that they exist and of ${learned(disclosed.denied, disclosed)} that they do not; ${learned(disclosed.uniform, disclosed)} were asked about in vain.${disclosed.estimated ? " Numbers after a ≈ are live estimates, within 3 %; the report below counts exactly." : ""}`,
      ),
    );
  }
  if (incident.clients !== null)
    lines.push("", paint.bold("Whose clients"), ...text(plain(incident.clients.sentence)), ...(incident.clients.rule === null ? [] : text(plain(incident.clients.rule))));
  if (incident.sources.length > 0) {
    const wider = incident.clients !== null && incident.clients.sources > incident.sourceCount;
    lines.push("", paint.bold(`${several(incident.sourceCount, "source")}${wider ? " that signals name one by one" : ""}`));
    for (const source of incident.sources.toSorted((a, b) => b.asked - a.asked).slice(0, shownMax))
      lines.push(`  ${plain(source.address)}${source.asked > 0 ? `  asked about ${count(source.asked)}` : ""}  ${minute(source.firstAt)} to ${minute(source.lastAt)}`);
    if (incident.sourceCount > shownMax) lines.push(paint.dim(`  and ${count(incident.sourceCount - shownMax)} more`));
  }
  lines.push("", paint.bold(`${several(incident.signalCount, "signal")}${incident.signalCount > shownMax ? `, the last ${shownMax}` : ""}`));
  for (const signal of incident.signals.slice(-shownMax)) {
    lines.push(`  ${minute(signal.at)}  ${signal.level}  ${plain(signal.detector)}`, ...text(meaningText(signal.evidence), "    ").map(paint.dim));
  }
  if (incident.next.length > 0) lines.push("", paint.bold("What to do"));
  for (const [i, step] of incident.next.entries()) lines.push(...stepLines(step, i + 1, options.width));
  return `${lines.join("\n")}\n`;
}

/** A finding for a person: what is weak, what shows it, what mends it. */
export function renderFinding(finding: FindingView, options: RenderWhyOptions): string {
  const paint = pc.createColors(options.color);
  const text = (words: string): string[] => wrap(words, options.width);
  const lists = Object.entries(finding.evidence).flatMap(([name, value]) => (typeof value === "object" && value.length > 0 ? [`${name}: ${value.join(", ")}`] : []));
  const evidence = evidenceText(finding.evidence);
  return `${[
    paint.bold(`${finding.severity.toUpperCase()}  ${plain(finding.title)}`),
    `${finding.id}, ${finding.check}, ${finding.verdict}, ${finding.status}, ${finding.owasp}, ${finding.cwe}`,
    plain(`${finding.endpoint.method} ${finding.endpoint.host}${finding.endpoint.path}`),
    "",
    paint.bold("Why we say so"),
    ...(finding.because === "" ? [] : text(plain(finding.because))),
    "",
    paint.bold("The numbers"),
    ...(evidence === "" ? [] : text(evidence)),
    ...lists.flatMap((list) => text(plain(list))),
    `Seen from ${minute(finding.firstAt)} to ${minute(finding.lastAt)}`,
    ...(finding.examples.length === 0 ? [] : text(`Exchanges that show it: ${finding.examples.map(plain).join(", ")}`)),
    ...(finding.accepted === null ? [] : ["", ...text(acceptedText(finding.accepted))]),
    "",
    paint.bold("Fix"),
    ...text(plain(finding.fix)),
  ].join("\n")}\n`;
}

export interface RenderWhyOptions {
  readonly color: boolean;
  /** Columns for sentences; ids and commands are never cut. */
  readonly width: number;
}

/** More nobody reads at once; `--json` holds all. */
const shownMax = 5;

function minute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
