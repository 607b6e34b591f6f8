import { describe, expect, it } from "vitest";
import type { Json } from "../../exchange/view.ts";
import { envelopesMax, scalarDepthMax, scalarFew, scalarValuesMax, schemeEndpointsMax, SchemeLearner, sentencesFew, sparseFieldsMax } from "./scheme-learner.ts";
import { ports } from "../../testing/ports.ts";

const feed = (learner: SchemeLearner, answers: readonly Json[]) => answers.map((json) => learner.observe("e", json, []));

describe("SchemeLearner", () => {
  it("takes in flags, states and codes, and keeps out identifiers, moments, names and counts", () => {
    const learner = new SchemeLearner(ports);
    feed(
      learner,
      Array.from({ length: 50 }, (_, index) => ({
        success: index % 2 === 0,
        status: index % 3 === 0 ? "active" : "disabled",
        error_code: index % 4,
        account_id: 1_000_000 + index,
        phone: `+9991555${1000 + index}`,
        at: "2026-01-01T00:00:00Z",
        name: "Bob",
        device_count: index % 3,
        nested: { ok: true },
      })),
    );
    expect(learner.scheme("e").scalars).toEqual(["error_code", "nested.ok", "status", "success"]);
  });
  it("drops a field that turns out to be free text, for ever, and says so once", () => {
    const learner = new SchemeLearner(ports);
    feed(
      learner,
      ["ann", "bert", "cleo", "dora", "emil", "fay"].map((motto) => ({ motto })),
    );
    expect(learner.scheme("e").scalars).toEqual([]);
    expect(learner.drainCoarsened()).toEqual([{ endpointId: "e", removed: ["motto"] }]);
    expect(learner.drainCoarsened()).toEqual([]);
    feed(
      learner,
      Array.from({ length: 100 }, () => ({ motto: "ann" })),
    );
    expect(learner.scheme("e").scalars).toEqual([]);
  });
  it("keeps an enumeration at the bound of values and drops it beyond", () => {
    const values = (count: number): Json[] => Array.from({ length: 400 }, (_, index) => ({ state: `s${Math.floor((index * count) / 400)}` }));
    const at = new SchemeLearner(ports);
    feed(at, values(scalarValuesMax));
    expect(at.scheme("e").scalars).toEqual(["state"]);
    const beyond = new SchemeLearner(ports);
    feed(beyond, values(scalarValuesMax + 1));
    expect(beyond.scheme("e").scalars).toEqual([]);
  });
  it("keeps as many words, and as many more sentences, as a service has from the first answers on, and drops one more", () => {
    const after = (of: (n: number) => string, count: number): readonly string[] => {
      const learner = new SchemeLearner(ports);
      feed(
        learner,
        Array.from({ length: count }, (_, n) => ({ error: of(n) })),
      );
      return learner.scheme("e").scalars;
    };
    const word = (n: number): string => `w${"abcdefghijkl".charAt(n)}`;
    const sentence = (n: number): string => `this account is ${word(n)}`;
    expect(after(word, scalarFew)).toEqual(["error"]);
    expect(after(word, scalarFew + 1)).toEqual([]);
    expect(after(sentence, sentencesFew + 1)).toEqual(["error"]);
    expect(after(sentence, sentencesFew + 2)).toEqual([]);
  });
  it("changes no class of answers that lack a field when that field joins, and keeps the same object otherwise", () => {
    const learner = new SchemeLearner(ports);
    feed(learner, [{ ok: true }]);
    const before = learner.scheme("e");
    expect(feed(learner, [{ ok: false }, { ok: true }])).toEqual([false, false]);
    expect(learner.scheme("e")).toBe(before);
    expect(feed(learner, [{ ok: false, error: "missing" }])).toEqual([true]);
    expect(learner.scheme("e").scalars).toEqual(["error", "ok"]);
  });
  it("keeps the echoed identifier out even when it is a plain word", () => {
    const learner = new SchemeLearner(ports);
    learner.observe("e", { hint: "hello ann" }, ["ann"]);
    expect(learner.scheme("e").scalars).toEqual([]);
  });
  it("reads a word through so many envelopes, and no deeper; in answers of many fields through none", () => {
    const read = (levels: number, beside: number): readonly string[] => {
      const learner = new SchemeLearner(ports);
      for (const ok of [true, false, true]) {
        const inner = Array.from({ length: levels - 1 }).reduce<Json>((json) => ({ in: json }), { ok });
        learner.observe(
          "e",
          { ...(inner as { readonly [key: string]: Json }), ...Object.fromEntries(Array.from({ length: beside }, (_, n) => [`count_${n}`, 1_000_000 + n])) },
          [],
        );
      }
      return learner.scheme("e").scalars;
    };
    const deepest = scalarDepthMax + envelopesMax;
    expect(read(deepest, 0)).toEqual([`${"in.".repeat(deepest - 1)}ok`]);
    expect(read(deepest + 1, 0)).toEqual([]);
    expect(read(deepest, sparseFieldsMax - 1)).toContain(`${"in.".repeat(deepest - 1)}ok`);
    expect(read(deepest, sparseFieldsMax)).not.toContain(`${"in.".repeat(deepest - 1)}ok`);
    expect(read(scalarDepthMax, 20)).toEqual([`${"in.".repeat(scalarDepthMax - 1)}ok`]);
    expect(read(scalarDepthMax + 1, 20)).toEqual([]);
  });
  it("survives a restart without holding a value in clear, and stops at its bound of endpoints", () => {
    const learner = new SchemeLearner(ports);
    feed(learner, [{ state: "verysecretword" }, { state: "active" }]);
    const text = JSON.stringify(learner.exportState());
    expect(text).not.toContain("verysecretword");
    expect(SchemeLearner.restore(ports, JSON.parse(text)).scheme("e").scalars).toEqual(["state"]);
    for (let index = 0; index < schemeEndpointsMax + 10; index += 1) learner.observe(`x${index}`, { ok: true }, []);
    expect(learner.scheme(`x${schemeEndpointsMax + 5}`).scalars).toEqual([]);
    expect(learner.scheme("x5").scalars).toEqual(["ok"]);
  });
});
