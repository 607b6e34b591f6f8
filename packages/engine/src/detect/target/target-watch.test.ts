import { describe, expect, it } from "vitest";
import type { Ports } from "../../exchange/ports.ts";
import { hash53 } from "../observe/hash53.ts";
import type { Signal } from "../signal.ts";
import { blocksMax, BlockCoverage } from "./block-coverage.ts";
import { bucketsMax, NeighbourHits } from "./neighbour-hits.ts";
import { targetPlace } from "./target-place.ts";
import { targetPolicy as policy } from "./target-policy.ts";
import { TargetWatch } from "./target-watch.ts";

const hour = 3_600_000;
const hex = (text: string): string => hash53(text, 7).toString(16).padStart(16, "0");
const ports: Ports = { hash: (type, normal) => hex(`${type} ${normal}`), random: () => 1, decodeUtf8: () => "" };
const chance = (text: string): number => hash53(text, 3) / 2 ** 53;

/** Honest people of a service and what is asked beside them. */
class Service {
  readonly watch = new TargetWatch((at) => `s${at}`);
  readonly signals: Signal[] = [];
  now = 1_000 * 24 * hour;
  #n = 0;

  asks(number: number, source: string, follows: boolean): void {
    const subject = hex(`phone ${number}`);
    const place = targetPlace("phone", `+${number}`, ports);
    if (place === undefined) throw new Error("no place");
    this.signals.push(...this.watch.advance(this.now));
    this.watch.asked("e", { at: this.now, source: hex(source), subject, place });
    if (follows) this.watch.followed(hex(source), [subject]);
  }

  /** `perDay` people a day for so long, numbers by `numberOf`, a quarter of them never follow up; what comes beside them is called `everyMs`. */
  run(spanMs: number, perDay: number, numberOf: (n: number) => number, beside?: { readonly everyMs: number; readonly ask: (k: number) => void }): void {
    const until = this.now + spanMs;
    let honestAt = this.now;
    let besideAt = beside === undefined ? Number.POSITIVE_INFINITY : this.now;
    let k = 0;
    while (Math.min(honestAt, besideAt) < until) {
      this.now = Math.min(honestAt, besideAt);
      if (honestAt <= besideAt) {
        const n = this.#n++;
        this.asks(numberOf(n), `home ${n}`, chance(`follows ${n}`) > 0.25);
        honestAt += (24 * hour * 2 * chance(`gap ${n}`)) / perDay;
      } else {
        beside?.ask(k++);
        besideAt += beside?.everyMs ?? 0;
      }
    }
    this.now = until;
    this.signals.push(...this.watch.advance(this.now + policy.judgedAfterMs));
  }

  detectors(level?: Signal["level"]): string[] {
    return [...new Set(this.signals.filter((signal) => level === undefined || signal.level === level).map(({ detector }) => detector))].sort();
  }
}

const anywhere = (n: number): number => 49_150_000_000 + Math.floor(chance(`number ${n}`) * 90_000_000);
/** Three villages of ten thousand numbers each. */
const villages = (n: number): number => 49_150_000_000 + (n % 3) * 1_000_000 + Math.floor(chance(`village ${n}`) * 10_000);

describe("whom is asked about", () => {
  it("finds a block walked number by number from as many addresses, slowly, within forty questions, and cuts what other tests need", () => {
    const service = new Service();
    service.run(48 * hour, 600, anywhere);
    expect(service.signals).toEqual([]);
    service.run(hour, 600, anywhere, { everyMs: 60_000, ask: (k) => service.asks(49_161_000_000 + k, `rented ${k}`, false) });
    const first = service.signals.find((signal) => signal.level === "high");
    expect((first?.at ?? Number.POSITIVE_INFINITY) - (service.now - hour)).toBeLessThan(40 * 60_000);
    expect(service.detectors("high")).toEqual(["enumeration.block", "enumeration.neighbours", "enumeration.order"]);
    expect(service.watch.cut("e", service.now)).toBe(policy.cutTo);
    expect(service.watch.cut("e", service.now + 25 * hour)).toBe(1);
  });

  it("finds a sorted list over all blocks, and a stride, by their order, and a shuffled one not", () => {
    for (const [numberAt, found] of [
      [(k: number) => 49_150_000_000 + k * 61_007, true],
      [(k: number) => 49_180_000_000 - k * 30_011, true],
      [(k: number) => anywhere(900_000 + k), false],
    ] as const) {
      const service = new Service();
      service.run(48 * hour, 600, anywhere);
      service.run(6 * hour, 600, anywhere, { everyMs: 60_000, ask: (k) => service.asks(numberAt(k), `rented ${k}`, false) });
      expect(service.detectors("high").includes("enumeration.order")).toBe(found);
    }
  });

  it("is quiet on honest days: spread over the country, or three villages, or a new village's sign-up campaign", () => {
    for (const [before, after] of [
      [anywhere, anywhere],
      [villages, villages],
      [anywhere, (n: number) => (n % 2 === 0 ? anywhere(n) : 49_177_000_000 + Math.floor(chance(`new ${n}`) * 10_000))],
    ] as const) {
      const service = new Service();
      service.run(72 * hour, 500, before);
      service.run(48 * hour, 500, after);
      expect(service.signals).toEqual([]);
    }
  });

  it("is quiet when a business asks about its whole number block from one address, and when its people set up their telephones from home", () => {
    const service = new Service();
    service.run(48 * hour, 500, anywhere);
    service.run(2 * hour, 500, anywhere, { everyMs: 10_000, ask: (k) => service.asks(49_163_000_000 + k, "office", false) });
    service.run(2 * hour, 500, anywhere, { everyMs: 40_000, ask: (k) => service.asks(49_164_000_000 + k, `colleague ${k}`, chance(`colleague ${k}`) > 0.25) });
    expect(service.signals).toEqual([]);
  });

  it("is quiet when nobody can follow up for six hours", () => {
    const service = new Service();
    service.run(48 * hour, 500, villages);
    for (let n = 0; n < 125; n++) {
      service.now += (6 * hour) / 125;
      service.asks(villages(500_000 + n), `home ${500_000 + n}`, false);
    }
    service.run(hour, 500, villages);
    expect(service.signals).toEqual([]);
  });

  it("never pages where nobody was ever seen to follow up", () => {
    const service = new Service();
    for (let n = 0; n < 2_000; n++) {
      service.now += 120_000;
      service.asks(anywhere(n), `home ${n}`, false);
    }
    service.run(hour, 24, anywhere, { everyMs: 30_000, ask: (k) => service.asks(49_161_000_000 + k, `rented ${k}`, false) });
    expect(service.detectors("high")).toEqual([]);
  });
});

describe("bounds", () => {
  it("holds so many blocks and buckets", () => {
    const blocks = new BlockCoverage();
    const neighbours = new NeighbourHits();
    for (let n = 0; n < Math.max(blocksMax, bucketsMax) + 100; n++) {
      const place = targetPlace("phone", `+${49_000_000_000 + n * 10_000}`, ports);
      if (place === undefined) continue;
      blocks.judged(place.block, false, true, 0.4, n, true);
      neighbours.judged(place, `s${n}`, false, 0.4, n, true);
    }
    expect(blocks.size).toBe(blocksMax);
    expect(neighbours.size).toBe(bucketsMax);
  });

  it("knows no place for what is no number, and one for each spelling of the same", () => {
    expect(targetPlace("uuid", "0b7c", ports)).toBeUndefined();
    expect(targetPlace("phone", "12345678901234567", ports)).toBeUndefined();
    expect(targetPlace("integer", "x1", ports)).toBeUndefined();
    expect(targetPlace("email", "nobody", ports)).toBeUndefined();
    expect(targetPlace("phone", "999-15550100", ports)).toEqual(targetPlace("phone", "+999 1555 0100", ports));
    expect(targetPlace("email", "Anna@Example.com", ports)?.block).toBe(targetPlace("email", "bert@example.com", ports)?.block);
    const [a, b] = ["anna@x.com", "bert@x.com"].map((one) => targetPlace("email", one, ports)?.rank ?? 0);
    expect(a).toBeLessThan(b ?? 0);
  });
});
