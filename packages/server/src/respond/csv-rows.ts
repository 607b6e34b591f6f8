/**
 * Reads CSV (RFC 4180) as a stream: quotes, doubled quotes, line breaks inside quotes, LF or CRLF, a byte order mark. The
 * delimiter is the most frequent of `,` `;` and tab in the first line. One record is held at a time, at most
 * {@link recordCharactersMax}; a longer one is rejected and skipped to the end of its line. Values are never part of a reason.
 */
export async function* csvRows(input: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const decoder = new TextDecoder("utf-8");
  const reader = new CsvReader();
  for await (const chunk of input) yield* reader.read(decoder.decode(chunk, { stream: true }));
  yield* reader.end(decoder.decode());
}

/** `line` is where the record starts, 1-based. */
export type CsvRow = { readonly ok: true; readonly line: number; readonly fields: readonly string[] } | { readonly ok: false; readonly line: number; readonly reason: string };

/** A record of users is some hundred characters; an open quote must not swallow the file. */
export const recordCharactersMax = 65_536;

class CsvReader {
  #delimiter: string | undefined;
  #head = "";
  #fields: string[] = [];
  #field = "";
  #state: "start" | "plain" | "quoted" | "closed" | "skip" = "start";
  #line = 1;
  #startLine = 1;
  #size = 0;

  *read(text: string): Generator<CsvRow> {
    if (this.#delimiter !== undefined) return yield* this.#scan(text);
    this.#head += text;
    const end = this.#head.indexOf("\n");
    if (end < 0 && this.#head.length < recordCharactersMax) return;
    yield* this.#begin();
  }

  *end(text: string): Generator<CsvRow> {
    yield* this.read(text);
    if (this.#delimiter === undefined) yield* this.#begin();
    if (this.#state === "quoted") yield { ok: false, line: this.#startLine, reason: "a quote is never closed" };
    else if (this.#size > 0 && this.#state !== "skip") yield this.#finish();
  }

  *#begin(): Generator<CsvRow> {
    const text = this.#head.startsWith("\ufeff") ? this.#head.slice(1) : this.#head;
    const first = text.split("\n", 1)[0] ?? "";
    const count = (delimiter: string) => first.split(delimiter).length;
    this.#delimiter = [",", ";", "\t"].toSorted((a, b) => count(b) - count(a))[0] ?? ",";
    this.#head = "";
    yield* this.#scan(text);
  }

  *#scan(text: string): Generator<CsvRow> {
    for (const character of text) {
      const newline = character === "\n";
      if (newline) this.#line += 1;
      this.#size += 1;
      if (this.#state === "skip") {
        if (newline) this.#reset();
        continue;
      }
      if (this.#size > recordCharactersMax) {
        yield { ok: false, line: this.#startLine, reason: `longer than ${recordCharactersMax} characters, or a quote is never closed` };
        if (newline) this.#reset();
        else this.#state = "skip";
        continue;
      }
      if (this.#state === "quoted") {
        if (character === '"') this.#state = "closed";
        else this.#field += character;
      } else if (newline) {
        if (this.#size > 1 && !(this.#size === 2 && this.#field === "\r")) yield this.#finish();
        this.#reset();
      } else if (character === this.#delimiter) {
        this.#fields.push(this.#field);
        this.#field = "";
        this.#state = "start";
      } else if (this.#state === "closed") {
        if (character === '"') {
          this.#field += '"';
          this.#state = "quoted";
        } else if (character !== "\r") {
          yield { ok: false, line: this.#startLine, reason: "text after a closing quote" };
          this.#state = "skip";
        }
      } else if (character === '"' && this.#state === "start") this.#state = "quoted";
      else {
        this.#field += character;
        this.#state = "plain";
      }
    }
  }

  #finish(): CsvRow {
    const last = this.#state === "closed" || !this.#field.endsWith("\r") ? this.#field : this.#field.slice(0, -1);
    return { ok: true, line: this.#startLine, fields: [...this.#fields, last] };
  }

  #reset(): void {
    this.#fields = [];
    this.#field = "";
    this.#state = "start";
    this.#size = 0;
    this.#startLine = this.#line;
  }
}
