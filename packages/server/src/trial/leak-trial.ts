import { createHmac } from "node:crypto";
import { type Decision, type Exchange, Judge, type Ports, type Signal } from "@postern/engine";
import { attackList, type Attack, createLatchkey, flaws, honestDay, type HonestOptions, mergeSessions, runDirect, smashAndGrab } from "@postern/testkit";

/**
 * One honest hour, then a second one during which an attacker asks through `addresses` new addresses; both judged in `enforce`.
 * Says how many existing numbers the attacker was told of, and how many honest lookups got the uniform answer in each hour.
 *
 * Open loop: the honest people's recorded follow-ups are kept although a uniform answer might have kept some of them away.
 */
export function leakTrial(options: LeakTrialOptions): LeakTrialResult {
  const from = Date.UTC(2026, 2, 2, 10);
  const hourMs = 3_600_000;
  const to = from + 2 * hourMs;
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 20_000, seed: options.seed, now: () => from });
  const decisions: Decision[] = [];
  const signals: Signal[] = [];
  let n = 0;
  const judge = new Judge(
    portsOf(options.seed),
    { mode: "enforce", newId: () => `s${n++}` },
    { decision: (index, decision) => (decisions[index] = decision), exchange: () => {}, signals: (some) => signals.push(...some) },
  );
  const exchanges: Exchange[] = [];
  const honest = honestDay({ population: latchkey.population, seed: options.seed, sessionsPerDay: 12_000, from, to, ...options.honest });
  const attack: Attack | undefined =
    options.addresses === 0
      ? undefined
      : smashAndGrab({
          list: attackList(latchkey, { size: options.size, validShare: options.validShare, seed: `${options.seed}/l` }),
          from: from + hourMs + 300_000,
          seed: options.seed,
          addresses: options.addresses,
          ratePerSecond: options.ratePerSecond ?? 50,
        });
  runDirect(attack === undefined ? honest : mergeSessions(honest, attack.sessions), latchkey, { from, to }, (exchange) => {
    exchanges.push(exchange);
    judge.push(exchange);
  });
  judge.finish();
  const attackers = new Set(attack?.sessions.map((session) => session.address));
  const result = { answered: 0, leaked: 0, lookups: [0, 0], uniform: [0, 0], refused: 0, signals };
  for (const [index, exchange] of exchanges.entries()) {
    const action = decisions[index]?.action;
    const national = /\/users\/999-(\d{8})\/status$/.exec(exchange.url)?.[1];
    if (national === undefined) continue;
    if (attackers.has(exchange.client.address)) {
      if (action !== "allow") continue;
      result.answered++;
      if (latchkey.holds(Number(national))) result.leaked++;
      continue;
    }
    const which = exchange.at < from + hourMs ? 0 : 1;
    result.lookups[which] = (result.lookups[which] ?? 0) + 1;
    if (action === "uniform") result.uniform[which] = (result.uniform[which] ?? 0) + 1;
    else if (action !== "allow") result.refused++;
  }
  latchkey.close();
  return result;
}

export interface LeakTrialOptions {
  readonly seed: string;
  /** 0 for no attack. */
  readonly addresses: number;
  /** Numbers on the attacker's list, and the share of them that exist. */
  readonly size: number;
  readonly validShare: number;
  readonly ratePerSecond?: number;
  readonly honest?: Partial<HonestOptions>;
}

export interface LeakTrialResult {
  /** Truthful answers to the attacker, and those of them about existing numbers. */
  readonly answered: number;
  readonly leaked: number;
  /** Honest lookups in the first and second hour, and those answered uniformly. */
  readonly lookups: readonly number[];
  readonly uniform: readonly number[];
  readonly refused: number;
  readonly signals: readonly Signal[];
}

function portsOf(seed: string): Ports {
  const decoder = new TextDecoder();
  return {
    hash: (type, normal) => createHmac("sha256", seed).update(`${type}\0${normal}`).digest("hex").slice(0, 16),
    random: () => 7,
    decodeUtf8: (bytes) => decoder.decode(bytes),
  };
}
