import type { Finding } from "@postern/engine";

/**
 * Why a finding is one, for somebody who knows no statistics: what was seen, how often, and how sure that makes it. The numbers themselves stay in `evidence`. Empty for a check it does not
 * know.
 */
export function plainEvidence({ check, verdict, evidence }: Pick<Finding, "check" | "verdict" | "evidence">): string {
  const of = (name: string): number => (typeof evidence[name] === "number" ? evidence[name] : 0);
  const list = (name: string): readonly string[] => (typeof evidence[name] === "object" ? evidence[name] : []);
  if (check === "existence-oracle") {
    const who = typeof evidence["subject"] === "string" ? evidence["subject"] : "subject";
    const told = of("bits") >= 0.995 ? "each answer tells it outright" : `an answer tells ${Math.max(1, Math.round(of("bits") * 100))} % of what one could`;
    const seen = `${several(of("lookups"), "question")} seen`;
    const beside = besideText[String(evidence["channel"])];
    if (beside !== undefined)
      return verdict === "proven"
        ? `Certain: ${beside}; it was compared with ${several(of("labels"), "subject")} known to exist or not, and an accident looks like this at most ${oddsOf(of("eValue"))}.`
        : `Likely, not proven: ${beside}; one caller met both within minutes.`;
    if (verdict !== "proven")
      return of("repeats") > 0
        ? `Likely, not proven: asked again about the same ${who}, it answered the same (${several(of("repeats"), "repeat")}), and about others something else; ${seen}.`
        : `Likely, not proven: its answers differ as if some were known and some not; ${seen}.`;
    const headers = list("headers");
    const where = headers.length === 0 ? "" : ` It is the headers that differ: ${headers.join(", ")}.`;
    return `Certain: it was compared with ${several(of("labels"), "answer")} about somebody who is known to exist or not, and an accident looks like this at most ${oddsOf(of("eValue"))}; ${told}; ${seen}.${where}`;
  }
  if (check === "timing-oracle") {
    const more = of("differenceMs") >= 0 ? "longer" : "shorter";
    const [least, most] = [of("differenceLowMs"), of("differenceHighMs")].map(Math.abs).sort((a, b) => a - b);
    const compared = `${several(of("labelsExisting"), "answer")} about somebody who exists with ${several(of("labelsMissing"), "answer")} about nobody, each hour for itself`;
    const coarse = of("unitMs") >= 1_000 ? " The times are in whole seconds, so this is rough." : of("unitMs") >= 1 ? " The times are in whole milliseconds." : "";
    return `${verdict === "proven" ? "Certain" : "Likely, not proven"}: about somebody who exists it takes ${tenth(Math.abs(of("differenceMs")))} ms ${more} (${tenth(least ?? 0)} to ${tenth(most ?? 0)}), comparing ${compared}. Over the internet an attacker needs about ${several(of("requestsAt20Ms"), "request")} to learn one answer, from nearby about ${of("requestsAt5Ms").toLocaleString("en")}.${coarse}`;
  }
  if (check === "uniform-answer-differs") {
    const beside = `${several(of("uniformAnswers"), "uniform answer")} and ${several(of("truthfulDenials"), "truthful denial")} were seen as their askers saw them`;
    const bits = `${of("bits").toFixed(3)} bit (${of("bitsLow").toFixed(3)} to ${of("bitsHigh").toFixed(3)}; 0.01 is allowed), and an accident looks like this at most ${oddsOf(of("eValue"))}`;
    return `Certain: ${beside}; one tells ${bits}.`;
  }
  if (check === "missing-authentication") {
    const refused = of("refusedWithoutCredential");
    const open = of("answeredWithoutCredential");
    const shared = of("answeredWithSharedCredential");
    const unknown = of("answeredWithCredentialRefusedElsewhere");
    const data = list("personalData");
    return [
      [
        ...(open > 0 ? [`answered ${times(open)} without a credential`] : []),
        ...(shared > 0 ? [`answered ${times(shared)} with a credential that every caller has`] : []),
        ...(unknown > 0 ? [`answered ${times(unknown)} with ${several(of("credentialsRefusedElsewhere"), "credential")} that other endpoints of the host refuse`] : []),
        refused === 0 ? "refused nobody for it" : `refused ${times(refused)}`,
      ].join(", "),
      ...(data.length === 0 ? [] : [`its answers hold data recognised as ${data.join(", ")}`]),
    ]
      .map((part, index) => (index === 0 ? part.charAt(0).toUpperCase() + part.slice(1) : part))
      .join("; ")
      .concat(".");
  }
  return "";
}

/** What beside the answer tells, see `SideChannels`. */
const besideText: Readonly<Record<string, string>> = {
  lockout: "after some tries some accounts are shut or limited, and others stay open for more",
  "follow-up": "a later request that carries what an earlier answer handed out is answered by whether the one asked about exists",
  "sign-up": "whoever signs up with what is taken is refused",
};

/** By Markov's inequality an e-value of a million comes by accident once in a million at most, however long one looks. */
function oddsOf(eValue: number): string {
  if (!Number.isFinite(eValue) || eValue >= 1e9) return "once in a thousand million";
  if (eValue >= 2e6) return `once in ${Math.floor(eValue / 1e6)} million`;
  return eValue >= 1e6 ? "once in a million" : `once in ${Math.max(1, Math.floor(eValue)).toLocaleString("en")}`;
}

function tenth(ms: number): string {
  return (Math.round(ms * 10) / 10).toLocaleString("en");
}

function several(value: number, one: string): string {
  return `${value.toLocaleString("en")} ${value === 1 ? one : `${one}s`}`;
}

function times(value: number): string {
  return value === 1 ? "once" : value === 2 ? "twice" : `${value.toLocaleString("en")} times`;
}
