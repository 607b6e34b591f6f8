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
  /** The column that takes what width is left, and is cut to it. */
  readonly flexible?: boolean;
  readonly paint?: (text: string, cell: string) => string;
}

/** Rows under heads, two spaces between, no line wider than `width`. Cells must be plain text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number, head: (text: string) => string): string[] {
  const widths = columns.map((column, i) => rows.reduce((most, row) => Math.max(most, (row[i] ?? "").length), column.head.length));
  const flexible = columns.findIndex((column) => column.flexible === true);
  const fixed = widths.reduce((sum, one, i) => sum + (i === flexible ? 0 : one), 0) + 2 * (columns.length - 1);
  if (flexible >= 0) widths[flexible] = Math.max(8, Math.min(widths[flexible] ?? 8, width - fixed));
  const line = (cells: readonly string[], painted: boolean): string =>
    columns
      .map((column, i) => {
        const size = widths[i] ?? 0;
        const text = fit(cells[i] ?? "", size);
        const padded = column.right === true ? text.padStart(size) : i === columns.length - 1 ? text : text.padEnd(size);
        return painted && column.paint !== undefined ? column.paint(padded, cells[i] ?? "") : padded;
      })
      .join("  ");
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
