import { OracleTracker, type Ports } from "@postern/engine";
import { nullClasses, type NullEndpoint, nullEndpoints, type NullQuestion, realEndpoints } from "./null-endpoints.ts";

export interface NullRow {
  readonly id: string;
  readonly why: string;
  readonly months: number;
  readonly answers: number;
  readonly labels: number;
  /** Endpoint-months in which it was suspected at some time, still was when the month was over, or was proven at any time. */
  readonly suspected: number;
  readonly stillSuspected: number;
  readonly proven: number;
}

/**
 * Months of endpoints that are no oracle, through the tracker as the ledger feeds it: a thousand questions a month from people at home, in offices and at partners, a third of
 * them asked again; half of those who exist are seen signing in, half of the others are known for slips. Verdicts are looked at after every hundred answers.
 */
export function measureNulls(months: number, seed: string, ports: Ports, random: (seed: string) => () => number, told: (done: number) => void): NullRow[] {
  return measured(nullEndpoints, months, seed, ports, random, told);
}

/** The same months of endpoints that are oracles: how many end without a suspicion or a proof. */
export function measureReals(months: number, seed: string, ports: Ports, random: (seed: string) => () => number): RealRow[] {
  return measured(realEndpoints, months, seed, ports, random, () => undefined).map(({ id, why, months: played, stillSuspected, proven }) => ({
    id,
    why,
    months: played,
    proven,
    lost: played - stillSuspected - proven,
  }));
}

export interface RealRow extends Pick<NullRow, "id" | "why" | "months" | "proven"> {
  /** Neither suspected nor proven when the month was over. */
  readonly lost: number;
}

function measured(
  endpoints: readonly (NullEndpoint & { readonly labelled?: number })[],
  months: number,
  seed: string,
  ports: Ports,
  random: (seed: string) => () => number,
  told: (done: number) => void,
): NullRow[] {
  const rows: NullRow[] = [];
  for (const [index, endpoint] of endpoints.entries()) {
    const share = Math.floor(months / endpoints.length) + (index < months % endpoints.length ? 1 : 0);
    let [suspected, stillSuspected, proven, answers, labels] = [0, 0, 0, 0, 0];
    for (let month = 0; month < share; month += 1) {
      const seen = playMonth(endpoint, ports, random(`${seed} ${endpoint.id} ${month}`));
      if (seen.suspected) suspected += 1;
      if (seen.stillSuspected) stillSuspected += 1;
      if (seen.proven) proven += 1;
      answers += seen.answers;
      labels += seen.labels;
    }
    rows.push({ id: endpoint.id, why: endpoint.why, months: share, answers, labels, suspected, stillSuspected, proven });
    told(index + 1);
  }
  return rows;
}

const subjectsAMonth = 800;
const monthMs = 30 * 86_400_000;
const startMs = 1_760_000_000_000;

function playMonth(
  endpoint: NullEndpoint & { readonly labelled?: number },
  ports: Ports,
  random: () => number,
): { suspected: boolean; stillSuspected: boolean; proven: boolean; answers: number; labels: number } {
  const tracker = new OracleTracker();
  const classes = nullClasses(ports);
  const base = 0.15 + 0.8 * random();
  let suspected = false;
  let answers = 0;
  const questions: { at: number; subject: string; number: number; caller: string; network: string; of: number; application: number; again: boolean; exists: boolean }[] = [];
  for (let n = 0; n < subjectsAMonth; n += 1) {
    const at = random() * monthMs;
    const kind = random();
    // Most ask from home about themselves; some from twenty offices; some through three partners.
    const caller = kind < 0.75 ? `home-${n}` : kind < 0.95 ? `office-${Math.floor(random() * 20)}` : `partner-${Math.floor(random() * 3)}`;
    const of = caller.startsWith("home") ? random() : numberOf(caller);
    const application = random() < 0.5 ? 0 : 1;
    const question = { at, subject: `s-${n}`, number: random(), caller, network: caller, of, application, again: false };
    const exists = random() < endpoint.exists(drawn({ ...question, exists: false }, 0), base);
    questions.push({ ...question, exists });
    if (random() < 0.3) {
      const soon = random() < 0.5;
      const elsewhere = !soon && random() < 0.5;
      const later = at + (soon ? random() * 3_000_000 : random() * 6 * 86_400_000);
      const who = elsewhere ? { caller: `other-${n}`, network: `other-${n}`, of: random(), application: random() < 0.5 ? 0 : 1 } : {};
      if (later < monthMs) questions.push({ ...question, ...who, at: later, again: soon, exists });
    }
  }
  questions.sort((a, b) => a.at - b.at);
  for (const question of questions) {
    const at = startMs + question.at;
    const answer = endpoint.answer(drawn(question, random()));
    tracker.observe({
      endpointId: "e",
      subject: { type: "phone", hash: question.subject, location: { in: "query", name: "phone" } },
      responseClass: classes[answer],
      narrow: question.caller,
      network: question.network,
      at,
      kind: question.application === 0 ? "Old" : "New",
    });
    if (random() < (endpoint.labelled ?? 0.5)) tracker.label({ endpointId: "e", subject: question.subject, exists: question.exists, at: at + 60_000, narrow: question.network });
    answers += 1;
    if (answers % 100 === 0 && tracker.verdict("e") !== "none") suspected = suspected || tracker.verdict("e") === "suspected";
    if (answers % 100 === 0 && tracker.verdict("e") === "proven") return { suspected, stillSuspected: false, proven: true, answers, labels: tracker.state("e").labels };
  }
  const verdict = tracker.verdict("e");
  return { suspected: suspected || verdict === "suspected", stillSuspected: verdict === "suspected", proven: verdict === "proven", answers, labels: tracker.state("e").labels };
}

function drawn(question: { at: number; number: number; of: number; application: number; again: boolean; exists: boolean }, chance: number): NullQuestion {
  return {
    month: question.at / monthMs,
    hour: (question.at / 3_600_000) % 24,
    caller: question.of,
    subject: question.number,
    chance,
    again: question.again,
    application: question.application,
    known: question.exists,
  };
}

/** The same for the same office at every question. */
function numberOf(name: string): number {
  let hash = 2_166_136_261;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619);
  return (hash >>> 0) / 4_294_967_296;
}
