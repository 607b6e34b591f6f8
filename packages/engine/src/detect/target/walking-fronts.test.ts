import { describe, expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { targetPolicy as policy } from "./target-policy.ts";
import { endpointsMax, type Front, WalkingFronts } from "./walking-fronts.ts";

const start = Date.UTC(2026, 2, 2);
const space = 90_000_000;

/** Honest people anywhere in the number space, three in four of whom follow up, and an alarm. */
class Scene {
  readonly fronts = new WalkingFronts();
  readonly #random: () => number;
  readonly #spread: (u: number) => number;
  #n = 0;
  at = start;

  constructor(seed: number, spread: (u: number) => number = (u) => u) {
    this.#random = seededRandom(seed);
    this.#spread = spread;
    for (let n = 0; n < 400; n++) this.honest();
    this.fronts.alarm("e", this.at);
  }

  ask(rank: number, follows: boolean): void {
    const [source, subject] = [`s${this.#n}`, `p${this.#n++}`];
    this.at += 30_000;
    this.fronts.asked("e", { at: this.at, source, subject, rank });
    if (follows) this.fronts.followed(source, [subject]);
  }

  honest(): void {
    this.ask(this.rank(), this.#random() < 0.75);
  }

  rank(): number {
    return Math.floor(space * this.#spread(this.#random()));
  }

  get now(): readonly Front[] | undefined {
    return this.fronts.of("e", this.at);
  }

  /** An attack's questions, each with an honest one beside: how many of them, after the first forty, lay in a front, and how many honest ones. */
  under(ranks: readonly number[]): { readonly caught: number; readonly honest: number } {
    const counts = { caught: 0, honest: 0 };
    const inFront = (rank: number): boolean => this.now?.some(({ from, to }) => rank >= from && rank <= to) === true;
    for (const [n, rank] of ranks.entries()) {
      const other = this.rank();
      if (n >= 40) {
        counts.caught += inFront(rank) ? 1 : 0;
        counts.honest += inFront(other) ? 1 : 0;
      }
      this.ask(rank, false);
      this.ask(other, this.#random() < 0.75);
    }
    return counts;
  }
}

const sorted = (scene: Scene, size: number): number[] => Array.from({ length: size }, () => scene.rank()).sort((a, b) => a - b);

describe("a list that is gone through in order", () => {
  test("shows where it stands: nearly all of its next questions, and few of honest people", () => {
    for (let seed = 1; seed <= 3; seed++) {
      const lists: ((scene: Scene) => number[])[] = [
        (scene) => sorted(scene, 5_000).slice(1_000, 1_540),
        (scene) => sorted(scene, 5_000).slice(1_000, 1_540).toReversed(),
        () => Array.from({ length: 540 }, (_, n) => 7_000_000 + n),
        () => Array.from({ length: 540 }, (_, n) => 7_000_000 + 97 * n),
        // Two halves in turn.
        (scene) =>
          sorted(scene, 5_000)
            .slice(0, 270)
            .flatMap((one, n, list) => [one, (list[n] ?? 0) + space / 2]),
      ];
      for (const list of lists) {
        const scene = new Scene(seed);
        const { caught, honest } = scene.under(list(scene));
        expect(caught).toBeGreaterThanOrEqual(490);
        expect(honest).toBeLessThanOrEqual(50);
      }
    }
  });

  test("is told from honest people who live in a few blocks of numbers", () => {
    const crowded = (u: number): number => (u < 0.9 ? 0.3 + 0.001 * u : u);
    for (let seed = 1; seed <= 3; seed++) {
      const calm = new Scene(seed, crowded);
      for (let n = 0; n < 300; n++) {
        calm.honest();
        expect(calm.now).toBeUndefined();
      }
    }
  });

  test("shuffled it has no front, nor have honest people, nor is one told of without an alarm, or long after", () => {
    const scene = new Scene(5);
    expect(scene.under(Array.from({ length: 300 }, () => scene.rank()))).toEqual({ caught: 0, honest: 0 });
    const quiet = new WalkingFronts();
    for (let n = 0; n < 200; n++) {
      quiet.asked("e", { at: start + n, source: `s${n}`, subject: `p${n}`, rank: n % 2 === 0 ? n : n * 1_000_003 });
      if (n % 2 === 1) quiet.followed(`s${n}`, [`p${n}`]);
    }
    expect(quiet.of("e", start + 300)).toBeUndefined();
    quiet.alarm("e", start + 300);
    expect(quiet.of("e", start + 301)).toHaveLength(1);
    expect(quiet.of("e", start + 300 + policy.frontKeptMs)).toHaveLength(1);
    expect(quiet.of("e", start + 302 + policy.frontKeptMs)).toBeUndefined();
  });

  test("walked as a decoy beside a shuffled list it frees nobody: a front holds three in ten of what nobody followed up", () => {
    for (const [every, shown] of [
      [5, false],
      [1, true],
    ] as const) {
      const scene = new Scene(11);
      let seen = 0;
      for (let n = 0; n < 400; n++) {
        scene.ask(n % every === 0 ? 7_000_000 + n : scene.rank(), false);
        if (n >= 60 && scene.now !== undefined) seen++;
      }
      expect([every, seen > 0]).toEqual([every, shown]);
    }
  });

  test("of one source alone is nobody's front, and endpoints asked longest ago are forgotten at the bound", () => {
    const scene = new Scene(7);
    for (let n = 0; n < 60; n++) scene.fronts.asked("e", { at: scene.at, source: "one", subject: `x${n}`, rank: 5_000 + n });
    expect(scene.now).toBeUndefined();
    for (let n = 0; n < 40; n++) scene.ask(9_000_000 + n, false);
    expect(scene.now).toBeDefined();
    for (let n = 0; n < endpointsMax; n++) scene.fronts.asked(`e${n}`, { at: scene.at, source: "s", subject: "p", rank: 1 });
    expect(scene.now).toBeUndefined();
  });
});
