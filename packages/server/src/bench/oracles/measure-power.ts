import { Ledger, type Ports } from "@postern/engine";
import { type Channel, channels, type Place, places, questionAbout, subjectRules } from "./oracle-endpoints.ts";

export interface PowerRow {
  readonly id: string;
  readonly share: number;
  readonly runs: number;
  /** Labelled answers until "proven"; a run that never was counts as infinite, written null. */
  readonly median: number | null;
  readonly p95: number | null;
  readonly within120: number;
  readonly proven: number;
  /** Answers, labelled or not, until at least "suspected": median over runs, null when it was not. */
  readonly suspectedAfter: number | null;
  /** Runs by place and channel in which nothing was proven within `labelsMax`. */
  readonly unproven: readonly string[];
}

export interface PowerCell {
  readonly id: string;
  readonly share: number;
  /** Chance of the answer "exists" about somebody who does, and about nobody. */
  readonly shownIf: readonly [existing: number, missing: number];
  /** One source sends this many wrong labels before the first right one. */
  readonly wrongLabels?: number;
  readonly labelsMax: number;
  readonly places: readonly Place[];
  readonly channels: readonly Channel[];
}

export const powerCells: readonly PowerCell[] = [
  ...[0.5, 0.8, 0.95].map((share): PowerCell => ({ id: `perfect, ${100 * share} % exist`, share, shownIf: [1, 0], labelsMax: 400, places, channels })),
  { id: "10 % noise", share: 0.5, shownIf: [0.9, 0.1], labelsMax: 1_000, places: ["query"], channels: ["status", "flag", "shape"] },
  { id: "weak: 60 % beside 40 %", share: 0.5, shownIf: [0.6, 0.4], labelsMax: 6_000, places: ["query"], channels: ["flag"] },
  { id: "perfect, 20 wrong labels by one source first", share: 0.8, shownIf: [1, 0], wrongLabels: 20, labelsMax: 400, places: ["query"], channels: ["flag", "status"] },
];

/**
 * Runs every cell through the real ledger: requests and answers as the gate records them, subjects taken from where they stand, classes as learned; the label of a question
 * arrives a minute after its answer. Every person asks for himself, so labels are of as many askers.
 */
export function measurePower(
  cells: readonly PowerCell[],
  runsPerCombination: (cell: PowerCell) => number,
  seed: string,
  ports: Ports,
  random: (seed: string) => () => number,
  told: (id: string) => void,
): PowerRow[] {
  return cells.map((cell) => {
    const needed: number[] = [];
    const suspected: number[] = [];
    const unproven: string[] = [];
    for (const place of cell.places) {
      for (const channel of cell.channels) {
        for (let run = 0; run < runsPerCombination(cell); run += 1) {
          const seen = play(cell, place, channel, ports, random(`${seed} ${cell.id} ${place} ${channel} ${run}`));
          needed.push(seen.labels);
          suspected.push(seen.suspectedAfter);
          if (seen.labels === Number.POSITIVE_INFINITY) unproven.push(`${place}/${channel}`);
        }
      }
    }
    needed.sort((a, b) => a - b);
    suspected.sort((a, b) => a - b);
    told(cell.id);
    return {
      id: cell.id,
      share: cell.share,
      runs: needed.length,
      median: at(needed, 0.5),
      p95: at(needed, 0.95),
      within120: needed.filter((labels) => labels <= 120).length / needed.length,
      proven: needed.filter(Number.isFinite).length / needed.length,
      suspectedAfter: at(suspected, 0.5),
      unproven: [...new Set(unproven)],
    };
  });
}

function play(cell: PowerCell, place: Place, channel: Channel, ports: Ports, random: () => number): { readonly labels: number; readonly suspectedAfter: number } {
  const rule = subjectRules[place];
  const ledger = new Ledger(ports, { mode: "observe", ...(rule === undefined ? {} : { declared: () => ({ subjects: [rule] }) }) });
  let labels = 0;
  let suspectedAfter = Number.POSITIVE_INFINITY;
  let wrong = cell.wrongLabels ?? 0;
  for (let n = 0; labels < cell.labelsMax; n += 1) {
    const exists = random() < cell.share;
    const at = 1_760_000_000_000 + n * 180_000;
    const step = ledger.onExchange(
      questionAbout({ n, at, place, channel, shown: random() < cell.shownIf[exists ? 0 : 1], phone: `+44770${String(1_000_000 + Math.floor(random() * 8_999_999))}` }),
    );
    const [subject] = step.subjects;
    // The first few teach where the identifier stands.
    if (subject === undefined || step.door === undefined) {
      if (n < 200) continue;
      throw new Error(`No subject was found in a request of ${place}.`);
    }
    const endpointId = step.door.id;
    const label = { endpointId, subject: subject.hash, at: at + 60_000 };
    if (wrong > 0) {
      wrong -= 1;
      ledger.oracles.label({ ...label, exists: !exists, narrow: "attacker" });
    } else if (ledger.oracles.label({ ...label, exists, narrow: `own-${n}` })) labels += 1;
    const verdict = ledger.oracles.verdict(endpointId);
    if (verdict !== "none" && suspectedAfter === Number.POSITIVE_INFINITY) suspectedAfter = n + 1;
    if (verdict === "proven") return { labels, suspectedAfter };
  }
  return { labels: Number.POSITIVE_INFINITY, suspectedAfter };
}

function at(sorted: readonly number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined || !Number.isFinite(value) ? null : value;
}
