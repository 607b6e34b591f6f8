import { join } from "node:path";
import { atLeast, atMost, type BenchRow } from "./bench-report.ts";
import type { BenchContext } from "./bench-context.ts";
import { type Contender, startNginx, startPostern } from "./contenders.ts";
import { debianPart } from "./debian-part.ts";
import { FullLoad } from "./full-load.ts";
import { cpuSeconds, peakMemoryMiB, quiet } from "./process-figures.ts";
import { ratios, type Spread, spread } from "./statistics.ts";

/**
 * The gate with hub and store behind it, against a bare Node proxy and nginx, in front of one service, by turns. Throughput at full load, CPU of the
 * process that carries the bytes, latency at half of the gate's throughput, and the peak memory of each of Postern's processes.
 */
export async function measureProxies(context: BenchContext): Promise<BenchRow[]> {
  const { children, dir, quick, say, notes } = context;
  const origin = await children.role("origin");
  const direct: Contender = { name: "direct", port: Number(origin.said), pid: origin.pid };
  const bare = await children.role("bare", `http://127.0.0.1:${direct.port}`);
  const proxy = await children.role("proxy", `http://127.0.0.1:${direct.port}`);
  const client = await children.role("load");
  const nginxProgram = debianPart("nginx", say);
  const wrk = debianPart("wrk", say);
  if (nginxProgram === undefined) notes.push("nginx is not here and could not be installed: not compared with it.");
  if (wrk === undefined) notes.push("wrk is not here and could not be installed: the load came from our own client, which takes more of the cores.");
  const nginx = nginxProgram === undefined ? [] : [await startNginx(children, nginxProgram, direct.port, join(dir, "nginx"))];
  const token = "bench-token-0123456789abcdef0123456789abcdef";
  const postern = await startPostern(children, direct.port, join(dir, "postern"), token);
  const proxies: Contender[] = [{ name: "bare", port: Number(bare.said), pid: bare.pid }, ...nginx, { name: "proxy", port: Number(proxy.said), pid: proxy.pid }, postern.contender];
  const load = new FullLoad(children, client.child, wrk, dir);
  const settle = async (contender: Contender): Promise<number> => (contender.name === "gate" ? await quiet(Object.values(postern.pids), 15_000) : 0);

  const warmSeconds = quick ? 1 : 4;
  for (const contender of proxies) {
    await load.run(contender, warmSeconds);
    await settle(contender);
  }
  const rate = new Turns();
  const cpu = new Turns();
  const hubCpu: number[] = [];
  const behind: number[] = [];
  let failed = 0;
  const turns = quick ? 3 : 7;
  const seconds = quick ? 2 : 4;
  for (let turn = 0; turn < turns; turn++) {
    say(`throughput, turn ${turn + 1} of ${turns}`);
    for (const contender of proxies) {
      const before = cpuSeconds(contender.pid);
      const hubBefore = cpuSeconds(postern.pids.hub);
      const result = await load.run(contender, seconds);
      const answered = result.requestsPerSecond * seconds;
      if (contender.name === "gate") failed += result.failed;
      rate.add(contender.name, result.requestsPerSecond);
      cpu.add(contender.name, answered === 0 ? 0 : ((cpuSeconds(contender.pid) - before) * 1e6) / answered);
      const waited = await settle(contender);
      if (contender.name === "gate") {
        behind.push(waited);
        hubCpu.push(answered === 0 ? 0 : ((cpuSeconds(postern.pids.hub) - hubBefore) * 1e6) / answered);
      }
    }
  }
  if (failed > 0) notes.push(`${failed} requests through the gate were not answered 200 under full load.`);

  const half = rate.of("gate").median / 2;
  const p50 = new Turns();
  const p99 = new Turns();
  const calmTurns = quick ? 1 : 5;
  for (let turn = 0; turn < calmTurns; turn++) {
    say(`latency at half load, turn ${turn + 1} of ${calmTurns}`);
    for (const contender of [direct, ...proxies]) {
      const result = await load.paced(contender, seconds, half);
      p50.add(contender.name, result.p50Ms);
      p99.add(contender.name, result.p99Ms);
      await settle(contender);
    }
  }
  const lost = await missing(postern.consoleUrl, token);
  notes.push(
    lost === undefined
      ? "The hub did not say whether exchanges are missing."
      : `The hub states ${lost.missing} exchanges missing of ${lost.requests}; after a turn at full load it needed up to ${Math.max(...behind).toFixed(1)} s to have read everything.`,
  );
  const memory = (["gate", "hub", "store"] as const).map((role): BenchRow => memoryRow(role, peakMemoryMiB(postern.pids[role])));
  await children.endAll();
  return [...throughputRows(rate, cpu, hubCpu), ...latencyRows(p50, p99, half), ...memory];
}

/** Figures by contender and turn. */
class Turns {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }

  of(name: string): Spread {
    return spread(this.#values.get(name) ?? []);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }
}

const throughput = { part: "Gate: throughput, all of Postern on the same cores", unit: "req/s" } as const;

function throughputRows(rate: Turns, cpu: Turns, hubCpu: readonly number[]): BenchRow[] {
  const gate = rate.of("gate");
  const rows: BenchRow[] = [];
  for (const [name, bound] of [
    ["bare", 0.85],
    ["nginx", 0.45],
  ] as const) {
    if (!rate.has(name)) continue;
    const ratio = spread(ratios(gate.turns, rate.of(name).turns));
    rows.push({
      ...throughput,
      name: `against ${label(name)}`,
      value: gate,
      peer: { name: label(name), value: rate.of(name) },
      ratio,
      bar: atLeast(ratio.median, bound, `≥ ${bound * 100} %`),
    });
  }
  rows.push({
    ...throughput,
    name: "its proxy alone, judging nothing",
    value: rate.of("proxy"),
    peer: { name: label("bare"), value: rate.of("bare") },
    ratio: spread(ratios(rate.of("proxy").turns, rate.of("bare").turns)),
  });
  const part = "Gate: CPU a request of the process that carries the bytes (ratio: requests for the same CPU)";
  for (const name of ["bare", "nginx"] as const) {
    if (!cpu.has(name)) continue;
    // Turned round: more requests from the same CPU is better, as above.
    rows.push({
      part,
      name: `gate against ${label(name)}`,
      unit: "µs",
      value: cpu.of("gate"),
      peer: { name: label(name), value: cpu.of(name) },
      ratio: spread(ratios(cpu.of(name).turns, cpu.of("gate").turns)),
    });
  }
  const alone = spread(ratios(cpu.of("bare").turns, cpu.of("proxy").turns));
  rows.push({ part, name: "its proxy alone, judging nothing", unit: "µs", value: cpu.of("proxy"), peer: { name: label("bare"), value: cpu.of("bare") }, ratio: alone });
  rows.push({ part, name: "hub, behind the gate", unit: "µs", value: spread(hubCpu) });
  return rows;
}

function latencyRows(p50: Turns, p99: Turns, rate: number): BenchRow[] {
  const part = `Latency at half load, ${Math.round(rate).toLocaleString("en-US")} req/s`;
  const added = (of: Turns, to: string): Spread => spread(of.of("gate").turns.map((value, turn) => value - (of.of(to).turns[turn] ?? 0)));
  const row = (name: string, of: Turns, to: string, bar?: BenchRow["bar"]): BenchRow => ({
    part,
    name,
    unit: "ms",
    value: added(of, to),
    peer: { name: label(to), value: of.of(to) },
    ...(bar === undefined ? {} : { bar }),
  });
  return [
    row("added by the gate, p50", p50, "direct"),
    row("added by the gate, p99", p99, "direct", atMost(added(p99, "direct").median, 1, "≤ 1 ms")),
    row("more than the bare proxy, p50", p50, "bare"),
    row("more than the bare proxy, p99", p99, "bare"),
  ];
}

function label(name: string): string {
  return name === "bare" ? "bare Node proxy" : name === "direct" ? "no proxy" : name;
}

function memoryRow(role: "gate" | "hub" | "store", mebibytes: number): BenchRow {
  const row = { part: "Peak memory under the load above", name: role, unit: "MiB", value: spread([mebibytes]) };
  return role === "store" ? { ...row, bar: atMost(mebibytes, 1_500, "≤ 1.5 GB") } : row;
}

async function missing(consoleUrl: string, token: string): Promise<{ missing: number; requests: number } | undefined> {
  try {
    const text = await (await fetch(`${consoleUrl}/metrics`, { headers: { Authorization: `Bearer ${token}` } })).text();
    const read = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    const answer = { missing: read("postern_missing_exchanges_total"), requests: read("postern_requests_total") };
    return Number.isNaN(answer.missing) ? undefined : answer;
  } catch {
    return undefined;
  }
}
