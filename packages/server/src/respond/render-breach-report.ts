import pc from "picocolors";
import type { BreachReport } from "./breach-report.ts";

/** The report for a person at a terminal: the number first, then what it rests on, then the details. Lines are at most `width` wide where words allow. */
export function renderBreachReport(report: BreachReport, options: { readonly color: boolean; readonly width?: number }): string {
  const paint = pc.createColors(options.color);
  const width = Math.max(40, Math.min(options.width ?? 100, 160));
  const how = report.exact ? "Exactly" : "At least";
  const { method, host, path } = report.endpoint;
  const total = report.confirmed + report.denied + report.unknown + report.uniform;
  const lines: string[] = [
    "",
    paint.bold(`Who was exposed by ${method} ${host}${path}`),
    `${clock(report.window.from)} to ${clock(report.window.to)}`,
    "",
    ...wrap(`${how} ${count(report.confirmed)} ${nounOf(report, report.confirmed)} ${report.confirmed === 1 ? "was" : "were"} confirmed to have an account.`, width).map((line) =>
      paint.bold(report.confirmed > 0 ? paint.red(line) : line),
    ),
    ...wrap(report.coverage.statement, width).map((line) => (report.exact ? paint.green(line) : paint.yellow(line))),
    ...report.notes.flatMap((note) => wrap(note, width)).map((line) => paint.yellow(line)),
    "",
    row("confirmed", report.confirmed, "the answer showed that there is an account"),
    row("denied", report.denied, "the answer showed that there is none"),
    ...(report.unknown > 0 ? [row("not known yet", report.unknown, "answered truthfully; what the answer tells is not established")] : []),
    row("told nothing", report.uniform, "Postern answered as for an unknown one"),
    row("asked about", total, "different ones in all"),
    "",
  ];
  if (report.fieldsReturned.length > 0) lines.push(...wrap(`Returned about those confirmed: ${report.fieldsReturned.join(", ")}`, width));
  if (report.firstAt !== null && report.lastAt !== null) lines.push(`First question ${clock(report.firstAt)}, last ${clock(report.lastAt)}`);
  const { total: sources, totalIsLowerBound, top } = report.sources;
  if (sources > 0) {
    lines.push(
      "",
      paint.bold(
        `${totalIsLowerBound ? "At least " : ""}${count(sources)} ${sources === 1 ? "address" : "addresses"} asked${top.length < sources ? `; the ${top.length} that learned most:` : ":"}`,
      ),
    );
    const addressWidth = Math.max(...top.map((source) => source.address.length), 7);
    for (const source of top)
      lines.push(
        `  ${source.address.padEnd(addressWidth)}  ${count(source.confirmed).padStart(10)} confirmed of ${count(source.asked)} asked  ${clock(source.firstAt)} to ${clock(source.lastAt)}`,
      );
  }
  lines.push("");
  return lines.join("\n");

  function row(name: string, value: number, meaning: string): string {
    return `  ${name.padEnd(14)}${count(value).padStart(12)}  ${paint.dim(meaning)}`;
  }
}

const nouns: Readonly<Record<string, readonly [one: string, many: string]>> = {
  phone: ["phone number", "phone numbers"],
  email: ["e-mail address", "e-mail addresses"],
  username: ["user name", "user names"],
};

function nounOf(report: BreachReport, value: number): string {
  const types = Object.keys(report.subjectTypes);
  const [one, many] = (types.length === 1 ? nouns[types[0] ?? ""] : undefined) ?? ["identifier", "identifiers"];
  return value === 1 ? one : many;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function clock(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
