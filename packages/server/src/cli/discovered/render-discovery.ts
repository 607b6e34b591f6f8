import pc from "picocolors";
import { count, plain, several, table, wrap } from "../report/text-layout.ts";
import type { DiscoveredPage } from "./discovered-page.ts";

/** Routes as a table, then what could not be told, what did not parse and what was left out. */
export function renderDiscovery(page: DiscoveredPage, options: { readonly color: boolean; readonly width: number; readonly textWidth: number }): string {
  const paint = pc.createColors(options.color);
  const lines: string[] = [];
  const joined = page.seenOnly !== null;
  const say = (text: string, indent = 0): void =>
    void lines.push(...wrap(plain(text), options.textWidth - indent, indent === 0 ? "" : "  ").map((line) => " ".repeat(indent) + line));
  if (page.items.length === 0) lines.push("No routes found.");
  else
    lines.push(
      ...table(
        [{ head: "method" }, { head: "path", flexible: "below" as const }, ...(joined ? [{ head: "known by" }] : []), { head: "framework" }, { head: "handler" }, { head: "at" }],
        page.items.map((one) =>
          [
            one.method,
            `${one.path}${one.conditional ? " *" : ""}${one.assumes.length > 0 ? " ^" : ""}`,
            ...(joined ? [one.knownBy.join(", ")] : []),
            one.framework,
            short(one.handler, 28),
            shortEnd(`${one.file}:${one.line}`, 36),
          ].map(plain),
        ),
        options.width,
        (text) => paint.bold(text),
      ),
    );
  if (page.items.some((one) => one.conditional)) lines.push("", "* registered in a branch whose condition is known only at run time");
  const defaults = [...new Set(page.items.flatMap((one) => one.assumes))];
  if (defaults.length > 0) {
    lines.push("", "^ rests on a default; set otherwise, the route stands elsewhere:");
    for (const one of defaults.slice(0, shownMax)) say(one, 2);
  }
  if (page.next !== null) lines.push("", paint.dim(`More: --cursor ${page.next}`));
  const guarded = page.items.filter((one) => one.auth.names.length > 0);
  if (guarded.length > 0) {
    lines.push("", paint.bold(`Behind something called like a check of who asks: ${count(guarded.length)} of ${count(page.items.length)} routes (unproven)`));
    const byNames = grouped(guarded);
    for (const [names, number] of byNames.slice(0, shownMax)) say(`${names}: ${several(number, "route")}`, 2);
  }
  for (const kind of ["guarded in source, open in traffic", "no check in source, enforced in traffic"] as const) {
    const found = page.items.flatMap((route) => route.disagreements.filter((one) => one.kind === kind).map((one) => ({ route, traffic: one.traffic })));
    if (found.length === 0) continue;
    lines.push("", paint.bold(`${titles[kind]}: ${several(found.length, "endpoint")}`));
    for (const { route, traffic } of found.slice(0, shownMax))
      say(
        `${route.method} ${route.path}: ${route.auth.names.length > 0 ? `source has ${route.auth.names.join(", ")} before it` : "nothing before it in source is called like a check"}, traffic shows it ${traffic}  ${route.file}:${route.line}`,
        2,
      );
    if (found.length > shownMax) lines.push(`  and ${count(found.length - shownMax)} more: --json has all`);
    say(hints[kind], 2);
  }
  const below = page.unresolved.filter((one) => one.below !== undefined);
  if (below.length > 0) {
    lines.push("", paint.bold(`Below a path that is not known (?), and not counted: ${several(below.length, "route")}`));
    for (const one of below.slice(0, shownMax)) say(`${one.what}  ${one.file}:${one.line}`, 2);
    if (below.length > shownMax) lines.push(`  and ${count(below.length - shownMax)} more: --json has all`);
    for (const why of new Set(below.map((one) => one.why))) say(`? ${why}`, 2);
  }
  const unclear = page.unresolved.filter((one) => one.below === undefined);
  if (unclear.length > 0) {
    lines.push("", paint.bold(`Not resolved: ${count(unclear.length)}`));
    for (const one of unclear.slice(0, shownMax)) say(`${one.file}:${one.line}:${one.column}  ${one.what}: ${one.why}`, 2);
    if (unclear.length > shownMax) lines.push(`  and ${count(unclear.length - shownMax)} more: --json has all`);
  }
  if (page.problems.length > 0) {
    lines.push("", paint.bold(`Not parsed: ${several(page.problems.length, "file")}`));
    for (const one of page.problems.slice(0, shownMax)) say(`${one.file}:${one.line}:${one.column}  ${one.message}`, 2);
  }
  if (page.openapi.length > 0) {
    lines.push("", paint.bold("OpenAPI documents in the tree"));
    for (const one of page.openapi.slice(0, shownMax)) say(`${one.file} (${one.version})`, 2);
  }
  if (page.seenOnly !== null && page.seenOnly.length > 0) {
    lines.push("", paint.bold(`Seen, and not in this source: ${several(page.seenOnly.length, "endpoint")}`));
    for (const one of page.seenOnly.slice(0, shownMax)) say(`${one.method} ${one.host}${one.path}`, 2);
    if (page.seenOnly.length > shownMax) lines.push(`  and ${count(page.seenOnly.length - shownMax)} more: --json has all`);
  }
  lines.push("");
  say(coverageText(page));
  return `${lines.join("\n")}\n`;
}

const titles = {
  "guarded in source, open in traffic": "Guarded in source, open in traffic",
  "no check in source, enforced in traffic": "No check in source, enforced in traffic",
} as const;

const hints = {
  "guarded in source, open in traffic": "A name in source is a hint, not a verdict: look whether the check runs for this route, and whether it refuses.",
  "no check in source, enforced in traffic": "A gateway, the handler itself or a check of another name does it: reached without the gateway, the route may be open.",
} as const;

/** Lines of one list for people; scripts get all. */
const shownMax = 20;

function grouped(list: DiscoveredPage["items"]): readonly (readonly [string, number])[] {
  const groups = new Map<string, number>();
  for (const one of list) groups.set(one.auth.names.join(", "), (groups.get(one.auth.names.join(", ")) ?? 0) + 1);
  return [...groups].sort((a, b) => b[1] - a[1]);
}

function coverageText({ coverage }: DiscoveredPage): string {
  const { skipped } = coverage;
  const left = [
    [skipped.installed, "folder", " of installed packages"],
    [skipped.built, "part", " of build output"],
    [skipped.tests, "test file or folder", ""],
    [skipped.hidden, "hidden folder", ""],
    [skipped.links, "link", ""],
    [skipped.tooLarge, "large file", ""],
    [skipped.unreadable, "unreadable folder", ""],
  ] as const;
  const parts = left
    .filter(([number]) => number > 0)
    .map(
      ([number, noun, rest]) =>
        `${count(number)} ${number === 1 ? noun : noun.replace("file or folder", "files or folders").replace(/([a-z])$/, (end) => (end === "s" ? end : `${end}s`))}${rest}`,
    );
  const others = Object.entries(coverage.otherLanguages).map(([language, number]) => `${several(number, "file")} of ${language}`);
  return [
    `${several(coverage.routes, "route")} in ${several(coverage.files, "source file")}.`,
    ...(parts.length === 0 ? [] : [`Left out: ${parts.join(", ")}.`]),
    ...(others.length === 0 ? [] : [`Not read: ${others.join(", ")}.`]),
    ...(coverage.files === 0 && skipped.built > 0 ? ["Only build output is here: name that folder to read it."] : []),
    ...(coverage.stoppedAt === null ? [] : [`Stopped early, this is not all: ${coverage.stoppedAt}.`]),
  ].join(" ");
}

function short(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 2)}..`;
}

function shortEnd(text: string, width: number): string {
  return text.length <= width ? text : `..${text.slice(text.length - width + 2)}`;
}
