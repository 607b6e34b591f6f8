import { benchOptions, wrongOption } from "../bench-options.ts";
import type { Cell, CellAttack } from "./cell.ts";
import { cells } from "./cells.ts";
import { runCell } from "./run-cell.ts";

/**
 * How well an attack's clients are named: `npm run bench:detection -- --naming --cells 5k-fast --seeds 1`. Each cell is played with the attacker's requests in the
 * app's own shape, in one of its own and in twelve in turn, from networks of its own and from homes in honest people's networks. Precision: share of the sampled sources named that are on the
 * attacker's own list. Caught: share of the attack's questions the rule matches, as the product estimates it. Seeds are `train-…` unless `--test`.
 */
function bench(args: readonly string[]): void {
  const values = benchOptions(
    args,
    { cells: { type: "string", default: "5k-fast,20k-1s,nat-50-ja4" }, seeds: { type: "string", default: "1" }, test: { type: "boolean" }, observe: { type: "boolean" } },
    help,
  );
  if (values === undefined) return;
  const wanted = values.cells.split(",");
  const attacked = cells.filter((cell) => cell.attack !== undefined).map((cell) => cell.id);
  const unknown = wanted.filter((id) => !attacked.includes(id));
  if (unknown.length > 0) return wrongOption(`No such cell with an attack: ${unknown.join(", ")}. There are: ${attacked.join(", ")}`);
  if (!Number.isInteger(Number(values.seeds)) || Number(values.seeds) < 1) return wrongOption("--seeds is a whole number from 1.");
  for (const cell of cells) {
    const { attack } = cell;
    if (!wanted.includes(cell.id) || attack === undefined) continue;
    const hidden = attack.gateways !== undefined;
    for (const homes of hidden ? [false] : [false, true]) {
      for (const shape of ["app", "own", "rotating"] as const) {
        for (let n = 1; n <= Number(values.seeds); n++)
          process.stdout.write(`${named(cell, { ...attack, homes, shape }, `${values.test === true ? "test" : "train"}-${n}`, values.observe === true)}\n`);
      }
    }
  }
}

function named(cell: Cell, attack: CellAttack, seed: string, observe: boolean): string {
  const label = `${cell.id} ${seed} ${attack.gateways !== undefined ? "gateways" : attack.homes === true ? "homes" : "own networks"}, shape ${attack.shape}`;
  let line = `${label}: no alarm, nothing named`;
  runCell({ ...cell, attack }, seed, {
    mode: observe ? "observe" : "enforce",
    onDone: (judge, addresses) => {
      for (const id of judge.gate.endpointIds()) {
        const began = performance.now();
        const result = judge.ledger.questions.names.named(id, 0);
        if (result === undefined) continue;
        const ms = performance.now() - began;
        const right = result.named.filter((address) => addresses.has(address)).length;
        const rule = result.subsets
          .map(({ parts }) => parts.map(({ kind, values }) => `${kind} ${values.slice(0, 3).join("|")}${values.length > 3 ? `… (${values.length})` : ""}`).join(" + "))
          .join(" or ");
        line = `${label}: ${result.verdict}, caught ${(result.caught * 100).toFixed(0)} %, people ${result.matched} of ${result.people}, precision ${right}/${result.named.length}, sources ${result.sourcesNamed} of ${addresses.size}, attack ${result.attack.toFixed(0)}±${result.attackError.toFixed(0)} of ${result.asked}, s0 ${result.honestShare.toFixed(2)}, rule: ${rule}; alike by ${result.alikeBy.join(", ")}; ${ms.toFixed(0)} ms`;
      }
    },
  });
  return line;
}

const help = `Usage: npm run bench:detection -- --naming [options]

Plays attacks in the app's own request shape, in one of their own and in twelve in turn, and tells how well their clients are named.

  --cells A,B     these attacks (5k-fast,20k-1s,nat-50-ja4): a wrong name lists them all
  --seeds N       so many seeds, train-1 to train-N (1)
  --test          seeds test-1 to test-N
  --observe       Postern watches and refuses nothing
  -h, --help      this text
`;

bench(process.argv.slice(2));
