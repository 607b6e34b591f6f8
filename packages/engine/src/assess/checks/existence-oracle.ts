import type { OracleState } from "../../detect/oracle/oracle-tracker.ts";
import type { Ports } from "../../exchange/ports.ts";
import { naturalKeyTypes, type SubjectType } from "../../exchange/subject.ts";
import type { Finding } from "../finding.ts";

/** What is known of an endpoint that may tell who exists. */
export interface OracleEvidence {
  readonly endpoint: Finding["endpoint"];
  readonly state: OracleState;
  readonly subjectTypes: readonly SubjectType[];
  readonly authentication: "enforced" | "not enforced" | "optional" | "unproven";
  /** People sign in here, or ask for a code or a new password. */
  readonly signIn?: boolean;
  readonly traffic: {
    /** Questions answered between the two times (milliseconds since the epoch). */
    readonly lookups: number;
    readonly firstAt: number;
    readonly lastAt: number;
    readonly examples: readonly string[];
  };
}

/** An endpoint weaker than this many bits an answer, surely, is no finding. */
const bitsMin = 0.01;

/**
 * "Anyone can learn who has an account here." Suspected from repeats and contrast, proven from labelled answers, see `OracleTracker`.
 *
 * High when a natural key (phone, e-mail, user name) is asked without a credential; medium when only one of the two holds or
 * authentication was never tested; low otherwise. Undefined while nothing is suspected, when proof says the leak is below
 * 0.01 bit, and when ids that are nobody's name merely get different answers (paid or not), none of which looks like "no such". Headers are held against labels too, within a class. It cannot see oracles in time (those are `timing-oracle`), and takes a public catalogue for an oracle when its ids look like people's.
 */
export function existenceOracle(seen: OracleEvidence, ports: Ports): Finding | undefined {
  const { state, traffic } = seen;
  if (state.verdict === "none") return undefined;
  const labelled = state.labels > 0 && state.interval[1] < 1;
  if (state.verdict === "proven" && labelled && state.interval[1] < bitsMin) return undefined;
  const natural = seen.subjectTypes.find((type) => naturalKeyTypes.includes(type));
  if (state.verdict === "suspected" && state.channel === undefined && natural === undefined && seen.signIn !== true && !mayBeExistence(state)) return undefined;
  const open = seen.authentication === "not enforced" || seen.authentication === "optional";
  const what = natural ?? seen.subjectTypes[0] ?? "identifier";
  const headers = state.headers ?? [];
  const hours = Math.max(traffic.lastAt - traffic.firstAt, 60_000) / 3_600_000;
  return {
    id: ports.hash("segment", `existence-oracle\n${seen.endpoint.id}`),
    check: "existence-oracle",
    severity: natural !== undefined && open ? "high" : natural !== undefined || open ? "medium" : "low",
    status: "open",
    verdict: state.verdict,
    endpoint: seen.endpoint,
    title: `${tellerOf(state)} whether ${subjectNamed(seen.subjectTypes)} is known here`,
    evidence: {
      bits: round(state.bits),
      bitsLow: round(state.interval[0]),
      bitsHigh: round(state.interval[1]),
      eValue: Number(state.eValue.toPrecision(3)),
      labels: state.labels,
      repeats: state.repeats,
      repeatEvidenceNats: round(state.nats),
      contrastSources: state.contrastSources,
      ...(headers.length === 0 ? {} : { headers: [...headers] }),
      ...(state.channel === undefined ? {} : { channel: state.channel }),
      lookups: traffic.lookups,
      recordsPerHourSeen: Math.round(traffic.lookups / hours),
      subject: what,
      authentication: seen.authentication,
      classes: state.classes.slice(0, 8).map((record) => `${wordFor(record.meaning)} (by ${record.basis}, ${record.ids} subjects): ${record.key}`.slice(0, 300)),
    },
    examples: traffic.examples.slice(0, 8),
    // Without a credential it is a business flow anyone may automate; with one, an answer that holds more than it should.
    owasp: open ? "API6:2023" : "API3:2023",
    cwe: "CWE-204",
    fix: state.channel === undefined ? (seen.signIn === true ? signInFix : fixFor(open)) : besideFix[state.channel],
    firstAt: traffic.firstAt,
    lastAt: traffic.lastAt,
  };
}

function tellerOf({ headers, channel }: OracleState): string {
  if (channel !== undefined) return besideTeller[channel];
  return headers === undefined ? "The answer tells" : "Headers of the answer tell";
}

const besideTeller: Readonly<Record<NonNullable<OracleState["channel"]>, string>> = {
  lockout: "A lock or limit after some tries tells",
  "follow-up": "What comes after another answer tells",
  "sign-up": "A sign-up that is refused tells",
};

const besideFix: Readonly<Record<NonNullable<OracleState["channel"]>, string>> = {
  lockout:
    "Count tries and lock for every identifier alike, whether or not there is an account: the same number of tries, the same answer, the same wait. Limit callers as well, and tell the owner out of band.",
  "follow-up":
    "Let a later request answer alike whether or not the question that it follows was about somebody: the same states in the same time, for a ticket that leads nowhere, too.",
  "sign-up":
    "Answer a sign-up alike whether or not the identifier is taken, and carry on out of band: “we sent you a message”. Whoever owns it is told there that there is an account.",
};

/** `a phone number`, `an e-mail address`: the identifier that names a person, if one does. */
export function subjectNamed(types: readonly SubjectType[]): string {
  const what = types.find((type) => naturalKeyTypes.includes(type)) ?? types[0] ?? "identifier";
  return `${article(what)} ${nameOf(what)}`;
}

/** One class is an error, empty or short beside a full one: then both have a meaning. One class alone is learned anew after a change of name, and decides nothing. */
function mayBeExistence({ classes }: OracleState): boolean {
  return classes.length < 2 || (classes.some(({ meaning }) => meaning === "denied") && classes.some(({ meaning }) => meaning === "confirmed"));
}

/** Nobody can bring a credential to the place where it is made. */
const signInFix =
  "Answer an unknown account and a wrong password alike: same status, headers and body, and the same time, so compare with a dummy password where there is no account. Slow down and limit attempts for an account and for a caller, and tell the owner of the account out of band. Until then keep the disclosure budget on this endpoint in enforce: it limits what each caller, and all callers together, may learn.";

function fixFor(open: boolean): string {
  const uniform =
    "Give one and the same answer (status, headers, body, time) whether or not the subject exists, and carry on out of band: “if there is an account, we sent a message”.";
  const attest = open ? " Where an app must ask before sign-in, require app attestation or a proof of control (a code sent to the subject) first." : "";
  return `${uniform}${attest} Until then keep the disclosure budget on this endpoint in enforce: it limits what each caller, and all callers together, may learn.`;
}

function wordFor(meaning: string): string {
  switch (meaning) {
    case "confirmed":
      return "says it exists";
    case "denied":
      return "says it does not exist";
    case "nothing":
      return "says nothing";
    default:
      return "not yet understood";
  }
}

function nameOf(type: string): string {
  switch (type) {
    case "phone":
      return "phone number";
    case "email":
      return "e-mail address";
    case "username":
      return "user name";
    case "uuid":
      return "UUID";
    case "integer":
      return "integer id";
    default:
      return "identifier";
  }
}

function article(type: string): string {
  return type === "email" || type === "integer" || type === "opaque" || type === "identifier" ? "an" : "a";
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
