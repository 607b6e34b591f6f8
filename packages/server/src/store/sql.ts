import { PosternError } from "@postern/engine";

/**
 * A piece of ClickHouse SQL whose every value was escaped here. The only ways to make one are the {@link sql} tag and {@link allOf}:
 * text from outside cannot become syntax. That matters more than over HTTP, because the embedded engine runs `a; b` as two statements.
 *
 * ```ts
 * sql`SELECT count() FROM postern.exchanges WHERE endpoint_id = ${endpoint} AND status IN ${[401, 403]}`
 * ```
 */
export class Sql {
  readonly #text: string;

  constructor(strings: readonly string[], values: readonly SqlValue[]) {
    let text = strings[0] ?? "";
    for (let i = 0; i < values.length; i += 1) text += textOf(values[i]) + (strings[i + 1] ?? "");
    this.#text = text;
  }

  /** The statement, for the engine. */
  get text(): string {
    return this.#text;
  }
}

/** What a statement may be given. Numbers must be finite; arrays become a tuple for IN and must not be empty. */
export type SqlValue = string | number | bigint | Sql | readonly (string | number)[] | undefined;

/** Builds a statement; see {@link Sql}. */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  return new Sql(strings, values);
}

/** Conditions held together by AND; without any, `1`. */
export function allOf(conditions: readonly (Sql | undefined)[]): Sql {
  let all = sql`1`;
  for (const condition of conditions) if (condition !== undefined) all = sql`${all} AND ${condition}`;
  return all;
}

/** Longer text is no id, address or path of ours: refused as USAGE before it reaches the engine. */
export const literalCharactersMax = 4_096;
/** More values in one IN than any page holds. */
export const tupleValuesMax = 10_000;

/** A string as a ClickHouse literal. Everything but plain printable ASCII and non-ASCII text goes as an escape, so no byte ends or hides the literal. */
export function literal(text: string): string {
  if (text.length > literalCharactersMax) throw new PosternError("USAGE", `A search value of ${text.length} characters is above the bound of ${literalCharactersMax}`);
  let out = "'";
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x27 || code === 0x5c) out += `\\${text.charAt(i)}`;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0").toUpperCase()}`;
    else out += text.charAt(i);
  }
  return `${out}'`;
}

function textOf(value: SqlValue): string {
  if (value === undefined) return "";
  if (value instanceof Sql) return value.text;
  if (typeof value === "string") return literal(value);
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new PosternError("USAGE", "A search value is not a finite number");
    return String(value);
  }
  if (value.length === 0 || value.length > tupleValuesMax) throw new PosternError("USAGE", `A list of ${value.length} values cannot be searched for`);
  return `(${value.map((one) => textOf(one)).join(", ")})`;
}
