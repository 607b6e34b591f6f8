/** Something that must not be found anywhere, with the spellings it may hide in. */
export interface Planted {
  readonly name: string;
  readonly value: string;
  /** Other forms of the same thing: digits only, parts of it. */
  readonly also?: readonly string[];
  /** Only whole: short numbers turn up inside others by chance. */
  readonly whole?: boolean;
}

/** Every byte form of the planted value a careless program could write: as it is, percent-encoded, escaped, hex and base64 at its three alignments. */
export class Search {
  readonly #plain: { readonly planted: Planted; readonly text: string }[] = [];
  readonly #exact: { readonly planted: Planted; readonly text: string }[] = [];

  constructor(planted: readonly Planted[]) {
    for (const one of planted) {
      for (const value of [one.value, ...(one.also ?? [])]) {
        const percent = encodeURIComponent(value);
        const everyByte = [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
        const forms = new Set([
          value,
          percent,
          encodeURIComponent(percent),
          everyByte,
          JSON.stringify(value).slice(1, -1),
          Buffer.from(value).toString("hex"),
          Array.from(value).toReversed().join(""),
        ]);
        for (const form of forms) if (form.length >= 5) this.#plain.push({ planted: one, text: form.toLowerCase() });
        if (one.whole === true) continue;
        for (let shift = 0; shift < 3; shift++) {
          const bytes = Buffer.concat([Buffer.alloc(shift, 65), Buffer.from(value)]);
          const text = bytes.toString("base64").replaceAll("=", "");
          // The characters at the ends depend on what stands beside the value.
          const inner = text.slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 ? undefined : -1);
          if (inner.length >= 8) this.#exact.push({ planted: one, text: inner }, { planted: one, text: inner.replaceAll("+", "-").replaceAll("/", "_") });
        }
      }
    }
  }

  /** Where in these bytes something planted stands: `name: …context…`. */
  in(bytes: Buffer | string): readonly string[] {
    const text = typeof bytes === "string" ? bytes : bytes.toString("latin1");
    const lower = text.toLowerCase();
    const found: string[] = [];
    const note = (planted: Planted, at: number, length: number): void => {
      found.push(`${planted.name}: …${text.slice(Math.max(0, at - 60), at + length + 20).replaceAll(/[^\x20-\x7e]/g, ".")}…`);
    };
    for (const { planted, text: form } of this.#plain) {
      for (let at = lower.indexOf(form); at >= 0; at = lower.indexOf(form, at + 1)) {
        if (planted.whole === true && (/[0-9a-z.]/.test(lower.charAt(at - 1)) || /[0-9a-z]/.test(lower.charAt(at + form.length)))) continue;
        note(planted, at, form.length);
        break;
      }
    }
    for (const { planted, text: form } of this.#exact) {
      const at = text.indexOf(form);
      if (at >= 0) note(planted, at, form.length);
    }
    return found;
  }
}
