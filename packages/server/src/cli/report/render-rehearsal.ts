import pc from "picocolors";
import type { RehearsalDocument } from "./rehearsal-document.ts";
import { count, notUnderstood, plain, several, table, wrap } from "./text-layout.ts";

/** The rehearsal for a person: decisions, who would have been touched, what leaked, what could not be evaluated; ends with one sentence. */
export function renderRehearsal(document: RehearsalDocument, options: { readonly color: boolean; readonly width: number; readonly tableWidth: number }): string {
  const paint = pc.createColors(options.color);
  const width = Math.max(60, Math.min(options.width, 160));
  const lines: string[] = [];
  const say = (...more: string[]): void => void lines.push(...more);
  const indented = (text: string, color: (text: string) => string = (one) => one): void => say(...wrap(text, width - 4, "  ").map((line) => `  ${color(line)}`));
  const { records, span, touched, answers } = document;

  say("", paint.bold(`Rehearsal in ${document.mode}`));
  say(`  ${several(records.read, "record")}: ${count(records.accepted)} accepted, ${count(records.rejectedCount)} rejected`);
  if (span.from !== null && span.to !== null) say(`  ${span.from.slice(0, 16).replace("T", " ")} to ${span.to.slice(0, 16).replace("T", " ")} UTC`);

  say("", paint.bold("Decisions"));
  say(
    ...table(
      [
        { head: "  ACTION" },
        { head: "WOULD BE", paint: (text, cell) => (cell === "allow" ? text : paint.yellow(text)) },
        { head: "REASON", flexible: true },
        { head: "EXCHANGES", right: true },
      ],
      document.decisions.map((one) => [`  ${one.action}`, one.would, one.reason, count(one.exchanges)]),
      Math.max(60, options.tableWidth),
      paint.dim,
    ),
  );
  if (document.outOfOrder > 0) indented(`${several(document.outOfOrder, "line")} of decisions came after later ones; the ids say which.`, paint.yellow);

  say("", paint.bold("Who would have been touched"));
  indented(
    `${document.touchedIsLowerBound ? "at least " : ""}${several(touched.sources, "source")}, of which ${count(touched.anchored)} also signed in or signed up (${count(touched.exchangesOfAnchored)} of their exchanges)`,
  );
  indented(
    `${several(answers.guarded, "answer")} about somebody or something on guarded endpoints; ${count(answers.uniform)} (${(answers.uniformShare * 100).toFixed(2)} %) would have told nothing`,
  );
  for (const incident of document.incidents.items.slice(0, 5)) {
    indented(
      `${incident.level.toUpperCase()} ${plain(incident.title)}: ${count(incident.disclosed.confirmed)} confirmed, ${count(incident.disclosed.denied)} denied, ${count(incident.disclosed.uniform)} told nothing${notUnderstood(incident.disclosed)}`,
      paint.red,
    );
  }

  if (document.triggers.length > 0) {
    say("", paint.bold("Triggers"));
    for (const trigger of document.triggers)
      indented(`${plain(trigger.id)}: fired ${several(trigger.fired, "time")}${trigger.failed > 0 ? `, failed on ${several(trigger.failed, "exchange")}` : ""}`);
  }

  say("", paint.bold("Not evaluated"));
  if (document.notEvaluated.length === 0) say("  nothing: these records carry every fact the policy asks for");
  for (const one of document.notEvaluated) indented(`${plain(one.policy)}: no ${one.fact} in ${Math.ceil(one.share * 100)} % of the exchanges`, paint.dim);
  for (const note of document.notes) indented(note, paint.dim);

  say("", ...wrap(conclusion(document), width).map((line) => paint.bold(line)), "");
  return lines.join("\n");
}

function conclusion(document: RehearsalDocument): string {
  const other = document.decisions.filter((one) => one.would !== "allow").reduce((sum, one) => sum + one.exchanges, 0);
  if (document.records.accepted === 0) return "There was nothing to rehearse with.";
  const verb = document.mode === "enforce" ? "would have met" : "would, if enforced, have met";
  if (other === 0) return `This policy would have let all ${count(document.records.accepted)} exchanges pass.`;
  return `${count(other)} of ${count(document.records.accepted)} exchanges ${verb} this policy, from ${several(document.touched.sources, "source")}, of which ${count(document.touched.anchored)} ${document.touched.anchored === 1 ? "looks" : "look"} honest.`;
}
