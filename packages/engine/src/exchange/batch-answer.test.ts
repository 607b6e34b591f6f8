import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPoorBeside } from "../detect/oracle/class-structure.ts";
import { classifyBatch, envelopesMax } from "./batch-answer.ts";
import { batchShapes as shapes } from "../testing/batch-shapes.ts";
import { extractSubjects } from "./subjects.ts";
import type { Batch } from "./subject-collector.ts";
import { ports } from "../testing/ports.ts";

const phone = (n: number): string => `+4915155${500_000 + n * 37}`;

function batchOf(phones: readonly string[]): Batch {
  const body = JSON.stringify({ phones });
  const { batch } = extractSubjects(
    [{ location: { in: "json", name: "phones[]" }, type: "phone" }],
    "/x",
    { segments: ["x"], query: "", header: () => undefined, contentType: "application/json", body },
    ports,
  );
  if (batch === undefined) throw new Error("no batch");
  return batch;
}

function answered(body: unknown, phones: readonly string[]) {
  return classifyBatch(
    { scalars: ["registered", "exists"] },
    { status: 200, contentType: "application/json", location: "", body: JSON.stringify(body), echo: [] },
    batchOf(phones),
    ports,
  );
}

describe("an answer about several people", () => {
  test.each(Object.entries(shapes))("as %s says of each whether it exists: two classes, one poor beside the other, whoever is asked with whom", (_, shape) => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 20 }), (given) => {
        // Somebody of each kind, or there is nothing to tell apart.
        const truth = [...given, true, false];
        const phones = truth.map((_exists, n) => phone(n));
        const each = answered(
          shape(phones, (n) => truth[n] === true),
          phones,
        );
        expect(each?.classes.length).toBe(phones.length);
        const rich = new Set(each?.classes.filter((_class, n) => truth[n]).map((one) => one.id));
        const poor = new Set(each?.classes.filter((_class, n) => !truth[n]).map((one) => one.id));
        expect([rich.size, poor.size]).toEqual([1, 1]);
        const one = each?.classes[truth.indexOf(true)];
        const other = each?.classes[truth.indexOf(false)];
        expect(one !== undefined && other !== undefined && isPoorBeside(other, one)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test("keeps the same classes for one match among many and for many", () => {
    const phones = [1, 2, 3, 4].map(phone);
    for (const name of ["a list of their records", "a map of records", "GraphQL aliases", "two lists"]) {
      const shape = shapes[name];
      const ids = [(n: number) => n === 2, (n: number) => n > 0].map((exists) => answered(shape?.(phones, exists), phones)?.classes[2]?.id);
      expect(ids[0]).toBe(ids[1]);
    }
  });

  test("says without its parts what it says of nobody, whoever existed", () => {
    const phones = [1, 2, 3, 4].map(phone);
    const rests = [(n: number) => n === 2, (n: number) => n > 0, () => false].map((exists) => answered(shapes["a list of those who exist"]?.(phones, exists), phones)?.rest);
    expect(rests).toEqual([
      { success: true, matches: [] },
      { success: true, matches: [] },
      { success: true, matches: [] },
    ]);
  });

  test("in which nobody asked about can be recognised leaves all with the class of the whole", () => {
    const phones = [1, 2, 3, 4].map(phone);
    expect(answered({ matches: [{ id: 5 }, { id: 9 }] }, phones)).toBeUndefined();
    expect(answered({ known: 3, matches: [5, 9] }, phones)).toBeUndefined();
  });

  test("is read through so many envelopes, and no deeper", () => {
    const phones = [1, 2, 3, 4].map(phone);
    const classesIn = (depth: number): readonly string[] => {
      const wrapped = (exists: boolean): unknown => Array.from({ length: depth }).reduce<unknown>((inner, _, n) => ({ [`in${n}`]: inner }), { registered: exists });
      return [...new Set(answered({ people: phones.map((_, n) => wrapped(n % 2 === 0)) }, phones)?.classes.map(({ key }) => key))];
    };
    const plain = classesIn(0);
    expect(plain).toHaveLength(2);
    for (let depth = 1; depth <= envelopesMax; depth++) expect(classesIn(depth)).toEqual(plain);
    expect(classesIn(envelopesMax + 1)).not.toEqual(plain);
  });

  test("holds no identifier in its classes", () => {
    const phones = [1, 2, 3, 4].map(phone);
    for (const shape of Object.values(shapes)) {
      for (const one of answered(
        shape(phones, (n) => n % 2 === 0),
        phones,
      )?.classes ?? [])
        for (const number of phones) expect(one.key).not.toContain(number.slice(1));
    }
  });

  test("is answered for any JSON, of any depth, without an error", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (json) => void answered(json, [1, 2, 3].map(phone))),
      { numRuns: 200 },
    );
  });
});
