import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Disclosure, normalForm } from "@postern/engine";
import {
  type Attack,
  attackList,
  honestDay,
  international,
  type LookupAnswer,
  mergeSessions,
  population,
  readLookup,
  runHttp,
  scaledClock,
  smashAndGrab,
  type TrafficAnswer,
  type TrafficStats,
} from "@postern/testkit";
import type { ClockSetting } from "../clock.ts";
import { parseConfig } from "../config/parse-config.ts";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { type Postern, startPostern } from "../start-postern.ts";
import type { DemoStage, DemoSummary, EnforcedRun } from "./demo-summary.ts";
import { exposureOf } from "./exposure.ts";
import { brokenClaims } from "./patience/race-story.ts";
import { runRace } from "./patience/run-race.ts";
import { startLatchkey } from "./latchkey-process.ts";

/**
 * The story, with the real product: an honest hour teaches Postern; then a thief with one address and a list of numbers, first watched, then,
 * from the state after the honest hour alone, stopped, with a list half right and one nearly all right. Then who was exposed, and a patient thief: ninety days replayed in
 * virtual time, beside four limiters ({@link runRace}).
 *
 * All traffic but that of the last act is real HTTP over loopback addresses; time runs `factor` times faster, for service, gate and clients alike. Every number told comes
 * from the attacker's own notes, the journals or the store.
 */
export async function runDemo(options: DemoOptions): Promise<DemoRun> {
  const startedAt = performance.now();
  const speed = options.speed * calm();
  const home = mkdtempSync(join(tmpdir(), "postern-demo-"));
  const previousKey = process.env["POSTERN_KEY_FILE"];
  process.env["POSTERN_KEY_FILE"] = join(home, "key");
  const running: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const one of running.toReversed()) await one.stop().catch(() => undefined);
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    if (previousKey === undefined) delete process.env["POSTERN_KEY_FILE"];
    else process.env["POSTERN_KEY_FILE"] = previousKey;
  };
  try {
    const people = population({ seed: options.seed, accounts });
    const teaching = clockFrom(options.start, hourFactor * speed);
    // The service shares each act's clock: its approvals expire by it. It comes back on the same port, for endpoints are known by host.
    let service: Awaited<ReturnType<typeof startLatchkey>> | undefined;
    const serve = async (clock: ClockSetting): Promise<string> => {
      const port = service === undefined ? 0 : Number(new URL(service.url).port);
      await service?.stop();
      service = await startLatchkey({ accounts, seed: options.seed, flaws: "F1,F2,F3", clock, port });
      return service.url;
    };
    running.push({ stop: async () => service?.stop() });
    const serviceUrl = await serve(teaching);
    const postern = (
      dataDir: string,
      mode: "observe" | "enforce",
      clock: ClockSetting,
      ports: Partial<typeof options.ports>,
      onIncident: (event: object) => void,
    ): Promise<Postern> =>
      startPostern({
        dataDir,
        mode,
        upstream: serviceUrl,
        listen: { host: "127.0.0.1", port: ports.gate ?? 0 },
        console: { host: "127.0.0.1", port: ports.console ?? 0 },
        config: defaultConfig(),
        clock,
        version: options.version,
        color: false,
        quiet: true,
        onEvent: (event) => {
          if (event.name === "role-event" && typeof event.event === "object" && event.event !== null && "name" in event.event && event.event.name === "incident")
            onIncident(event.event);
          if (event.name === "role-died") options.onStage({ stage: "role-died", role: event.role });
        },
      });

    // An honest hour.
    const watched = join(home, "observe");
    // The clock runs while the processes start.
    const hour = { from: options.start + 450_000, to: options.start + 450_000 + 3_600_000 };
    let observer = await postern(watched, "observe", teaching, options.ports, () => undefined);
    running.push({ stop: () => observer.stop() });
    options.onStage({
      stage: "honest-hour",
      factor: teaching.factor,
      consoleUrl: observer.consoleUrl,
      loginUrl: observer.loginUrl,
      service: serviceUrl,
      gate: `http://127.0.0.1:${observer.gatePort}`,
    });
    const taught = await runHttp(honestDay({ population: people, seed: `${options.seed}/hour`, sessionsPerDay, ...hour, rollOutDevices }), {
      target: `http://127.0.0.1:${observer.gatePort}`,
      clock: scaledClock(teaching),
      onAnswer: counter(options, "honest-hour"),
    });
    await settle();
    await observer.stop();
    const states = lists.map((_, n) => {
      const dir = join(home, `enforce-${n}`);
      cpSync(watched, dir, { recursive: true, filter: (path) => basename(path) !== "run" });
      return dir;
    });

    // The attack, watched.
    const taken = new Set<number>();
    const attackFrom = hour.to + 120_000;
    const listOf = (validShare: number, name: string): readonly number[] => {
      const list = attackList({ population: people }, { size: Math.ceil(existingOnList / validShare), validShare, seed: `${options.seed}/${name}`, excluding: taken });
      for (const number of list) taken.add(number);
      return list;
    };
    let leaked = 0;
    let alertAfterLeaked: number | null = null;
    const watching = clockFrom(attackFrom - 60_000, attackFactor * speed);
    await serve(watching);
    observer = await postern(watched, "observe", watching, options.ports, () => {
      alertAfterLeaked ??= leaked;
      options.onStage({ stage: "alert", leaked });
    });
    options.onStage({ stage: "observe", factor: watching.factor, consoleUrl: observer.consoleUrl, loginUrl: observer.loginUrl });
    const observedList = listOf(0.5, "observed");
    const observed = await assault(observer, watching, observedList, 0, attackFrom, options, people, "observe", (answer) => {
      if (readLookup(answer) === "exists") leaked++;
    });
    await settle();
    const exposed = await exposureOf({ postern: observer, dataDir: watched, attack: observed.attack, from: attackFrom - 60_000, hashOf: hasher(watched) });

    // From the state after the honest hour, stopped.
    const enforce: EnforcedRun[] = [];
    for (const [n, { name, validShare }] of lists.entries()) {
      const dataDir = states[n] ?? "";
      const clock = clockFrom(attackFrom - 60_000, attackFactor * speed);
      await serve(clock);
      const gate = await postern(dataDir, "enforce", clock, {}, () => undefined);
      options.onStage({ stage: "enforce", list: name, factor: clock.factor });
      const list = listOf(validShare, name);
      let run: Assault;
      try {
        run = await assault(gate, clock, list, n + 1, attackFrom, options, people, "enforce", () => undefined);
        await settle();
      } finally {
        await gate.stop();
      }
      const honest = run.stats.total();
      enforce.push({
        list: name,
        validShare,
        asked: run.attack.notes.size,
        existing: list.filter((number) => people.holds(number)).length,
        leaked: confirmedBy(run.attack).length,
        honest: { lookups: honest.lookups, refused: honest.refused, uniform: uniformTo(dataDir, attackFrom - 60_000, run.addresses) },
        lateMsMax: Math.round(run.lateMsMax),
      });
      options.onStage({ stage: "enforced", run: enforce[n] ?? neverRun });
    }
    const story = {
      observe: { asked: observed.attack.notes.size, leaked: confirmedBy(observed.attack).length, alertAfterLeaked },
      enforce,
      exposed,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    };
    options.onStage({ stage: "told", story });
    const patience = await runRace({ seed: `${options.seed}/patience`, version: options.version, folder: home, onState: (race) => options.onStage({ stage: "patience", race }) });
    const summary: DemoSummary = {
      product: "postern",
      version: options.version,
      seed: options.seed,
      clock: { honestHourFactor: teaching.factor, attackFactor: watching.factor },
      honestHour: {
        requests: taught.stats.total().requests,
        lookups: taught.stats.total().lookups,
        refused: taught.stats.total().refused,
        lateMsMax: Math.round(taught.lateMsMax),
      },
      ...story,
      patience,
      broken: brokenClaims(patience),
    };
    return { summary, consoleUrl: observer.consoleUrl, loginUrl: observer.loginUrl, stop };
  } catch (error) {
    // What went wrong first is what to tell.
    await stop().catch(() => undefined);
    throw error;
  }
}

export interface DemoOptions {
  readonly seed: string;
  /** Event time at which the honest hour starts. */
  readonly start: number;
  /** Multiplies the clock's speed; 1 is made for two cores. */
  readonly speed: number;
  readonly ports: { readonly gate: number; readonly console: number };
  readonly version: string;
  readonly onStage: (stage: DemoStage) => void;
}

export interface DemoRun {
  readonly summary: DemoSummary;
  readonly consoleUrl: string;
  readonly loginUrl: string;
  /** Ends every process and removes the demo's data. */
  stop(): Promise<void>;
}

/** People in the example world. */
const accounts = 50_000;
const sessionsPerDay = 9_000;
/** An office sets up so many telephones within ten minutes. */
const rollOutDevices = 12;
/** Existing numbers on each of the thief's lists. */
const existingOnList = 2_100;
const lists = [
  { name: "50 % valid", validShare: 0.5 },
  { name: "95 % valid", validShare: 0.95 },
] as const;
const hourFactor = 150;
const attackFactor = 22;
/** The thief's connections. */
const connections = 6;
const attackMs = 240_000;
const neverRun: EnforcedRun = { list: "", validShare: 0, asked: 0, existing: 0, leaked: 0, honest: { lookups: 0, refused: 0, uniform: 0 }, lateMsMax: 0 };

interface Assault {
  readonly attack: Attack;
  readonly stats: TrafficStats;
  readonly addresses: ReadonlySet<string>;
  readonly lateMsMax: number;
}

/** The thief at work while honest life goes on. */
async function assault(
  postern: Postern,
  setting: ClockSetting,
  list: readonly number[],
  campaign: number,
  from: number,
  options: DemoOptions,
  people: ReturnType<typeof population>,
  stage: "observe" | "enforce",
  onProgress: (answer: TrafficAnswer) => void,
): Promise<Assault> {
  const attack = thief(list, from, `${options.seed}/${campaign}`, campaign);
  const addresses = new Set(attack.sessions.map((session) => session.address));
  const honest = honestDay({
    population: people,
    seed: `${options.seed}/during-${campaign}`,
    sessionsPerDay,
    from: from - 30_000,
    to: from + attackMs - 60_000,
    rollOutDevices: 0,
  });
  const count = counter(options, stage);
  const { stats, lateMsMax } = await runHttp(mergeSessions(attack.sessions, honest), {
    target: `http://127.0.0.1:${postern.gatePort}`,
    clock: scaledClock(setting),
    onAnswer: (session, request, answer) => {
      count(session, request, answer);
      if (addresses.has(session.address)) onProgress(answer);
    },
  });
  return { attack, stats, addresses, lateMsMax };
}

/**
 * Between a half and one: on a machine busy with other work the clock runs slower, since an answer that takes a second at a hundredfold
 * speed is an honest user who hesitates for minutes.
 */
function calm(): number {
  const [load = 0] = loadavg();
  return Math.max(0.5, Math.min(1, (availableParallelism() + 1) / Math.max(1, load)));
}

/** One thief at one address, over several connections: a uniform answer comes a quarter of a second late, and nobody with a list waits in line. */
function thief(list: readonly number[], from: number, seed: string, campaign: number): Attack {
  const share = Math.ceil(list.length / connections);
  const parts = Array.from({ length: connections }, (_, n) =>
    smashAndGrab({
      list: list.slice(n * share, (n + 1) * share),
      from: from + n,
      seed: `${seed}/${n}`,
      addresses: 1,
      ratePerSecond: list.length / connections / (attackMs / 1_000),
      campaign,
    }),
  );
  const notes = new Map<number, LookupAnswer>();
  const sessions = parts.flatMap((part) => part.sessions);
  return {
    kind: "smash-and-grab",
    sessions,
    get notes() {
      for (const part of parts) for (const [number, answer] of part.notes) notes.set(number, answer);
      return notes;
    },
  };
}

function confirmedBy(attack: Attack): number[] {
  return [...attack.notes].filter(([, answer]) => answer === "exists").map(([number]) => number);
}

function clockFrom(base: number, factor: number): ClockSetting {
  return { factor, base, realBase: Date.now() };
}

function counter(
  options: DemoOptions,
  stage: "honest-hour" | "observe" | "enforce",
): (session: { readonly kind: string }, request: unknown, answer: { readonly status: number }) => void {
  let requests = 0;
  let toldAt = 0;
  return () => {
    requests++;
    if (performance.now() - toldAt < 500) return;
    toldAt = performance.now();
    options.onStage({ stage: "progress", of: stage, requests });
  };
}

/** What the gate has sent is read by the hub within milliseconds, and a journal segment closes within a second. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_500));
}

function hasher(dataDir: string): (national: number) => string {
  const ports = makePorts(loadOrCreateKey({ env: process.env, dataDir }), 1);
  return (national) => ports.hash("phone", normalForm("phone", international(national)));
}

/** Honest requests that got the uniform answer, by the gate's own journal. */
function uniformTo(dataDir: string, from: number, attackers: ReadonlySet<string>): number {
  const exchanges = new Set<string>();
  for (const { row } of replayJournal(join(dataDir, "journal"), "disclosures")) {
    if (isDisclosure(row) && row.answer === "uniform" && row.at >= from && !attackers.has(row.address)) exchanges.add(row.exchangeId);
  }
  return exchanges.size;
}

function isDisclosure(row: unknown): row is Disclosure {
  return typeof row === "object" && row !== null && "answer" in row && "address" in row && "exchangeId" in row && "at" in row;
}

function defaultConfig(): Parameters<typeof startPostern>[0]["config"] {
  const result = parseConfig("", { name: "postern.yaml", env: {} });
  if (!result.ok) throw new Error("the empty configuration is valid");
  return result.config;
}
