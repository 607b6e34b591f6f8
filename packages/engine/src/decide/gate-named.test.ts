import { describe, expect, it } from "vitest";
import { clientAttributes } from "../detect/names/client-attributes.ts";
import { GateEngine } from "./gate-engine.ts";
import type { Anchor, Disclosure, NamedClients } from "./gate-policy.ts";
import { caller, guardedLookup, lookupId, person } from "../testing/guarded-lookup.ts";

const start = Math.floor(1_700_000_000_000 / 86_400_000) * 86_400_000;
const rule: NamedClients = { subsets: [[{ kind: "request shape", values: ["bbbbbbbb"] }]] };

/** Newcomers to one gate, and what its journal says. */
class Stage {
  gate = new GateEngine({ newId: () => "s", sourceSlots: 8_192, pairs: 50_000 });
  readonly journal: ({ readonly row: Disclosure; readonly network: string } | Anchor)[] = [];
  now = start;
  #n = 0;
  #named: NamedClients | undefined;

  constructor() {
    this.name(undefined);
  }

  name(named: NamedClients | undefined): void {
    this.#named = named;
    this.gate.setPolicy({ version: 1, mode: "enforce", endpoints: [guardedLookup(named === undefined ? {} : { named })], principals: [] });
  }

  /** Somebody new asks about somebody; true when the answer was the truth. */
  newcomer(shape: string, follows: boolean, waitMs = 60_000): boolean {
    const n = this.#n++;
    this.now += waitMs;
    const [actor, subject] = [caller(n), person(n)];
    const reservation = this.gate.reserve(lookupId, actor, [subject], false, this.now, () =>
      clientAttributes({ address: actor.address, ja4: undefined, shape, userAgent: "", block: "" }),
    );
    if (reservation === undefined) throw new Error("not guarded");
    for (const row of this.gate.settle(reservation, { exchangeId: `x${n}`, tells: true, failed: false, classId: "c" })) this.journal.push({ row, network: actor.network });
    const truthful = reservation.action === "allow";
    if (follows && truthful) {
      this.now += 5_000;
      const anchor: Anchor = { at: this.now, endpointId: "", kind: "sign-in", narrow: actor.narrow, network: actor.network, subjects: [subject.hash] };
      this.gate.anchor(anchor);
      this.journal.push(anchor);
    }
    return truthful;
  }

  honest(count: number): number {
    let truthful = 0;
    for (let n = 0; n < count; n++) if (this.newcomer("aaaaaaaa", this.#n % 5 !== 0)) truthful++;
    return truthful;
  }

  attacks(shape: string, count: number): number {
    let told = 0;
    for (let n = 0; n < count; n++) if (this.newcomer(shape, false)) told++;
    return told;
  }

  /** Honest days, then an attack until it is held off with everybody else. */
  attacked(): this {
    this.honest(2_000);
    for (let n = 0; n < 60; n++) this.newcomer("bbbbbbbb", false);
    return this;
  }

  /** The gate dies and is put back from its journal and the last policy. */
  restart(): void {
    this.gate = new GateEngine({ newId: () => "s", sourceSlots: 8_192, pairs: 50_000 });
    this.name(this.#named);
    for (const entry of this.journal) {
      if ("row" in entry) this.gate.replay(structuredClone(entry.row), entry.network);
      else this.gate.anchor(entry);
    }
  }
}

describe("an attack whose clients were named", () => {
  it("is held off, and honest newcomers are answered, who are not without a name", () => {
    const [without, named] = [new Stage().attacked(), new Stage().attacked()];
    named.name(rule);
    let [answeredWithout, answeredNamed, told] = [0, 0, 0];
    for (let n = 0; n < 100; n++) {
      answeredWithout += without.honest(1);
      without.attacks("bbbbbbbb", 1);
      answeredNamed += named.honest(1);
      told += named.attacks("bbbbbbbb", 1);
    }
    expect(answeredWithout).toBeLessThan(50);
    expect(answeredNamed).toBe(100);
    expect(told).toBeLessThanOrEqual(1);
  });

  it("learns little by taking on other looks: all newcomers are held off again, and people are told once", () => {
    const stage = new Stage().attacked();
    stage.name(rule);
    stage.attacks("bbbbbbbb", 5);
    stage.gate.drain();
    expect(stage.attacks("aaaaaaaa", 300)).toBeLessThanOrEqual(30);
    const told = stage.gate.drain().filter(({ evidence }) => String(evidence["meaning"]).includes("the attack goes on among the others"));
    expect(told.map(({ detector, level }) => [detector, level])).toEqual([["enumeration.follow-up", "medium"]]);
  });

  it("is judged the same by a gate that was put back from its journal, before and after it took on other looks", () => {
    const [live, again] = [new Stage().attacked(), new Stage().attacked()];
    for (const stage of [live, again]) {
      stage.name(rule);
      stage.attacks("bbbbbbbb", 20);
      stage.honest(30);
    }
    again.restart();
    const tell = (stage: Stage): boolean[] => Array.from({ length: 60 }, (_, n) => stage.newcomer(n % 3 === 0 ? "bbbbbbbb" : "aaaaaaaa", n < 20 && n % 5 !== 0));
    expect(tell(again)).toEqual(tell(live));
    again.restart();
    expect(tell(again)).toEqual(tell(live));
  });

  it("pays nothing for it in a surge either: those who were named press no more, and a rush of others is still seen", () => {
    const [without, named] = [new Stage(), new Stage()];
    for (const stage of [without, named]) {
      stage.honest(1_000);
      for (let n = 0; n < 400; n++) stage.newcomer("bbbbbbbb", false, 1_000);
    }
    named.name(rule);
    const answered = (stage: Stage): number => {
      let truthful = 0;
      for (let n = 0; n < 1_200; n++) {
        if (n % 60 === 59) truthful += stage.newcomer("aaaaaaaa", true, 1_000) ? 1 : 0;
        else stage.newcomer("bbbbbbbb", false, 1_000);
      }
      return truthful;
    };
    expect(answered(without)).toBeLessThanOrEqual(5);
    expect(answered(named)).toBe(20);
    let told = 0;
    for (let n = 0; n < 600; n++) told += named.newcomer("aaaaaaaa", false, 1_000) ? 1 : 0;
    expect(told).toBeLessThanOrEqual(40);
  });
});
