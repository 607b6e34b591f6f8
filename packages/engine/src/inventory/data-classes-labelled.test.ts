import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import bundled from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";
import type { Json } from "../exchange/view.ts";
import { type LabelledField, labelledFields } from "../testing/labelled-fields.ts";
import { sampleLabels, sampleUnsure } from "../testing/sample-labels.ts";
import { FieldClasses } from "./field-classes.ts";

/** Reference data beside the clone: what others wrote. Where it is not there, the copy of the number plan's own package is read, and the samples are left out. */
const shared = process.env["POSTERN_SHARED_DATA"] ?? new URL("../../../../../shared/data", import.meta.url).pathname;
const read = (file: string): Json | undefined => (existsSync(join(shared, file)) ? (JSON.parse(readFileSync(join(shared, file), "utf8")) as Json) : undefined);

/** Seeds on which nothing was fitted. */
const seeds = [424_243, 8_675_309];

test("of 2,000 labelled fields and more, every class is found with precision ≥ 0.98 and recall ≥ 0.95, on seeds nothing was fitted on", () => {
  const examples = (read("phones/examples.mobile.json") ?? bundled) as Record<string, string>;
  expect(Object.keys(examples).length).toBeGreaterThan(230);
  for (const seed of seeds) {
    const fields = labelledFields(seed, examples);
    expect(fields.filter((one) => one.label !== undefined).length).toBeGreaterThanOrEqual(2_000);
    expect(fields.filter((one) => one.label === undefined).length).toBeGreaterThanOrEqual(900);
    const counts = new Counts();
    const taken: string[] = [];
    for (const { label, kind, name, values } of fields) {
      const classes = new FieldClasses(1);
      for (const value of values) classes.observe(nested(name, value));
      const shown = `${name}: ${values.slice(0, 2).join(" | ")}`;
      counts.add(label, [...classes.classes()], shown);
      if (label === undefined && /digits|counted|epochs|numbers|UUID|hex|version|articles|parcels|devices/.test(kind ?? ""))
        for (const found of classes.classes()) taken.push(`${found} of ${kind} ${shown}`);
    }
    process.stdout.write(`seed ${seed}, ${fields.length} fields\n${counts.table()}\n`);
    expect(taken, "an identifier that merely looks like it").toEqual([]);
    expect(counts.below()).toEqual([]);
  }
}, 240_000);

test("the fields of other people's samples are what a person says they are", () => {
  const samples = read("samples/akto-sample-api-data.json");
  if (samples === undefined) {
    process.stdout.write("No reference data beside the clone: the samples were not read.\n");
    return;
  }
  const fields = new Map<string, LabelledField & { readonly values: (string | number)[] }>();
  const walk = (value: Json | undefined, path: string): void => {
    if (typeof value === "string" || typeof value === "number") {
      const field = fields.get(path) ?? { name: path, label: sampleLabels[path], values: [] };
      field.values.push(value);
      fields.set(path, field);
    } else if (typeof value === "object" && value !== null) {
      if (Array.isArray(value)) for (const item of value as readonly Json[]) walk(item, path);
      else for (const [key, item] of Object.entries(value)) walk(item, path === "" ? key : `${path}.${key}`);
    }
  };
  for (const sample of samples as readonly Json[])
    for (const part of ["sampleData", "testData"]) for (const side of ["requestPayload", "responsePayload"]) walk(payload(sample, part, side), "");
  expect(fields.size).toBeGreaterThan(150);
  const counts = new Counts();
  for (const { name, label, values } of fields.values()) {
    if (sampleUnsure.has(name)) continue;
    const classes = new FieldClasses(1);
    for (const value of values) classes.add(name, name.split("."), value);
    counts.add(label, [...classes.classes()], `${name}: ${values.slice(0, 2).join(" | ")}`);
  }
  process.stdout.write(`samples, ${fields.size} fields\n${counts.table()}\n`);
  expect(counts.below()).toEqual([]);
});

/** Right, wrong and missed, by class. */
class Counts {
  readonly #rows = new Map<string, { fields: number; right: number; wrong: number; readonly missed: string[]; readonly mistaken: string[] }>();

  add(label: string | undefined, found: readonly string[], shown: string): void {
    if (label !== undefined) {
      const row = this.#row(label);
      row.fields++;
      if (found.includes(label)) row.right++;
      else row.missed.push(`${shown} -> ${found.join() || "none"}`);
    }
    for (const other of found) {
      if (other === label) continue;
      const row = this.#row(other);
      row.wrong++;
      row.mistaken.push(`${shown} is ${label ?? "none"}`);
    }
  }

  table(): string {
    const lines = this.#sorted().map(
      ([name, row]) => `${name.padEnd(16)} ${String(row.fields).padStart(6)}  ${precision(row).toFixed(3).padStart(9)}  ${recall(row).toFixed(3).padStart(6)}`,
    );
    const wrong = this.#sorted().flatMap(([name, row]) => row.mistaken.slice(0, 3).map((one) => `taken for ${name}: ${one}`));
    return ["class            fields  precision  recall", ...lines, ...wrong].join("\n");
  }

  /** Classes below the bars, with what was missed or mistaken. */
  below(): readonly string[] {
    return this.#sorted().flatMap(([name, row]) => [
      ...(precision(row) < 0.98 ? [`precision of ${name}: ${row.mistaken.slice(0, 4).join("; ")}`] : []),
      ...(recall(row) < 0.95 ? [`recall of ${name}: ${row.missed.slice(0, 4).join("; ")}`] : []),
    ]);
  }

  #sorted() {
    return [...this.#rows].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #row(name: string) {
    let row = this.#rows.get(name);
    if (row === undefined) this.#rows.set(name, (row = { fields: 0, right: 0, wrong: 0, missed: [], mistaken: [] }));
    return row;
  }
}

function precision({ right, wrong }: { readonly right: number; readonly wrong: number }): number {
  return right / Math.max(1, right + wrong);
}

function recall({ fields, right }: { readonly fields: number; readonly right: number }): number {
  return fields === 0 ? 1 : right / fields;
}

function nested(name: string, value: string | number): Json {
  const [first = "", second] = name.split(".");
  return second === undefined ? { [first]: value } : { [first]: { [second]: value } };
}

/** A body that was kept as text, or as it is. */
function payload(sample: Json, part: string, side: string): Json | undefined {
  const message = inside(sample, part);
  const body = inside(message, side);
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function inside(json: Json | undefined, key: string): Json | undefined {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? (json as { readonly [key: string]: Json })[key] : undefined;
}
