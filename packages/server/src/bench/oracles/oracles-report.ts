import { provenLogE } from "@postern/engine";
import type { NullRow, RealRow } from "./measure-nulls.ts";
import { powerLimits, provable } from "./power-limit.ts";
import type { OwnAnswersRow } from "./measure-own-answers.ts";
import type { PowerRow } from "./measure-power.ts";
import type { TimingRow } from "./measure-timing.ts";

export interface OraclesRun {
  readonly commit: string;
  readonly seed: string;
  readonly power: readonly PowerRow[];
  readonly nulls: readonly NullRow[];
  readonly reals: readonly RealRow[];
  readonly timing: readonly TimingRow[];
  readonly own: readonly OwnAnswersRow[];
}

/** What fell short of the bars, in words; empty when nothing did. */
export function missedBars({ power, nulls, reals, timing, own }: OraclesRun): string[] {
  const months = sum(nulls, "months");
  const still = sum(nulls, "stillSuspected");
  return [
    ...power
      .filter((row) => row.id.startsWith("perfect") && row.within120 < 0.99)
      .map(
        (row) =>
          `${row.id}: ${percent(row.within120)} proven within 120 labelled answers (bar 99 %), ${percent(row.proven)} in the end.${row.share >= 0.95 ? ` ${(100 * provable(row.share)).toFixed(1)} % is the most that any test of labels alone could reach (below).` : ""}`,
      ),
    ...power.filter((row) => row.proven < 1).map((row) => `${row.id}: never proven in ${percent(1 - row.proven)} of runs (${row.unproven.join(", ")}).`),
    ...(sum(nulls, "proven") > 1 ? [`${sum(nulls, "proven")} false proofs in ${months} months (bar 1).`] : []),
    ...(still > 1
      ? [
          `${still} of ${months} months of endpoints that are no oracle ended suspected (bar 1): ${nulls
            .filter((row) => row.stillSuspected > 0)
            .map((row) => `${row.id} ${row.stillSuspected}`)
            .join(", ")}.`,
        ]
      : []),
    ...reals.filter((row) => row.lost > 0).map((row) => `${row.id}: in ${row.lost} of ${row.months} months no suspicion was left at the end.`),
    ...(sum(nulls, "suspected") > 1
      ? [
          `In ${percent(sum(nulls, "suspected") / months)} of those months it was suspected for a while, until labels spoke against it: ${nulls
            .filter((row) => row.suspected > 0)
            .map((row) => row.id)
            .join(", ")}. Where no labels come, it stays so while something goes on supporting it, sixty days after: a suspicion means "answers differ as if some were known".`,
        ]
      : []),
    ...timing
      .filter((row) => row.deltaMs === 0 && row.proven + row.suspected > 0)
      .map((row) => `timing, ${row.id}: ${row.proven} proven and ${row.suspected} suspected of ${row.runs}.`),
    ...timing.filter((row) => Math.abs(row.deltaMs) >= 5 && row.proven < row.runs).map((row) => `timing, ${row.id}: proven in ${row.proven} of ${row.runs}.`),
    ...own.filter((row) => row.bitsHigh >= 0.01).map((row) => `own answers, ${row.id}: up to ${row.bitsHigh.toFixed(4)} bit (bar 0.01).`),
  ];
}

/** The tables, for people. */
export function oraclesText(run: OraclesRun): string {
  const missed = missedBars(run);
  return [
    "MISSED",
    ...(missed.length === 0 ? ["  nothing"] : missed.flatMap((line) => wrapped(line, 110).map((part, at) => `${at === 0 ? "  " : "    "}${part}`))),
    "",
    "LABELLED ANSWERS UNTIL PROVEN",
    ...table(
      ["", "runs", "median", "p95", "within 120", "in the end"],
      run.power.map((row) => [row.id, String(row.runs), count(row.median), count(row.p95), percent(row.within120), percent(row.proven)]),
    ),
    "",
    "ENDPOINTS THAT ARE NO ORACLE, MONTHS",
    ...table(
      ["", "months", "proven", "suspected at the end", "for a while"],
      [
        ...run.nulls.map((row) => [row.id, String(row.months), String(row.proven), String(row.stillSuspected), String(row.suspected)]),
        ["all", String(sum(run.nulls, "months")), String(sum(run.nulls, "proven")), String(sum(run.nulls, "stillSuspected")), String(sum(run.nulls, "suspected"))],
      ],
    ),
    "",
    "ENDPOINTS THAT ARE ORACLES, MONTHS",
    ...table(
      ["", "months", "proven", "lost"],
      run.reals.map((row) => [row.id, String(row.months), String(row.proven), String(row.lost)]),
    ),
    "",
    "TIME, 4,000 LABELLED ANSWERS IN TWO WEEKS",
    ...table(
      ["", "runs", "proven", "suspected", "median", "without strata"],
      run.timing.map((row) => [row.id, String(row.runs), String(row.proven), String(row.suspected), count(row.median), `${row.naive} found`]),
    ),
    "",
    "OUR OWN UNIFORM ANSWERS, BITS",
    ...table(
      ["", "answers", "the service's own", "ours", "at most", "by quarters only", "|z| of time"],
      run.own.map((row) => [
        row.id,
        String(row.answers),
        row.bitsBefore.toFixed(3),
        row.bits.toFixed(4),
        row.bitsHigh.toFixed(4),
        row.bitsByQuarter.toFixed(3),
        row.z === undefined ? "–" : row.z.toFixed(1),
      ]),
    ),
    "",
  ].join("\n");
}

/** The page: commit and seed, misses first. */
export function oraclesPage(run: OraclesRun): string {
  const missed = missedBars(run);
  const lines = [
    "# How soon an existence oracle is found, and how often one is found that is none",
    "",
    "`npm run bench:detection -- --oracles --write` makes this page. Requests and answers go through the real ledger (identifiers taken from path, query, JSON body and GraphQL variables; classes as learned),",
    "answers of endpoints that are no oracle and times through the real tracker, uniform answers through the real gate. A *label* is knowledge whether somebody exists, from sign-ins, sign-ups and typing slips;",
    "every person asks for himself. *Proven* and *suspected* are different verdicts.",
    "",
    `**Commit ${run.commit}, seed ${run.seed}.**`,
    "",
    "## Misses first",
    "",
    ...(missed.length === 0 ? ["None in this run."] : missed.map((line) => `- ${line}`)),
    "",
    "## Labelled answers until proven",
    "",
    "Perfect oracles: four places of the identifier times five channels (status, flag, code, shape, a header inside one class). The last rows have one channel or three.",
    "",
    "| oracle | runs | median | 95th percentile | within 120 | in the end |",
    "|---|---|---|---|---|---|",
    ...run.power.map((row) => `| ${row.id} | ${row.runs} | ${count(row.median)} | ${count(row.p95)} | ${percent(row.within120)} | ${percent(row.proven)} |`),
    "",
    `Proven means an e-value over ${Math.exp(provenLogE).toLocaleString("en", { maximumFractionDigits: 0 })}, watched at every label: at most five tests a month (class, headers, lockout, what follows, sign-up), so at most one false proof in 20,000 endpoint-months by Ville's inequality, while labels are honest. It was a million until`,
    "labels of one source were cut from twenty to ten; seventeen labels that fall as an attacker likes are the least that makes a proof, so it takes two sources.",
    "",
    "### The limit where 95 % exist",
    "",
    "Of 120 labels six are of missing people on average. If existing people always get one class and all others another, a row of answers with `m` missing has probability exp(−n·H(m/n)) under some frequencies that do not depend on existence; so no valid test can draw",
    "a larger e-value than its inverse, and one that rests on exchangeability alone no smaller p-value than one over the number of ways to choose `m` of 120.",
    "",
    "| missing labels | so few or fewer, in runs | largest e-value | smallest p-value by permutation |",
    "|---|---|---|---|",
    ...powerLimits(0.95).map((row) => `| ${row.missing} | ${(100 * row.soFew).toFixed(1)} % | ${row.eValueMax.toPrecision(2)} | ${(1 / row.permutations).toExponential(1)} |`),
    "",
    `So at our threshold no test reaches more than ${(100 * provable(0.95)).toFixed(1)} %, at 10,000 (all that the bar of one false finding in 10,000 endpoint-months allows) none more than 98.4 %, and 99 % would take a test that is wrong once in 320. What is missing to the limit is what not knowing the rule beforehand (1.5 nats)`,
    "and holding hours, callers and blocks of labels apart cost.",
    "",
    "## Endpoints that are no oracle",
    "",
    "Each month: about a thousand questions by people at home, in offices and at partners, a third of them repeats; about 400 labels. Proven counts at any time of the month.",
    "",
    "| endpoint | why its answers vary | months | proven | suspected at the end | suspected for a while |",
    "|---|---|---|---|---|---|",
    ...run.nulls.map((row) => `| ${row.id} | ${row.why} | ${row.months} | ${row.proven} | ${row.stillSuspected} | ${row.suspected} |`),
    "",
    "The same months of endpoints that are oracles; lost is neither suspected nor proven at the end.",
    "",
    "| endpoint | what it does | months | proven | lost |",
    "|---|---|---|---|---|",
    ...run.reals.map((row) => `| ${row.id} | ${row.why} | ${row.months} | ${row.proven} | ${row.lost} |`),
    "",
    "What it would be deceived by: a cause that goes along with existence and with the class, and shows neither in the order of labels, the hour, the application, the language nor in whether a credential or cookie was sent.",
    "",
    "## Time",
    "",
    "4,000 labelled answers of one class in two weeks, slow by day, when existing people are asked about. *Without strata* is what a plain rank test of the same times says.",
    "",
    "| world | runs | proven | suspected only | labels until proven, median | without strata | reported in the last run |",
    "|---|---|---|---|---|---|---|",
    ...run.timing.map((row) => `| ${row.id} | ${row.runs} | ${row.proven} | ${row.suspected} | ${count(row.median)} | ${row.naive} | ${row.reported} |`),
    "",
    "## Our own uniform answers",
    "",
    "One address asks until its credits are spent; then every answer is the gate's. Bits a single answer tells, by status, headers as sent, body and time together, in steps of 5 ms.",
    "",
    "| service | answers | its own answers | ours | upper end of 95 % | time by the next quarter of a second only | rank test of time, z |",
    "|---|---|---|---|---|---|---|",
    ...run.own.map(
      (row) =>
        `| ${row.id} | ${row.answers} | ${row.bitsBefore.toFixed(3)} | ${row.bits.toFixed(4)} | ${row.bitsHigh.toFixed(4)} | ${row.bitsByQuarter.toFixed(3)} | ${row.z === undefined ? "–" : row.z.toFixed(1)} |`,
    ),
    "",
  ];
  return lines.join("\n");
}

function sum(rows: readonly NullRow[], name: "months" | "proven" | "suspected" | "stillSuspected"): number {
  return rows.reduce((total, row) => total + row[name], 0);
}

function percent(share: number): string {
  const of100 = share * 100;
  return `${of100 > 99 && of100 < 100 ? of100.toFixed(1) : Math.round(of100)} %`;
}

function count(value: number | null): string {
  return value === null ? "–" : value.toLocaleString("en");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, at) => Math.max(cell.length, ...rows.map((row) => (row[at] ?? "").length)));
  return [head, ...rows].map((row) => `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  ")}`.trimEnd());
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
