import { capacityOf, GateEngine, type GatePolicy, type Ports, StratifiedRank } from "@postern/engine";
import type { RequestHead } from "../../gate/gate-port.ts";
import { JudgingGate } from "../../gate/judging-gate.ts";
import { replacedHeaders } from "../../gate/proxy/answer-headers.ts";
import { lookupPolicy } from "../time-decisions.ts";

export interface OwnAnswersCell {
  readonly id: string;
  readonly share: number;
  /** Time of the service about nobody, and how much longer it takes about somebody; both with a spread of 8 ms and a hundredth that takes thrice as long. */
  readonly baseMs: number;
  readonly deltaMs: number;
}

export interface OwnAnswersRow {
  readonly id: string;
  readonly answers: number;
  /** What the service's own answer would have told, and what ours did: status, headers, body and time. Upper end of the 95 % interval in brackets. */
  readonly bitsBefore: number;
  readonly bits: number;
  readonly bitsHigh: number;
  /** What waiting for the next quarter of a second alone would have told by its time. */
  readonly bitsByQuarter: number;
  /** Largest |z| of a rank test on the times; undefined: too few of either side. */
  readonly z: number | undefined;
}

export const ownAnswersCells: readonly OwnAnswersCell[] = [
  { id: "service equally fast", share: 0.5, baseMs: 40, deltaMs: 0 },
  { id: "25 ms longer, on either side of a quarter of a second", share: 0.5, baseMs: 238, deltaMs: 25 },
  { id: "a password hash: 20 and 320 ms", share: 0.5, baseMs: 20, deltaMs: 300 },
  { id: "the same, one in twenty exists", share: 0.05, baseMs: 20, deltaMs: 300 },
];

/**
 * One address asks about person after person until its credits are spent; from then on every answer is our own. What its owner sees of each (status, headers as they go out, body with
 * the identifier masked, milliseconds from the request to the moment it is sent) is held against whom it was about. The service answers those who exist with other
 * status, headers, framing and body.
 */
export function measureOwnAnswers(
  cells: readonly OwnAnswersCell[],
  asked: number,
  seed: string,
  ports: Ports,
  random: (seed: string) => () => number,
  told: (id: string) => void,
): OwnAnswersRow[] {
  return cells.map((cell) => {
    const row = play(cell, asked, ports, random(`${seed} own ${cell.id}`));
    told(cell.id);
    return row;
  });
}

function play(cell: OwnAnswersCell, asked: number, ports: Ports, random: () => number): OwnAnswersRow {
  let number = 0;
  const gate = new JudgingGate({
    engine: new GateEngine({ newId: () => `s${number++}` }),
    ports,
    epoch: "own",
    scope: "api.test",
    limits: undefined,
    journal: () => undefined,
    signals: () => undefined,
    complete: () => undefined,
  });
  gate.setPolicy(enforcing);
  const [sent, service, quarters] = [new Answers(), new Answers(), new Answers()];
  const rank = new StratifiedRank();
  for (let n = 0; n < asked; n += 1) {
    const exists = random() < cell.share;
    const at = 1_760_000_000_000 + n * 1_000;
    const spread = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const tookMs = Math.max(1, (cell.baseMs + (exists ? cell.deltaMs : 0) + 8 * spread) * (random() < 0.01 ? 3 : 1));
    const phone = `999-${20_000_000 + n}`;
    const head: RequestHead = { at, method: "GET", host: "api.test", target: `/client/v1/users/${phone}/status`, rawHeaders: ["Host", "api.test"], address: "203.0.113.7" };
    const ruling = gate.onRequest(head);
    if (ruling.kind !== "hold") continue;
    const answer = exists ? existing : missing;
    const release = gate.onAnswer(ruling, {
      at: at + tookMs,
      tookMs,
      status: answer.status,
      rawHeaders: answer.rawHeaders,
      body: new TextEncoder().encode(answer.body),
      complete: true,
    });
    // The first few are the service's own, and so are all while the pace is learned from them.
    if (release.kind !== "replace" || n < warmUp) continue;
    const headers = replacedHeaders(release.headers, release.body.length, answer.rawHeaders, release.chunked);
    const waitMs = Math.max(tookMs, release.notBefore - at);
    sent.add(exists, `${release.status} ${headers.join("|")} ${release.body.replaceAll(phone, "{}")} ${Math.round(waitMs / 5)}`);
    service.add(exists, `${answer.status}`);
    quarters.add(exists, `${Math.ceil(tookMs / 250)}`);
    rank.add("all", exists, waitMs);
  }
  const { bits, interval } = sent.capacity();
  const result = rank.result();
  return {
    id: cell.id,
    answers: sent.count,
    bitsBefore: service.capacity().bits,
    bits,
    bitsHigh: interval[1],
    bitsByQuarter: quarters.capacity().bits,
    z: result === undefined ? undefined : Math.max(Math.abs(result.zAll), Math.abs(result.zMost), Math.abs(result.zHalf)),
  };
}

/** Questions whose answers teach the pace. */
const warmUp = 1_000;

class Answers {
  readonly #symbols = new Map<string, number>();
  readonly #counts: [number[], number[]] = [[], []];
  count = 0;

  add(exists: boolean, seen: string): void {
    let symbol = this.#symbols.get(seen);
    if (symbol === undefined) {
      symbol = this.#symbols.size;
      this.#symbols.set(seen, symbol);
      this.#counts[0].push(0);
      this.#counts[1].push(0);
    }
    const row = this.#counts[exists ? 1 : 0];
    row[symbol] = (row[symbol] ?? 0) + 1;
    this.count += 1;
  }

  capacity(): ReturnType<typeof capacityOf> {
    return capacityOf(this.#counts);
  }
}

const [guarded] = lookupPolicy.endpoints;
const enforcing: GatePolicy = {
  ...lookupPolicy,
  mode: "enforce",
  endpoints:
    guarded === undefined
      ? []
      : [
          {
            ...guarded,
            uniform: {
              status: 404,
              headers: [
                ["Content-Type", "application/json"],
                ["Content-Length", "0"],
              ],
              body: '{"registered":false,"phone":"{{subject}}"}',
              learned: true,
            },
          },
        ],
};

const existing = {
  status: 200,
  rawHeaders: ["Content-Type", "application/json", "Set-Cookie", "p=1", "Transfer-Encoding", "chunked", "Date", "Thu, 01 Jan 2026 00:00:01 GMT"],
  body: '{"registered":true,"devices":2}',
};
const missing = { status: 404, rawHeaders: ["Content-Type", "application/json", "Content-Length", "20", "Date", "Thu, 01 Jan 2026 00:00:00 GMT"], body: '{"registered":false}' };
