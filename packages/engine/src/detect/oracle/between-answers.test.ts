import { describe, expect, it } from "vitest";
import type { ResponseClass } from "../../understood.ts";
import { apartMs, BetweenAnswers, betweenMin } from "./between-answers.ts";
import { classesMax } from "./answer-classes.ts";
import { EndpointOracle } from "./endpoint-oracle.ts";
import { vanishedForMs, vanishedMin } from "./vanished-accounts.ts";
import { meaningsOf } from "./class-meaning.ts";

const classOf = (flags: string, fields: readonly string[]): ResponseClass => ({ id: flags, key: `200 application/json {${fields.join(",")}} ${flags}`, status: 200, fields });
const covered = classOf("eligible=true", ["eligible", "plan", "reference"]);
const nobody = classOf("eligible=false reason=#a1", ["eligible", "reason"]);
const differs = classOf("eligible=false reason=#b2", ["eligible", "reason"]);

/** People who ask from home and get these answers one after another, the next person an hour later. */
function told(oracle: EndpointOracle, people: number, answers: readonly ResponseClass[], { networks = people, stepMs = apartMs } = {}): void {
  for (let n = 0; n < people; n++)
    for (const [place, answer] of answers.entries())
      oracle.observe({ subject: `p${n}`, answer, narrow: `home${n % networks}`, network: `net${n % networks}`, at: n * stepMs + place * 1_000 });
}

const strangers = (oracle: EndpointOracle): void => {
  for (let n = 0; n < 30; n++) oracle.observe({ subject: `x${n}`, answer: nobody, narrow: `s${n}`, network: `s${n}`, at: n });
};

const meaning = (oracle: EndpointOracle, { id }: ResponseClass): string | undefined => meaningsOf(oracle)[oracle.classes.find(id) ?? -1]?.meaning;

describe("a refusal that people get between two answers that confirm them", () => {
  it("confirms them, beside another that says there is nobody; over a restart, too", () => {
    const oracle = new EndpointOracle();
    strangers(oracle);
    told(oracle, betweenMin - 1, [covered, differs, covered]);
    expect(meaning(oracle, differs)).toBe("denied");
    told(oracle, betweenMin, [covered, differs, covered]);
    for (const one of [oracle, EndpointOracle.restore(structuredClone(oracle.exportState()))])
      expect([covered, differs, nobody].map((answer) => meaning(one, answer))).toEqual(["confirmed", "confirmed", "denied"]);
  });

  it("stays what it looks like where people get it before an answer that confirms them, as who signs up, or after it, as who leaves", () => {
    const oracle = new EndpointOracle();
    strangers(oracle);
    told(oracle, 40, [differs, covered]);
    expect(meaning(oracle, differs)).toBe("denied");
    const other = new EndpointOracle();
    strangers(other);
    told(other, 40, [covered, differs]);
    expect(meaning(other, differs)).toBe("denied");
  });

  it("stays what it looks like where no other refusal is known: then it is the one for nobody, too", () => {
    const oracle = new EndpointOracle();
    told(oracle, 40, [covered, differs, covered]);
    expect(meaning(oracle, differs)).toBe("denied");
  });

  it("is not learned from one person, from one network or within a mishap of some hours", () => {
    for (const [people, how] of [
      [1, {}],
      [40, { networks: betweenMin - 1 }],
      [400, { stepMs: 90_000 }],
    ] as const) {
      const oracle = new EndpointOracle();
      strangers(oracle);
      for (let again = 0; again < 5; again++) told(oracle, people, [covered, differs, covered], how);
      expect(meaning(oracle, differs)).toBe("denied");
    }
  });

  it("says no more than before where both refusals come so", () => {
    const oracle = new EndpointOracle();
    told(oracle, 40, [covered, differs, covered, nobody, covered]);
    expect([differs, nobody].map((answer) => meaning(oracle, answer))).toEqual(["denied", "denied"]);
  });

  it("does not take a suspicion back by people who mistake a detail", () => {
    const oracle = new EndpointOracle();
    const sitting = (source: string): void => {
      oracle.observe({ subject: `${source}-a`, answer: covered, narrow: source, network: source, at: 0 });
      oracle.observe({ subject: `${source}-b`, answer: nobody, narrow: source, network: source, at: 1_000 });
    };
    for (const source of ["a", "b", "c"]) sitting(source);
    expect(oracle.suspected).toBe(true);
    for (let n = 0; n < 4 * vanishedMin; n++)
      for (const [place, answer] of [covered, differs, covered, differs, covered].entries())
        oracle.observe({ subject: `p${n}`, answer, narrow: `h${n}-${place}`, network: `h${n}-${place}`, at: (n * 2 * vanishedForMs) / vanishedMin + place * 1_000 });
    expect(oracle.suspected).toBe(true);
  });
});

describe("bounds", () => {
  it("keeps so many people a class, and so many classes when it is read back", () => {
    const between = new BetweenAnswers();
    for (let n = 0; n < 1_000; n++) for (let symbol = 0; symbol < 40; symbol++) between.note(symbol, `p${n}`, `net${n}`, n * apartMs);
    const rows = between.exportState() as [number, number, string[], string[]][];
    expect(rows).toHaveLength(40);
    for (const [, , people, networks] of rows) expect([people.length, networks.length]).toEqual([betweenMin, betweenMin]);
    const again = new BetweenAnswers();
    again.restore(rows, classesMax);
    expect(again.exportState()).toHaveLength(classesMax);
    again.restore({ broken: true }, classesMax);
    again.restore([[1], "x", null], classesMax);
  });
});
