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
    ...(report.only === null ? [] : wrap(`Only what these were told: ${namesOf(report.only)}`, width)),
    "",
    ...headlines(report, how)
      .flatMap((text) => wrap(text, width))
      .map((line) => paint.bold(report.returned > 0 || (report.oracle && report.confirmed > 0) ? paint.red(line) : line)),
    ...wrap(report.coverage.statement, width).map((line) => (report.exact ? paint.green(line) : paint.yellow(line))),
    ...report.notes.flatMap((note) => wrap(note, width)).map((line) => paint.yellow(line)),
    "",
    ...(report.returned > 0 || !report.oracle ? [row("data returned", report.returned, "an answer held data about them")] : []),
    ...(report.oracle
      ? [
          row("confirmed", report.confirmed, "the answer showed that there is one"),
          row("denied", report.denied, "the answer showed that there is none"),
          ...(report.unknown > 0 ? [row("not known yet", report.unknown, "answered truthfully; whether that tells who exists is not established")] : []),
        ]
      : [row("no data", Math.max(0, total - report.uniform - report.returned), "answered truthfully, without such data")]),
    row("told nothing", report.uniform, "Postern answered as for an unknown one"),
    row("asked about", total, "different ones in all"),
    "",
  ];
  if (report.dataReturned.length > 0) lines.push(...wrap(`Data returned: ${report.dataReturned.map((one) => `${one.field} (${one.class})`).join(", ")}`, width));
  if (report.fieldsReturned.length > 0)
    lines.push(...wrap(`${report.returned > 0 ? "Fields of those answers" : "Returned about those confirmed"}: ${report.fieldsReturned.join(", ")}`, width));
  if (report.firstAt !== null && report.lastAt !== null) lines.push(`First question ${clock(report.firstAt)}, last ${clock(report.lastAt)}`);
  const { total: sources, totalIsLowerBound, top } = report.sources;
  if (sources > 0) {
    lines.push(
      "",
      paint.bold(
        `${totalIsLowerBound ? "At least " : ""}${count(sources)} ${sources === 1 ? "address" : "addresses"} asked${top.length < sources ? `; the ${top.length} that learned most:` : ":"}`,
      ),
    );
    const told = report.oracle ? "confirmed" : "returned";
    const addressWidth = Math.max(...top.map((source) => source.address.length), 7);
    // Narrow terminals get times to the minute.
    const moment = addressWidth + 68 <= width ? (iso: string) => clock(iso).slice(0, 19) : (iso: string) => clock(iso).slice(0, 16);
    const cells = (address: string, confirmed: string, asked: string, first: string, last: string): string =>
      `  ${address.padEnd(addressWidth)}  ${confirmed.padStart(9)}  ${asked.padStart(7)}  ${first.padEnd(moment(report.window.from).length)}  ${last}`;
    lines.push(paint.dim(cells("address", told, "asked", "first (UTC)", "last (UTC)")));
    for (const { address, confirmed, returned, asked, firstAt, lastAt } of top)
      lines.push(cells(address, count(report.oracle ? confirmed : returned), count(asked), moment(firstAt), moment(lastAt)));
  }
  const [first] = top;
  if (report.only === null && sources > 1 && first !== undefined)
    lines.push("", ...wrap(`Honest people are among them. What some were told: --source ${first.address}`, width).map((line) => paint.dim(line)));
  lines.push("");
  return lines.join("\n");

  function row(name: string, value: number, meaning: string): string {
    return `  ${name.padEnd(14)}${count(value).padStart(12)}  ${paint.dim(meaning)}`;
  }
}

/** What the answers gave away: data, who exists, or both. */
function headlines(report: BreachReport, how: string): readonly string[] {
  const { confirmed, returned, oracle } = report;
  const lines: string[] = [];
  if (returned > 0) {
    const classes = [...new Set(report.dataReturned.map((one) => one.class))].toSorted();
    lines.push(`${how} ${count(returned)} ${nounOf(report, returned)} had data returned about them${classes.length === 0 ? "" : `: ${classes.join(", ")}`}.`);
  }
  if (oracle) {
    const one = Object.keys(report.subjectTypes).every((type) => type in nouns) ? "have an account" : "exist";
    // Nobody may read "exactly none" where answers went out that are not understood.
    const more = report.unknown === 0 ? "" : `; what the answers about ${count(report.unknown)} more told is not known yet`;
    lines.push(`${report.unknown === 0 ? how : "At least"} ${count(confirmed)} ${nounOf(report, confirmed)} ${confirmed === 1 ? "was" : "were"} confirmed to ${one}${more}.`);
  } else if (returned === 0) lines.push("No answer is known to have held data about a person, and none told who exists.");
  return lines;
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

function namesOf(names: readonly string[]): string {
  return names.length <= namesShown ? names.join(", ") : `${names.slice(0, namesShown).join(", ")} and ${count(names.length - namesShown)} more`;
}

/** More no heading holds; `--json` has all. */
const namesShown = 10;

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
