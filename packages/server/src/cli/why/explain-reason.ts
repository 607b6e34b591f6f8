import { abusePolicy, defaultBudget, enumerationPolicy as policy, fanOutPolicy as fanOut, provenancePolicy as provenance } from "@postern/engine";

/**
 * Why the gate did what it did, in plain words, with the rule's numbers and what to write to have it otherwise. The numbers are the built-in
 * ones; a budget of the operator's own wins over them. A reason that this version does not know is named as such.
 */
export function explainReason(reason: string, endpoint: { readonly method: string; readonly path: string }): Explained {
  const budget = (line: string): string => yaml(["endpoints:", `  - match: ${JSON.stringify(`${endpoint.method} ${endpoint.path}`)}`, "    budget:", `      ${line}`]);
  switch (reason) {
    case "":
      return { words: "The gate decided nothing here: the exchange was recorded, or its endpoint is not guarded.", rule: null, undo: null };
    case "not-guarded":
      return { words: "No guarded endpoint: it takes no identifier, or asks its callers for a credential.", rule: null, undo: null };
    case "no-subject":
      return { words: "The endpoint is guarded, but the request asked about nobody.", rule: null, undo: null };
    case "within-budget":
      return {
        words: "The caller had credits for everybody it asked about.",
        rule: `A new caller starts with ${defaultBudget.startCredits} credits; they grow with its anchors to ${defaultBudget.maxCredits}.`,
        undo: null,
      };
    case "proven":
      return {
        words: "The caller proved who it is: what it was told it knew already, and its credits were given back.",
        rule: "At a sign-in only refusals are under the budget; what succeeds always passes.",
        undo: null,
      };
    case "expected":
      return {
        words: "The configuration expects this caller, and it had not yet asked about as many people today as it may.",
        rule: "`expected` names networks, a number of people a day and a last day; such questions cost nothing and no test counts them.",
        undo: null,
      };
    case "already-disclosed":
      return {
        words: "The caller was told about these people before; asking again tells nothing new and costs nothing.",
        rule: "A credit is spent once for each caller and person.",
        undo: null,
      };
    case "watched":
      return {
        words: "The endpoint is watched, not under a budget: nothing suggests yet that its answers give existence away.",
        rule: "A budget applies as soon as answers are suspected to depend on whether somebody exists.",
        undo: null,
      };
    case "aborted":
      return { words: "The service gave no complete answer, or the caller left before one was released. The credits were given back.", rule: null, undo: null };
    case "credits-spent":
      return {
        words: "The caller had asked about more different people than it had credits for, and did too little of what only real users can do.",
        rule: `D1: ${defaultBudget.startCredits} credits to start with; each anchor (sign-in, sign-up, finished registration) within ${minutes(policy.anchorWithinMs)} gives back ${policy.refundPerAnchor}, an idle caller regains one in ${minutes(policy.regainEveryMs)}.`,
        undo: budget(`startCredits: ${defaultBudget.startCredits * 4}   # a caller known to be honest, such as a partner's job, is better given a credential of its own`),
      };
    case "allowance-spent":
      return {
        words: "A caller with a credential asked about more people it had never asked about than its start, or its usual day, lets it.",
        rule: `A new caller may ask about ${fanOut.start.toLocaleString("en-US")} people in its first sitting, fewer where address books are seen to be smaller. A sitting is over after ${fanOut.sittingGapMs / 60_000} minutes; from then on a caller may ask about ${fanOut.dailyFactor} times its usual day and ${fanOut.dailyMargin}, and about what other callers here send in later sittings. People it asked about before are free.`,
        undo: budget("signedInCredits: 20000   # for a partner's first big month, or a help desk"),
      };
    case "list-unusual":
      return {
        words: "The request named more people at once than any usual program does here; such callers share a small allowance.",
        rule: `More than ${fanOut.listFactor} times the longest list of nine callers in ten; ${fanOut.unusualPerHour} people an hour for all of them together. A new program is usual as soon as one caller in ten uses it for a second day.`,
        undo: budget("signedInCredits: 20000   # for a partner's first big month, or a help desk"),
      };
    case "newcomers-surge":
      return {
        words: "Callers who send their first address book asked together about far more people than such callers ever did in so short a time, or far more of them side by side.",
        rule: `They share ${fanOut.freshFactor} times the busiest ten minutes seen and one caller's start, refilled at ${fanOut.freshFactor} times the busiest hour; while it is used up, an eighth of that. Side by side, all but the longest book may come to ${fanOut.besideFactor} times the most seen.`,
        undo: budget("signedInCredits: 2000   # a planned launch; each caller may then ask about so many, however many come"),
      };
    case "foreign-object":
      return {
        words: "The caller asked for an object by an id that the service never handed to it, where others read only what they were handed, and had used up what it may.",
        rule: `${provenance.foreignCredits} such objects a caller, and one more in ${provenance.foreignBackMs / 3_600_000} hours. Ids in lists and answers the service gave it, and objects it created, are free. What would change such an object is not passed on.`,
        undo: budget("signedInCredits: 1000   # where staff or a partner bring ids of their own; for each caller"),
      };
    case "batch-too-large":
      return {
        words: "One request asked about more people than can be told apart; it is answered as for unknown ones, as a whole.",
        rule: "A batch whose subjects cannot all be counted is never answered in part.",
        undo: null,
      };
    case "source-flagged":
      return {
        words: "The caller was flagged as enumerating: question after question, and nothing that an honest user does next.",
        rule: `D2: the evidence is at least ${Math.round(Math.exp(policy.flagAtLog)).toLocaleString("en-US")} to one; a flag lasts ${Math.round(policy.flagForMs / 86_400_000)} days. An honest caller leaves at most ${Math.round(policy.honestUnanchored * 100)} % of its questions without a follow-up. Counted only where follow-up was ever seen.`,
        undo: yaml(["# If its users do follow up elsewhere, tell Postern where:", "anchors:", "  - endpoint: POST /where/they/sign-in", "    kind: sign-in"]),
      };
    case "endpoint-surge":
      return {
        words: "Many callers that were never seen signing in asked at once, far above what is usual here; while that lasts only the usual rate of new ones is answered.",
        rule: `D3: a rate of ${policy.rateFactor} times the learned one is found out; the share of those that follow up decides whether it is a crowd or an attack.`,
        undo: budget("unanchoredCeiling: 0   # learned; a planned roll-out is best announced by anchors that its users reach"),
      };
    case "endpoint-closed":
      return {
        words: "An enumeration from many places at once was confirmed on this endpoint: new callers learn nothing while it lasts, known ones go on.",
        rule: `D3: confirmed at ${Math.round(Math.exp(policy.confirmAt)).toLocaleString("en-US")} to one; closed for at least ${minutes(policy.closedForMs)}, at most ${minutes(policy.closedForMaxMs)}, then tried again.`,
        undo: modeUndo,
      };
    case "newcomers-together":
      return {
        words: "Several callers that never signed in asked about more people each than a first visit needs, and together beyond what is left for all of them.",
        rule: `Each may ask about ${policy.newcomerFree}; what goes beyond comes from an allowance of ${policy.newcomerSurplus} above the learned rate, shared by all newcomers. Only where some callers were seen to follow up.`,
        undo: modeUndo,
      };
    case "ceiling":
      return {
        words: "The endpoint has given as many truthful answers to callers that never signed in as it may in a day.",
        rule: `D6: ${policy.ceilingFactor} times the busiest whole day learned, never below ${policy.ceilingFloor}; beyond that no more than ${policy.ceilingPerAnchor} for each caller that followed up that day, and at most ${policy.ceilingUnprovenMax.toLocaleString("en-US")} until a whole day was seen or where nobody ever follows up.`,
        undo: budget(`unanchoredCeiling: ${policy.ceilingFloor * 10}`),
      };
    case "rate-limit":
      return {
        words: "The caller sent more requests than a rate limit of the configuration allows.",
        rule: "See `limits` in postern.yaml.",
        undo: yaml(["limits:", `  - endpoint: ${JSON.stringify(`${endpoint.method} ${endpoint.path}`)}`, "    rate: 600/min", "    mode: observe"]),
      };
    case "code-limit":
      return {
        words: "The caller had sent one wrong code after another, and none that was right.",
        rule: `${abusePolicy.wrongCodes} wrong codes in a row a caller, ${abusePolicy.wrongCodesOfNetwork} times as many an address; then one in ${abusePolicy.wrongCodeBackMs / 60_000} minutes. Each right one gives ${abusePolicy.rightCodeGives} back.`,
        undo: budget("wrongCodes: 0   # only told"),
      };
    case "code-target":
      return {
        words: "Wrong codes had been tried on this person, or on this challenge, from places where nobody was ever right for them.",
        rule: `${abusePolicy.wrongCodesOfTarget} wrong codes on one person by all strangers together, then one in ${abusePolicy.wrongCodeTargetBackMs / 60_000} minutes. A right one ends the count; who was right there before is no stranger.`,
        undo: budget("wrongCodesOnOne: 0   # as many as they like"),
      };
    case "code-brake":
      return {
        words: "Codes were being guessed on many accounts, and callers who never were right had together sent as many wrong ones as do no harm.",
        rule: `At once ${abusePolicy.brakeBurst}, then so many a day as ${abusePolicy.brakeShare * 100} % of the codes there are, or ${abusePolicy.brakeUsual} times what is usual; it ends ${abusePolicy.brakeForMs / 3_600_000} hour after the last guess that speaks for an attack. Who was right before is not concerned.`,
        undo: budget("slowStrangers: false"),
      };
    case "sms-held":
      return {
        words: "Messages to numbers that begin like this one were proven to be pumped, and this number never confirmed a code; no message went out.",
        rule: `${abusePolicy.holdMs / 3_600_000} hours, twice as long each time it goes on, ${abusePolicy.holdMostMs / 86_400_000} days at most. One stranger's number may have a message every ${1_440 / abusePolicy.holdProbationPerDay} minutes, or ${abusePolicy.holdUsual} times as many as people there usually confirm; when those confirm, it ends.`,
        undo: budget("holdPumped: false   # only told"),
      };
    case "sms-probation":
      return {
        words: "Messages to numbers that begin like this one are held for being pumped; this one was let through in its turn, to learn whether people confirm there.",
        rule: `One stranger's number every ${1_440 / abusePolicy.holdProbationPerDay} minutes, or ${abusePolicy.holdUsual} times as many as people there usually confirm.`,
        undo: null,
      };
    case "sms-known":
      return { words: "Messages to numbers that begin like this one are held for being pumped; this number confirmed a code before and is not.", rule: null, undo: null };
    case "login-stuffed":
      return {
        words: "Leaked passwords were proven to be tried from this network, and this account never signed in from there.",
        rule: `For ${abusePolicy.heldSourceMs / 3_600_000} hour after the last such try: ${abusePolicy.heldTriesOfPair} tries an account and hour, ${abusePolicy.heldTries} a program, ${abusePolicy.heldTriesOfNetwork} in all (${abusePolicy.heldTriesShared} where ${abusePolicy.heldSharedPeople} people or more sign in), then one in ${abusePolicy.heldTryBackMs / 60_000} minutes. Each right one gives ${abusePolicy.rightCodeGives} back.`,
        undo: budget("holdStuffers: false   # only told"),
      };
    case "login-sprayed":
      return {
        words: "The password was proven to be tried on many accounts today, and this account never signed in from there.",
        rule: "Until the day (UTC) is over, at accounts that never signed in from the caller's network or with its credential.",
        undo: budget("holdSprayed: false   # only told"),
      };
    case "login-known":
      return { words: "Sign-ins are held here for tried passwords; this account signed in from there before and is not.", rule: null, undo: null };
    case "login-probation":
      return { words: "Leaked passwords are tried from this network; this try was one of those let through.", rule: null, undo: budget("holdStuffers: false   # only told") };
    case "prompt-limit":
      return {
        words: "Somebody was asked to agree on a device of his as often as one person may be within ten minutes.",
        rule: `${abusePolicy.promptsHard} at once, then one every ${abusePolicy.promptsWithinMs / 60_000} minutes, whoever asks.`,
        undo: yaml(["endpoints:", `  - match: ${JSON.stringify(`${endpoint.method} ${endpoint.path}`)}`, "    kind: other"]),
      };
    default:
      return { words: `The gate gave the reason ${JSON.stringify(reason.slice(0, 100))}, which this version does not know.`, rule: null, undo: null };
  }
}

export interface Explained {
  readonly words: string;
  /** The rule with its numbers; null where none took part. */
  readonly rule: string | null;
  /** Lines for postern.yaml that change it; null where there is nothing to undo. */
  readonly undo: string | null;
}

const modeUndo = yaml(["# Nothing is held back while Postern only observes:", "mode: observe"]);

function yaml(lines: readonly string[]): string {
  return lines.join("\n");
}

function minutes(ms: number): string {
  const hours = ms / 3_600_000;
  return hours >= 1 ? `${hours} h` : `${ms / 60_000} min`;
}
