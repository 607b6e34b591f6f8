import type { RefusedElsewhere } from "./known-credentials.ts";
import type { OutcomeCounts } from "./posture-outcome.ts";

/**
 * What an endpoint's answers prove about its door:
 *
 * - `not enforced`: strangers (no credential, one that every caller shares, or one that cannot be genuine) got data at least {@link strangersMin} times and none of
 *   them was refused; callers with a credential got the same bytes, or none came. Also where a credential must be there and may be anything: without one callers are refused,
 *   with a malformed or shared one they are answered, or with {@link unknownMin} that other doors of the host refuse, from {@link unknownNetworksMin} networks;
 * - `optional`: strangers got data, and a credential makes a difference or may make one: other answers, or some strangers were refused;
 * - `enforced`: strangers were refused and never got data, and callers with a credential were answered. Credentials that were refused with 401 while others were
 *   answered count as strangers' refusals, and so does another's object refused; a 403 to a caller with a credential of his own may have any reason and proves nothing;
 *   Refusing only those who have none is taken for a door as long as nothing speaks against it; {@link doubtedMin} credentials that other doors of the host refused, answered here,
 *   do, until one is refused here;
 * - `unproven`: anything else. An endpoint always called with a token is unproven: nobody has seen it refuse.
 *
 * A method that changes something gives its caller what he came for with an empty answer too. Where a password or code in the body decides, a refusal is about that body:
 * it makes no door of an endpoint that answers strangers (signing in).
 */
export function verdictOf(counts: PostureCounts, more: PostureTallies): PostureVerdict {
  const { none, malformed, expired, otherPrincipal, valid, sharedConstant } = counts;
  const got = ({ data, empty }: OutcomeCounts): number => data + (more.reads ? 0 : empty);
  const answered = valid.data + valid.empty + otherPrincipal.data + otherPrincipal.empty;
  const noneGot = got(none);
  const noneRefused = none.refused - (noneGot > 0 ? Math.min(none.refused, more.bodyRefused) : 0);
  const posing = got(sharedConstant) + (answered > 0 ? got(malformed) : 0);
  const posingRefused = sharedConstant.refused + malformed.refused + expired.refused;
  const { credentials, networks, doubted } = more.refusedElsewhere;
  const seenToCheck = more.challenged + otherPrincipal.refused > 0;
  if (noneGot === 0 && !seenToCheck && credentials >= unknownMin && networks >= unknownNetworksMin) return "not enforced";
  if (noneGot === 0 && posing >= strangersMin) {
    if (sharedConstant.refused + malformed.refused === 0 && (got(sharedConstant) === 0 || got(valid) === 0)) return "not enforced";
    return "optional";
  }
  if (noneGot > 0) {
    if (noneRefused > 0 || posingRefused > 0 || more.challenged > 0) return "optional";
    if (answered === 0) return noneGot + posing >= strangersMin ? "not enforced" : "unproven";
    return noneGot >= strangersMin && more.alike > 0 && more.differs === 0 ? "not enforced" : "optional";
  }
  if (none.empty + sharedConstant.empty > 0 || posing > 0) return "unproven";
  const refused = none.refused + posingRefused + otherPrincipal.refused + more.challenged;
  if (doubted >= doubtedMin && !seenToCheck && expired.refused === 0) return "unproven";
  if (refused > 0 && answered > 0) return "enforced";
  return none.refused >= strangersMin && none.other === 0 && valid.refused === 0 && more.passed >= passedMin ? "enforced" : "unproven";
}

export type PostureVerdict = "enforced" | "not enforced" | "optional" | "unproven";

/** What each sort of credential got; {@link Posture} says how they are told apart. */
export interface PostureCounts {
  readonly none: OutcomeCounts;
  readonly malformed: OutcomeCounts;
  readonly expired: OutcomeCounts;
  readonly otherPrincipal: OutcomeCounts;
  readonly valid: OutcomeCounts;
  readonly sharedConstant: OutcomeCounts;
}

export interface PostureTallies {
  /** GET or HEAD. */
  readonly reads: boolean;
  /** Refused without a credential, with a password or code in the body. */
  readonly bodyRefused: number;
  /** Well-formed credentials refused with 401. */
  readonly challenged: number;
  /** Well-formed credentials that got beyond the door without an answer of 2xx. */
  readonly passed: number;
  /** Well-formed credentials answered here that other doors of the host refused. */
  readonly refusedElsewhere: RefusedElsewhere;
  /** Objects that came back with the same bytes with and without a credential, and with others. */
  readonly alike: number;
  readonly differs: number;
}

/** Answers with data before an endpoint is called not enforced: a single one may be a cache's or a slip's. */
export const strangersMin = 2;
/** Answers beyond the door, none of them 2xx, that show the door opens. */
export const passedMin = 3;
/** Credentials answered here and unknown to other doors of the host before a door is called none: one or two may have been issued or ended in between. */
export const unknownMin = 3;
/** Networks that they came from: one may be a client with sessions of a kind of its own. */
export const unknownNetworksMin = 2;
/** Credentials that other doors refused, from which on nobody knows whether this one looks at them. */
export const doubtedMin = 2;
