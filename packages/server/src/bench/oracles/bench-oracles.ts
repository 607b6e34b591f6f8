import { mkdirSync, writeFileSync } from "node:fs";
import { random as seeded } from "@postern/testkit";
import { makePorts } from "../../keys/make-ports.ts";
import { measureNulls, measureReals } from "./measure-nulls.ts";
import { measureOwnAnswers, ownAnswersCells } from "./measure-own-answers.ts";
import { measurePower, powerCells } from "./measure-power.ts";
import { measureTiming, timingCells } from "./measure-timing.ts";
import { type OraclesRun, oraclesPage, oraclesText } from "./oracles-report.ts";

/**
 * `npm run bench:detection -- --oracles`: whether oracles are found, and nothing else. `months` of endpoints that are no oracle; runs of the rest follow from it: 10,000 months mean 240 runs
 * of each share of perfect oracles and 60 of each timing world, about ten minutes on one core. `write` renews docs/benchmarks/oracles.md.
 */
export function benchOracles(options: { readonly commit: string; readonly seed: string; readonly months: number; readonly json: boolean; readonly write: boolean }): void {
  const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
  const random = (seed: string): (() => number) => {
    const source = seeded(seed);
    return () => source.float();
  };
  const scale = Math.min(1, options.months / 10_000);
  const told = (text: string): void => {
    if (!options.json) process.stderr.write(`${text}\n`);
  };
  const runs = Math.max(1, Math.round(60 * scale));
  const run: OraclesRun = {
    commit: options.commit,
    seed: options.seed,
    timing: measureTiming(timingCells, runs, options.seed, ports, random, (id) => told(`time: ${id}`)),
    own: measureOwnAnswers(ownAnswersCells, Math.max(3_000, Math.round(12_000 * scale)), options.seed, ports, random, (id) => told(`own answers: ${id}`)),
    power: measurePower(
      powerCells,
      (cell) => Math.max(1, Math.round((cell.places.length === 1 ? 40 : 12) * scale)),
      options.seed,
      ports,
      random,
      (id) => told(`oracle: ${id}`),
    ),
    reals: measureReals(Math.max(4, Math.round(options.months / 10)), options.seed, ports, random),
    nulls: measureNulls(options.months, options.seed, ports, random, (done) => told(`no oracle: ${done} of 12 kinds`)),
  };
  if (options.write) {
    mkdirSync(pages, { recursive: true });
    writeFileSync(`${pages}/oracles.md`, oraclesPage(run));
  }
  process.stdout.write(options.json ? `${JSON.stringify(run)}\n` : `postern bench:detection --oracles · commit ${run.commit} · seed ${run.seed}\n\n${oraclesText(run)}`);
}

const pages = "docs/benchmarks";
