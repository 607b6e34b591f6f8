import { describe, expect, it } from "vitest";
import type { ResponseClass } from "../../understood.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { repeatsPerSourceMax, repeatsPerSubjectMax } from "./determinism.ts";
import { EndpointOracle, exportedSubjectsMax, rememberedLabelsMax, rememberedSourcesMax, supportHoldsMs } from "./endpoint-oracle.ts";
import { rememberedNetworksMax, splitQuestionsMin } from "./network-contrast.ts";

const answer = (name: string, status = 200): ResponseClass => ({ id: name.padEnd(16, "0"), key: `${status} application/json {${name}}`, status, fields: [name] });
const yes = answer("yes");
const no = answer("no", 404);
let at = 0;
const ask = (oracle: EndpointOracle, source: string, subject: string, got = yes): void => oracle.observe({ subject, answer: got, narrow: source, network: source, at: at++ });

describe("EndpointOracle", () => {
  it("counts three repeats of one person, whoever asks, and twenty of one source, whomever it asks about", () => {
    const person = new EndpointOracle();
    ask(person, "s", "other", no);
    for (let n = 0; n <= repeatsPerSubjectMax + 1; n++) ask(person, `s${n}`, "one");
    expect(person.repeats.count).toBe(repeatsPerSubjectMax);
    const source = new EndpointOracle();
    for (let n = 0; n <= repeatsPerSourceMax; n++) ask(source, `s${n}`, `p${n}`, n % 2 === 0 ? yes : no);
    for (let n = 0; n <= repeatsPerSourceMax; n++) ask(source, "busy", `p${n}`, n % 2 === 0 ? yes : no);
    expect(source.repeats.count).toBe(repeatsPerSourceMax);
  });

  it("remembers 8,000 labels and sources and writes 5,000 people into its state, the youngest", () => {
    const oracle = new EndpointOracle();
    for (let n = 0; n <= rememberedLabelsMax; n++) oracle.label({ subject: `p${n}`, exists: true, at, narrow: `s${n}` });
    for (let n = 0; n <= exportedSubjectsMax; n++) ask(oracle, "s", `p${n}`);
    const state = oracle.exportState() as { known: [string][]; labels: [string][]; labelSources: unknown[] };
    expect(state.labels.length).toBeLessThanOrEqual(rememberedLabelsMax);
    expect(state.labels.length).toBeGreaterThanOrEqual(rememberedLabelsMax / 2);
    expect(state.labels.some(([subject]) => subject === `p${rememberedLabelsMax}`)).toBe(true);
    expect(state.labelSources.length).toBeLessThanOrEqual(rememberedSourcesMax);
    expect(state.known.map(([subject]) => subject)).toEqual(Array.from({ length: exportedSubjectsMax }, (_, n) => `p${n + 1}`));
  });

  it("keeps the count of a network that goes on asking while 4,000 others come and go", () => {
    const oracle = new EndpointOracle();
    const poor = answer("success");
    const rich: ResponseClass = {
      ...answer("account_id"),
      fields: ["account_id", "devices", "success"],
      key: "200 application/json {account_id:number,devices:number,success:boolean}",
    };
    for (let n = 0; n < splitQuestionsMin; n++) {
      ask(oracle, "lonely", `p${n}`, n % 2 === 0 ? poor : rich);
      // Fewer than half of what is remembered between two questions.
      for (let m = 0; m < rememberedNetworksMax / 2 - 2; m++) if (n < 3) ask(oracle, `passer-by ${n}.${m}`, `q${n}.${m}`, answer("other"));
    }
    expect(oracle.contrast.lonely).toBe(true);
  });
});

describe("EndpointOracle, where an answer depends on something else as well", () => {
  const [match, near, none] = ["MTCH", "MBAM", "ANNM"].map((word) => ({ ...answer(word), key: `200 application/json {result:string} result=${word}` })) as [
    ResponseClass,
    ResponseClass,
    ResponseClass,
  ];
  const honest = (oracle: EndpointOracle, draw: (n: number) => ResponseClass): void => {
    for (let n = 0; n < 40; n++) for (const step of [0, 1]) ask(oracle, `s${n}.${step}`, `p${n}`, draw(2 * n + step));
  };
  const walk = (oracle: EndpointOracle, draw: (n: number) => ResponseClass): void => {
    for (let n = 0; n < 40; n++) ask(oracle, "walker", `q${n}`, draw(n));
  };

  it("is suspected when a right and a wrong name change places on repeats, and unknown accounts never do", () => {
    for (const restored of [false, true]) {
      let oracle = new EndpointOracle();
      honest(oracle, (n) => (n % 3 === 0 ? near : match));
      if (restored) oracle = EndpointOracle.restore(oracle.exportState());
      expect(oracle.suspected).toBe(false);
      walk(oracle, (n) => (n % 2 === 0 ? near : none));
      expect(oracle.suspected).toBe(true);
    }
  });

  it("is not suspected when all of them change places by lot, nor where an older state does not say which did", () => {
    const random = seededRandom(9);
    const drawn = (): ResponseClass => [match, near, none][Math.floor(random() * 3)] ?? match;
    let suspected = 0;
    for (let run = 0; run < 50; run++) {
      const oracle = new EndpointOracle();
      honest(oracle, drawn);
      walk(oracle, drawn);
      if (oracle.suspected) suspected++;
    }
    expect(suspected).toBeLessThanOrEqual(2);
    const before = new EndpointOracle();
    honest(before, (n) => (n % 3 === 0 ? near : match));
    const { flips: _, ...old } = before.exportState() as { flips: unknown };
    const oracle = EndpointOracle.restore(old);
    walk(oracle, (n) => (n % 2 === 0 ? near : none));
    expect(oracle.suspected).toBe(false);
  });
});

describe("EndpointOracle, when a suspicion lapses for people", () => {
  const dayMs = 86_400_000;
  const rich: ResponseClass = { ...answer("account_id"), fields: ["account_id", "devices"], key: "200 application/json {account_id:number,devices:number}" };
  const sitting = (oracle: EndpointOracle, source: string, startedAt: number): void => {
    oracle.observe({ subject: `${source}-a`, answer: rich, narrow: source, network: source, at: startedAt });
    oracle.observe({ subject: `${source}-b`, answer: no, narrow: source, network: source, at: startedAt + 1_000 });
  };
  it("takes it back after sixty days in which nothing supported it, and gives it again when something does; the guard never listens", () => {
    const oracle = new EndpointOracle();
    for (const source of ["a", "b", "c"]) sitting(oracle, source, dayMs);
    expect([oracle.suspected, oracle.speaks]).toEqual([true, true]);
    oracle.observe({ subject: "late", answer: rich, narrow: "late", network: "late", at: dayMs + supportHoldsMs + 2_000 });
    expect([oracle.suspected, oracle.speaks]).toEqual([true, false]);
    const restored = EndpointOracle.restore(structuredClone(oracle.exportState()));
    expect([restored.suspected, restored.speaks]).toEqual([true, false]);
    sitting(restored, "d", 2 * dayMs + supportHoldsMs);
    expect(restored.speaks).toBe(true);
  });
  it("keeps it while what raised it goes on, for a year, though no source ever comes twice", () => {
    const oracle = new EndpointOracle();
    for (let n = 0; n < 360; n += 1) sitting(oracle, `s${n}`, n * dayMs);
    expect(oracle.speaks).toBe(true);
    const crowd = new EndpointOracle();
    for (let n = 0; n < 720; n += 1) crowd.observe({ subject: `p${n}`, answer: n % 2 === 0 ? rich : no, narrow: `s${n}`, network: `s${n}`, at: (n * dayMs) / 2 });
    expect([crowd.contrast.crowded, crowd.speaks]).toEqual([true, true]);
  });
});
