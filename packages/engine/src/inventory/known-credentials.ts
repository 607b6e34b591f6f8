import { hash32 } from "./distinct-counter.ts";

/**
 * What the endpoints of one host made of the same credential, in the order of time: tells a door that looks at credentials from one that asks only for the presence of some.
 *
 * A credential is *refused elsewhere* for a door that answered it where another door of the host, which answers credentials that this door answers too, refused it with 401 (or as 401
 * is): before, or at most {@link soonMs} after the answer. What was refused later may have expired in between. Where yet another door answered it, at any time, it is
 * genuine and no proof ({@link CredentialDoor.refusedElsewhere}); only where none of those who answered it ever refused one is it still a doubt ({@link CredentialDoor.doubted}).
 * Doors that give data to strangers vouch for nothing.
 *
 * Mistakes: a host that says 401 for a missing right, to callers who use one endpoint only. Misses: two doors of the same host that both check nothing vouch for each
 * other: a doubt, no proof. In memory only, 32-bit hashes; at {@link credentialsMax} the oldest goes.
 */
export class KnownCredentials {
  readonly #known = new Map<number, Known>();

  /** The door answered it; `counts`: with what its caller came for. */
  answered(host: string, credential: string, door: CredentialDoor, { id, at }: Moment, network: number, counts: boolean): void {
    const known = this.#of(host, credential);
    for (const other of known.answered) if (other !== door) door.link(other);
    known.answeredAt = at;
    known.example = id;
    if (!known.answered.includes(door) && known.answered.length < doorsMax) known.answered.push(door);
    if (counts && known.refused.length > 0) door.suspect(known, network, id);
  }

  /** The door refused it with 401, or as 401 is. */
  refused(host: string, credential: string, door: CredentialDoor, { at }: Moment, network: number): void {
    door.checks = true;
    const known = this.#of(host, credential);
    if (!known.refused.includes(door) && known.refused.length < doorsMax) {
      if (known.answered.length > 0 && at - known.answeredAt > soonMs) return;
      known.refused.push(door);
    }
    if (at - known.answeredAt <= soonMs) for (const other of known.answered) if (other !== door) other.suspect(known, network, known.answered.length === 1 ? known.example : "");
  }

  get size(): number {
    return this.#known.size;
  }

  #of(host: string, credential: string): Known {
    const key = hash32(hash32(13, host), credential);
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= credentialsMax) for (const oldest of this.#known.keys()) if (this.#known.delete(oldest)) break;
      known = { answered: [], answeredAt: 0, example: "", refused: [] };
      this.#known.set(key, known);
    }
    return known;
  }
}

/** One endpoint as {@link KnownCredentials} knows it. */
export class CredentialDoor {
  /** It gave data to callers without a credential. */
  open = false;
  /** It refused a well-formed credential with 401. */
  checks = false;
  #into: CredentialDoor | undefined;
  /** Doors that answered a credential which this one answered too. */
  readonly #mates = new Set<CredentialDoor>();
  readonly #suspects = new Map<Known, Suspect>();
  #before: RefusedElsewhere = nobody;

  link(other: CredentialDoor): void {
    const [mine, theirs] = [this.#final(), other.#final()];
    if (mine === theirs) return;
    mine.#befriend(theirs);
    theirs.#befriend(mine);
  }

  suspect(known: Known, network: number, example: string): void {
    const mine = this.#final();
    const suspect = mine.#suspects.get(known);
    if (suspect === undefined) {
      if (mine.#suspects.size < suspectsMax) mine.#suspects.set(known, { network, answers: 1, example });
    } else suspect.answers++;
  }

  /** What is proven and what is doubted as of now. */
  get refusedElsewhere(): RefusedElsewhere {
    if (this.#suspects.size === 0) return this.#before;
    const networks = new Set<number>();
    const examples: string[] = [];
    const mates = new Set([...this.#mates].map((mate) => mate.#final()));
    let credentials = 0;
    let answers = 0;
    let doubted = 0;
    for (const [known, suspect] of this.#suspects) {
      if (!known.refused.some((door) => door.#final() !== this && mates.has(door.#final()))) continue;
      const by = known.answered.map((door) => door.#final());
      if (!by.some((door) => door.checks)) doubted++;
      if (by.some((door) => door !== this && !door.open)) continue;
      credentials++;
      answers += suspect.answers;
      networks.add(suspect.network);
      if (suspect.example !== "" && examples.length < examplesMax) examples.push(suspect.example);
    }
    const before = this.#before;
    return {
      credentials: Math.max(credentials, before.credentials),
      networks: Math.max(networks.size, before.networks),
      answers: Math.max(answers, before.answers),
      doubted: Math.max(doubted, before.doubted),
      examples,
    };
  }

  /** Goes on from what was written. */
  restore(before: RefusedElsewhere): void {
    this.#before = before;
  }

  absorb(other: CredentialDoor): void {
    if (other === this) return;
    other.#into = this;
    this.open ||= other.open;
    this.checks ||= other.checks;
    for (const mate of other.#mates) if (mate !== this) this.link(mate);
    for (const [known, suspect] of other.#suspects) if (this.#suspects.size < suspectsMax) this.#suspects.set(known, suspect);
    if (other.#before.credentials > this.#before.credentials) this.#before = other.#before;
    other.#mates.clear();
    other.#suspects.clear();
  }

  #befriend(mate: CredentialDoor): void {
    if (this.#mates.has(mate)) return;
    if (this.#mates.size >= matesMax) {
      // Those that became one since leave room.
      const mates = [...this.#mates].map((one) => one.#final());
      this.#mates.clear();
      for (const one of mates) if (one !== this) this.#mates.add(one);
    }
    if (this.#mates.size < matesMax) this.#mates.add(mate);
  }

  /** The door that this one became part of. */
  #final(): CredentialDoor {
    if (this.#into === undefined) return this;
    this.#into = this.#into.#final();
    return this.#into;
  }
}

/** Credentials that this door answered and others of its host refused. */
export interface RefusedElsewhere {
  readonly credentials: number;
  /** Networks that they came from. */
  readonly networks: number;
  readonly answers: number;
  /** Of any that no door vouches for which was ever seen to refuse one. */
  readonly doubted: number;
  /** Exchanges in which they were answered, since the start of this process; at most {@link examplesMax}. */
  readonly examples: readonly string[];
}

/** Of all hosts together: as many callers as are refused and answered within an hour or so. A stranger who sends more pushes out others' and with them proofs, never a verdict that stands. */
export const credentialsMax = 16_384;
/** A credential that was answered is not likely to expire within this time, and several are not. */
export const soonMs = 60_000;
/** Doors remembered of one credential: a caller's first. */
export const doorsMax = 8;
/** Suspect credentials counted of one door. */
export const suspectsMax = 64;
const matesMax = 64;
const examplesMax = 8;
const nobody: RefusedElsewhere = { credentials: 0, networks: 0, answers: 0, doubted: 0, examples: [] };

/** The exchange. */
interface Moment {
  readonly id: string;
  readonly at: number;
}

interface Known {
  readonly answered: CredentialDoor[];
  answeredAt: number;
  /** The latest exchange in which it was answered. */
  example: string;
  readonly refused: CredentialDoor[];
}

interface Suspect {
  readonly network: number;
  answers: number;
  readonly example: string;
}
