import pc from "picocolors";
import type { ApiProblem } from "../specs/api-model.ts";
import type { UndecidedOperation } from "../specs/diff-traffic.ts";
import { type Difference, type DifferenceKind, kinds } from "../specs/difference.ts";
import { count, plain, several, table, wrap } from "./report/text-layout.ts";

/** What `postern diff --json` writes. */
export interface DiffDocument {
  readonly compared: "traffic" | "documents";
  readonly documents: readonly {
    readonly file: string;
    readonly title: string;
    readonly version: string;
    readonly format: string;
    readonly operations: number;
    readonly problems: readonly ApiProblem[];
  }[];
  readonly counts: Readonly<Record<string, number | boolean | string>>;
  readonly items: readonly Difference[];
  readonly undecided: readonly UndecidedOperation[];
  readonly otherHosts: readonly string[];
  readonly next: null;
}

/** The differences for a person, one table for each kind. */
export function renderDiff(document: DiffDocument, options: { readonly color: boolean; readonly width: number; readonly textWidth: number }): string {
  const paint = pc.createColors(options.color);
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(...wrap(plain(text), options.textWidth));
  say(summaryOf(document));
  for (const kind of kinds) {
    const found = document.items.filter((one) => one.kind === kind);
    if (found.length === 0) continue;
    lines.push("", paint.bold(`${count(found.length)} ${found.length === 1 ? heads[kind].one : heads[kind].many}: ${heads[kind].meaning}`));
    const whole = found.every((one) => one.where === "");
    const evidence = found.some((one) => one.evidence !== null);
    const columns = [
      { head: kind === "drift" || kind === "shadow" || kind === "zombie" ? "level" : "" },
      { head: "method" },
      { head: "path", flexible: "below" as const },
      ...(whole ? [] : [{ head: "where" }]),
      { head: "what" },
      { head: document.compared === "traffic" ? "documented" : "before" },
      { head: document.compared === "traffic" ? "seen" : "after" },
      ...(evidence ? [{ head: "evidence", right: true }] : []),
    ].filter((column) => column.head !== "");
    const levels = columns[0]?.head === "level";
    const rows = found
      .slice(0, shownMax)
      .map((one) => [
        ...(levels ? [one.level] : []),
        one.method,
        plain(one.path),
        ...(whole ? [] : [plain(one.where)]),
        one.breaking === true ? `${one.what}, breaking` : one.what,
        plain(short(one.documented)),
        plain(short(one.found)),
        ...(evidence ? [one.evidence === null ? "" : `${count(one.evidence.seen)} of ${count(one.evidence.of)}`] : []),
      ]);
    lines.push(...table(columns, rows, options.width, (text) => paint.dim(text)));
    if (found.length > shownMax) lines.push(paint.dim(`${count(found.length - shownMax)} more; --json lists all.`));
  }
  if (document.undecided.length > 0) {
    lines.push("");
    say(
      `Not to be told: ${document.undecided
        .slice(0, 5)
        .map((one) => `${one.method} ${one.path} may be within ${one.within[0] ?? ""}`)
        .join("; ")}${document.undecided.length > 5 ? `; and ${count(document.undecided.length - 5)} more` : ""}.`,
    );
  }
  if (document.otherHosts.length > 0) {
    lines.push("");
    say(`Not compared, because the document names and describes other hosts: ${document.otherHosts.slice(0, 8).join(", ")}. Take one in with --host.`);
  }
  const problems = document.documents.flatMap((one) => one.problems.map((problem) => ({ file: one.file, ...problem })));
  if (problems.length > 0) {
    lines.push("");
    for (const { file, where, what } of problems.slice(0, 5)) say(`Not read: ${file} at ${where} ${what}.`);
    if (problems.length > 5) say(`${count(problems.length - 5)} more places were not read; --json lists them.`);
  }
  return `${lines.join("\n")}\n`;
}

const heads: Readonly<Record<DifferenceKind, { readonly one: string; readonly many: string; readonly meaning: string }>> = {
  shadow: { one: "shadow", many: "shadows", meaning: "seen, not documented" },
  zombie: { one: "zombie", many: "zombies", meaning: "deprecated or taken out, yet answering" },
  drift: { one: "drift", many: "drifts", meaning: "seen otherwise than documented" },
  unused: { one: "unused operation", many: "unused operations", meaning: "documented, never seen" },
  removed: { one: "operation removed", many: "operations removed", meaning: "in the older document only" },
  added: { one: "operation added", many: "operations added", meaning: "in the newer document only" },
  changed: { one: "change", many: "changes", meaning: "in both, not the same" },
  deprecated: { one: "deprecation", many: "deprecations", meaning: "still there, to be left" },
};

/** Longer tables nobody reads in a terminal. */
const shownMax = 200;

function summaryOf({ compared, documents, counts, items }: DiffDocument): string {
  const [first, second] = documents.map(
    (one) =>
      `${one.title === "" ? one.file : one.title}${one.version === "" || one.version === "observed" ? "" : ` ${one.version}`} (${one.format}, ${several(one.operations, "operation")})`,
  );
  if (compared === "traffic") {
    const base = counts["withoutBase"] === "" ? "" : ` Traffic has the document's paths without ${String(counts["withoutBase"])}.`;
    return `${first ?? ""} against ${several(Number(counts["seen"]), "endpoint")} seen, ${count(Number(counts["same"]))} of them documented. ${items.length === 0 ? "They agree." : ""}${base}`.trim();
  }
  const breaking = items.filter((one) => one.breaking === true).length;
  return `${first ?? ""} to ${second ?? ""}: ${items.length === 0 ? "no difference." : `${several(items.length, "difference")}, ${count(breaking)} breaking.${counts["withoutVersion"] === true ? " The version at the start of paths was passed over." : ""}`}`;
}

function short(text: string): string {
  return text.length <= cellMax ? text : `${text.slice(0, cellMax - 2)}..`;
}

const cellMax = 44;
