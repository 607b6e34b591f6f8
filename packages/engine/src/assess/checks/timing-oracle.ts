import type { TimingState } from "../../detect/oracle/timing-oracle.ts";
import type { Ports } from "../../exchange/ports.ts";
import { naturalKeyTypes } from "../../exchange/subject.ts";
import type { Finding } from "../finding.ts";
import { type OracleEvidence, subjectNamed } from "./existence-oracle.ts";

/** Requests about one identifier, over the internet, up to which a list can be worked through. */
const easyRequestsMax = 20;

/**
 * "How long it takes tells who has an account here", though the answers are alike. Labelled answers of one class are compared within hour, machine, cache and kind of caller, see
 * `TimingOracle`: proven at |z| above 5 with a difference of practical use, suspected above 4.
 *
 * High when a natural key is asked without a credential and twenty requests at 20 ms of jitter are enough for an answer; medium when one of these does not hold; low otherwise. Undefined while
 * there are fewer than forty labelled times of either side in one class: where the answers themselves tell existence apart there are none, and their time matters no more.
 *
 * It cannot see differences of the slowest tenth alone, differences that random delays hide, and what access logs in whole seconds hide. It mistakes a cause that goes along with
 * existence within the hour and shows in no header. In access logs the times hold the client's network as well.
 */
export function timingOracle(seen: Omit<OracleEvidence, "state"> & { readonly timing: TimingState | undefined }, ports: Ports): Finding | undefined {
  const { timing, traffic } = seen;
  if (timing === undefined || timing.verdict === "none") return undefined;
  const natural = seen.subjectTypes.some((type) => naturalKeyTypes.includes(type));
  const open = seen.authentication === "not enforced" || seen.authentication === "optional";
  const easy = timing.requestsAt20 <= easyRequestsMax;
  const held = [natural, open, easy].filter(Boolean).length;
  return {
    id: ports.hash("segment", `timing-oracle\n${seen.endpoint.id}`),
    check: "timing-oracle",
    severity: held === 3 ? "high" : held === 2 ? "medium" : "low",
    status: "open",
    verdict: timing.verdict,
    endpoint: seen.endpoint,
    title: `The time of the answer tells whether ${subjectNamed(seen.subjectTypes)} is known here`,
    evidence: {
      differenceMs: round(timing.deltaMs),
      differenceLowMs: round(timing.interval[0]),
      differenceHighMs: round(timing.interval[1]),
      z: round(timing.z),
      auc: round(timing.auc),
      spreadMs: round(timing.spreadMs),
      labelsExisting: timing.existing,
      labelsMissing: timing.missing,
      strata: timing.strata,
      requestsAt5Ms: timing.requestsAt5,
      requestsAt20Ms: timing.requestsAt20,
      requestsAtOwnSpread: timing.requestsAtSpread,
      unitMs: timing.unitMs,
      subject: natural ? (seen.subjectTypes.find((type) => naturalKeyTypes.includes(type)) ?? "identifier") : (seen.subjectTypes[0] ?? "identifier"),
      authentication: seen.authentication,
    },
    examples: traffic.examples.slice(0, 8),
    owasp: open ? "API6:2023" : "API3:2023",
    cwe: "CWE-208",
    fix: seen.signIn === true ? signInFix : fix,
    firstAt: traffic.firstAt,
    lastAt: traffic.lastAt,
  };
}

const signInFix =
  "Do the same work for an unknown account as for a wrong password: compare with a dummy hash of the same cost. A delay drawn at random only makes an attacker ask more often; waiting until a fixed moment does not.";
const fix =
  "Do the same work whether or not the subject exists, or do what differs after the answer: put messages and writes in a queue and answer at once. Where that cannot be, answer at a fixed moment, later than the slower side; a delay drawn at random only makes an attacker ask more often. Uniform answers of the gate wait that way already.";

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
