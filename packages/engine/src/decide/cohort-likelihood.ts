import { DelayQuantile } from "../detect/observe/delay-quantile.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/**
 * Whether the newcomers of a surge are a crowd or an attack, as soon as their follow-ups can tell: Wald's likelihood ratio of what was seen of each by now. Of honest ones a share
 * follows up, of an enumerator's few, both after delays as those of the past; so a follow-up counts when it comes, and its absence by as much as it would have
 * come by now. Judging each member at one late age instead would leave a crowd of three thousand unanswered for three minutes.
 *
 * Before {@link DelayQuantile} knows enough, and at three minutes of age at the latest, absence counts in full: an attacker who follows up late with accounts of his own
 * cannot put the decision off. One who follows up at once shortens the learned delays; then honest crowds look idle and newcomers wait until the surge is over.
 *
 * Bound: {@link membersMax} members wait at once; further ones are not counted, which loses evidence in both directions alike.
 */
export class CohortLikelihood {
  readonly #delays = new DelayQuantile();
  #members: Member[] = [];
  /** Of those who are decided. */
  #sum = 0;

  /** Somebody followed up, `ms` after the answer. */
  followedUpAfter(ms: number): void {
    this.#delays.add(ms);
  }

  /** A surge may have begun at `from`: those before are none of its cohort. */
  clear(from: number): void {
    this.#members = this.#members.filter(({ givenAt }) => givenAt >= from);
    this.#sum = 0;
  }

  /** The alarm is raised at `at`: its cohort are those of the last three minutes, followed up or not, and who comes from now on. */
  begin(at: number): void {
    this.at(at, Number.POSITIVE_INFINITY);
    this.#sum = 0;
  }

  /** A newcomer was answered. */
  add(givenAt: number): void {
    if (this.#members.length >= membersMax) this.at(givenAt, policy.confirmAt);
    if (this.#members.length < membersMax) this.#members.push({ givenAt, anchored: false });
  }

  /** The member that was answered at `givenAt` followed up. */
  followedUp(givenAt: number): void {
    const member = this.#members.find((one) => one.givenAt === givenAt && !one.anchored);
    if (member !== undefined) member.anchored = true;
  }

  /** In nats: above zero speaks for an attack, below for a crowd. At most `most`. */
  at(at: number, most: number): number {
    let waiting = 0;
    const members: Member[] = [];
    for (const member of this.#members) {
      if (at - member.givenAt >= policy.cohortJudgedAfterMs) this.#sum = Math.min(most, this.#sum + (member.anchored ? present : absent(1)));
      else {
        members.push(member);
        waiting += member.anchored ? present : absent(this.#delays.share(at - member.givenAt) ?? 0);
      }
    }
    this.#members = members;
    return Math.min(most, this.#sum + waiting);
  }
}

interface Member {
  readonly givenAt: number;
  anchored: boolean;
}

const present = Math.log((1 - policy.cohortEnumeratorUnanchored) / (1 - policy.cohortHonestUnanchored));

/** No follow-up at an age by which the share `by` of those that come at all have come. */
function absent(by: number): number {
  return Math.log((1 - (1 - policy.cohortEnumeratorUnanchored) * by) / (1 - (1 - policy.cohortHonestUnanchored) * by));
}

/** A surge is decided by about ten; at twice as many as all its probes and tokens within three minutes of a busy service the list stays short. */
export const membersMax = 256;
