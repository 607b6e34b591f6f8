import type { ClassMeaning } from "./class-structure.ts";
import { senseOf } from "./class-structure.ts";
import type { EndpointOracle } from "./endpoint-oracle.ts";

/** What a class says about its subject, and how we know. */
export interface MeaningOf {
  readonly meaning: ClassMeaning;
  readonly basis: "labels" | "structure";
}

/** Labels a class needs before they speak about it. */
const labelsMin = 3;
/** Labels on each side before they may call a class `nothing`: that verdict gives credits back. */
const nothingLabelsMin = 5;
/** A class of existing subjects only has at least its share of all among them; a fifth is left to chance. */
const oneSidedMin = 0.8;

/**
 * The meaning of each class, in the order of the endpoint's classes: from labels where there are at least three and nine in ten agree,
 * else from structure. Where labels turn the structure of one class round (a sign-up check that refuses what is taken), they turn the others.
 * A refusal that people got between two confirming answers confirms, too ({@link EndpointOracle.refusesKnown}).
 * The only class that those who follow up never get is said of nobody, where structure does not say ({@link EndpointOracle.shunned}).
 *
 * Errs towards `unknown`, which is charged like a telling answer; `nothing` needs labels on both sides, or a 4xx about the request's
 * form beside another class that plays "no such subject", unless it comes to questions that are well written ({@link EndpointOracle.refusesContent}).
 */
export function meaningsOf(oracle: EndpointOracle): readonly MeaningOf[] {
  const told = oracle.classes.records.map((_, symbol) => fromLabels(oracle, symbol));
  const shaped = oracle.classes.records.map((_, symbol) => fromStructure(oracle, symbol));
  const turned = told.some((meaning, symbol) => (meaning === "confirmed" || meaning === "denied") && shaped[symbol] === opposite(meaning));
  return told.map((meaning, symbol): MeaningOf => {
    if (meaning !== "unknown") return { meaning, basis: "labels" };
    const structural = shaped[symbol] ?? "unknown";
    // One of two such may be "these details differ", which nobody was seen to put right.
    if (structural === "unknown" && oracle.shunned === 1 << symbol) return { meaning: "denied", basis: "labels" };
    if (!turned && structural === "denied" && oracle.refusesKnown(symbol)) return { meaning: "confirmed", basis: "structure" };
    return turned && structural !== "nothing" ? { meaning: opposite(structural), basis: "labels" } : { meaning: structural, basis: "structure" };
  });
}

function fromLabels(oracle: EndpointOracle, symbol: number): ClassMeaning {
  const existing = oracle.proof.count(true, symbol);
  const missing = oracle.proof.count(false, symbol);
  if (existing + missing < labelsMin) return "unknown";
  if (existing >= nothingLabelsMin && missing >= nothingLabelsMin) {
    const ratio = existing / oracle.proof.total(true) / (missing / oracle.proof.total(false));
    if (ratio > 2 / 3 && ratio < 3 / 2) return "nothing";
  }
  // With one class only there is nothing to tell, whoever the labels are.
  if (oracle.classes.records.length < 2) return "unknown";
  // Who signs in may have made the account just then. While nobody is known to be missing, a class is held to confirm only if those who exist get it about as often as everybody.
  if (oracle.proof.total(false) < labelsMin && existing / oracle.proof.total(true) < oneSidedMin * oracle.classes.share(symbol)) return "unknown";
  if (existing >= 0.9 * (existing + missing)) return "confirmed";
  if (missing >= 0.9 * (existing + missing)) return "denied";
  return "unknown";
}

function fromStructure(oracle: EndpointOracle, symbol: number): ClassMeaning {
  const { classes } = oracle;
  const status = classes.records[symbol]?.status ?? 0;
  const others = [...classes.records.keys()].filter((other) => other !== symbol);
  const poor = others.some((other) => classes.isPoor(symbol, other));
  if (classes.aboutTheRequest(symbol)) {
    const subjectOnly = others.filter((other) => !classes.aboutTheRequest(other));
    const another = subjectOnly.some((missing) => subjectOnly.some((existing) => classes.isPoor(missing, existing)));
    if (another && status !== 403) {
      const content = oracle.refusesContent(symbol);
      return content === "no" ? "nothing" : content === "confirming" ? "confirmed" : "unknown";
    }
    return poor ? "denied" : "unknown";
  }
  const rich = others.some((other) => classes.isPoor(other, symbol));
  // "Wrong date of birth" is said of somebody who is there, however little that is beside what the right one gets.
  if (rich && poor) return status < 300 || senseOf(classes.records[symbol]?.key ?? "") === "wrong" ? "confirmed" : "unknown";
  return rich ? "confirmed" : poor ? "denied" : "unknown";
}

function opposite(meaning: ClassMeaning): ClassMeaning {
  return meaning === "confirmed" ? "denied" : meaning === "denied" ? "confirmed" : meaning;
}
