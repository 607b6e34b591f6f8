/**
 * Text for a terminal from strangers' hands: printable ASCII as it is, typographic quotes and dashes as their ASCII kin, anything else as `?`, so that no
 * input moves the cursor or colours a line.
 */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => kin[character] ?? "?");
}

const kin: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2013": "-",
  "\u2014": "-",
  "\u2026": "...",
  "\u00b7": "-",
  "\u2265": ">=",
  "\u2264": "<=",
};

/** `12,345` */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 source`, `1,412 sources` */
export function several(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `≈1,042` for a live count that is an estimate; up to 64 none is. */
export function learned(value: number, { estimated }: { readonly estimated: boolean }): string {
  return `${estimated && value > 64 ? "≈" : ""}${count(value)}`;
}

/** The part of an incident's or finding's id that tells it from others, short enough to type; commands take it for the whole. */
export function shortId(id: string): string {
  return ownPart(id).slice(0, shortIdCharacters);
}

/** What comes after the last `-`: of `inc-<time>-<hash>` the hash. */
export function ownPart(id: string): string {
  return id.split("-").at(-1) ?? id;
}

/** At least four bits a character: among a thousand, two share it once in ten thousand lists; commands then ask for more of it. */
const shortIdCharacters = 8;

/** Cut in the middle to `width`, with `..`: the ends of a path say most. */
export function fit(text: string, width: number): string {
  if (text.length <= width) return text;
  if (width <= 4) return text.slice(0, Math.max(0, width));
  const tail = Math.floor((width - 2) / 2);
  return `${text.slice(0, width - 2 - tail)}..${text.slice(text.length - tail)}`;
}

/** Words in lines of at most `width`; a longer word stands alone. Lines after the first begin with `indent`. */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const room = width - (lines.length === 0 ? 0 : indent.length);
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(lines.length === 0 ? line : indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(lines.length === 0 ? line : indent + line);
  return lines;
}

export interface Column {
  readonly head: string;
  /** Numbers stand right. */
  readonly right?: boolean;
  /** The column that takes what width is left, and is cut to it. `below`: where that is too little, its cells stand under each row, with those of all columns after it that say `below`, on as few lines as hold them. */
  readonly flexible?: boolean | "below";
  readonly paint?: (text: string, cell: string) => string;
}

/** With less room than this a path says too little. */
const belowMax = 44;

/** Rows under heads, two spaces between, no line wider than `width`. Cells must be plain text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number, head: (text: string) => string): string[] {
  const widths = columns.map((column, i) => rows.reduce((most, row) => Math.max(most, (row[i] ?? "").length), column.head.length));
  const flexible = columns.findIndex((column) => column.flexible !== undefined && column.flexible !== false);
  const fixed = widths.reduce((sum, one, i) => sum + (i === flexible ? 0 : one), 0) + 2 * (columns.length - 1);
  const room = width - fixed;
  if (columns[flexible]?.flexible === "below" && room < belowMax && room < (widths[flexible] ?? 0)) {
    const isBelow = (i: number): boolean => columns[i]?.flexible === "below";
    const others = <T>(list: readonly T[]): T[] => list.filter((_, i) => !isBelow(i));
    const under = (cells: readonly string[]): string[] =>
      packed(
        cells.filter((cell, i) => isBelow(i) && cell !== ""),
        width - 2,
      ).map((line) => `  ${line}`);
    const [heads = "", ...lines] = table(others(columns), rows.map(others), width, (text) => text);
    return [head(heads), ...under(columns.map((column) => column.head)).map(head), ...lines.flatMap((line, i) => [line, ...under(rows[i] ?? [])])];
  }
  if (flexible >= 0) widths[flexible] = Math.max(8, Math.min(widths[flexible] ?? 8, width - fixed));
  const line = (cells: readonly string[], painted: boolean): string =>
    columns
      .map((column, i) => {
        const size = widths[i] ?? 0;
        const text = fit(cells[i] ?? "", size);
        const padded = column.right === true ? text.padStart(size) : i === columns.length - 1 ? text : text.padEnd(size);
        return painted && column.paint !== undefined ? column.paint(padded, cells[i] ?? "") : padded;
      })
      .join("  ")
      .trimEnd();
  return [
    head(
      line(
        columns.map((column) => column.head),
        false,
      ),
    ),
    ...rows.map((row) => line(row, true)),
  ];
}

/** Texts side by side where a line holds them, two spaces between; a longer one is cut. */
function packed(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 2 + text.length <= width) lines[lines.length - 1] = `${last}  ${text}`;
    else lines.push(fit(text, width));
  }
  return lines;
}

/** What belongs to a sentence of counts, so that they add up. */
export function notUnderstood({ unknown = 0 }: { readonly unknown?: number | undefined }): string {
  return unknown > 0 ? `, ${count(unknown)} answered in a way not understood yet` : "";
}
