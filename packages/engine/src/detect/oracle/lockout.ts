import { RotatingMap } from "./rotating-map.ts";
import { SideProof } from "./side-proof.ts";

/** Subjects and networks remembered per endpoint; a flood of new ones pushes old ones out, which slows this channel only. */
export const lockoutSubjectsMax = 8_000;
export const lockoutNetworksMax = 2_000;
/** Tries after which an account may shut; beyond, it is a limit of volume. */
export const lockoutTriesMax = 32;
/**
 * One network must have seen so many accounts shut after the same number of tries, nine in ten of all that it saw shut, and so many stay open two tries beyond it: a limit that counts the caller
 * shuts after any number.
 */
export const shutSubjectsMin = 4;
export const openSubjectsMin = 4;
export const sameTriesShare = 0.9;
/** Three of them were tried again and still shut, and none was open again within {@link staysShutMs}; or twice as many shut, for whoever turns to the next at once. */
export const confirmedMin = 3;
export const staysShutMs = 60_000;
/** So often its very next question about somebody else was open again, within {@link turnWithinMs}: a limit that counts the caller stays shut. */
export const turnsMin = 3;
export const turnWithinMs = 5_000;

/** One try at an account (a password, a code sent, a reset) and how it was answered. */
export interface Try {
  readonly subject: string;
  readonly classId: string;
  readonly status: number;
  readonly retryAfter: boolean;
  /** At a door, what is no refusal: the account is open again, and nothing is counted. */
  readonly accepted: boolean;
  /** At a door another refusal than the last two counts as shutting, whatever its status. */
  readonly door: boolean;
  readonly network: string;
  readonly asker: string;
  readonly kind: number;
  readonly at: number;
}

/**
 * A lock, or a limit for one identifier, that only accounts which exist have: after `k` tries one is told "locked" or "too many tries" (423, 429, `Retry-After`, at a door any other refusal than
 * before), another never. Status and words of the single answer may be alike for all; the tries are what tells.
 *
 * `suspected`: one network saw four accounts shut after the same number of tries, and stay so, and four others open beyond that many, while its next questions about others went on being
 * answered. Limits of a caller shut everything for him and open for everything; limits of an identifier that hold for unknown ones, too, leave none open. `proof`: the same by labels,
 * whoever tried.
 *
 * Misses locks that answer 2xx, that open again within a minute, that come after more than {@link lockoutTriesMax} tries or at random, and until labels come those of a crowd in which each network tries few accounts. Somebody
 * whose rhythm of tries makes a caller's limit look like one can raise the suspicion, which only starts the budget.
 */
export class Lockout {
  readonly #subjects = new RotatingMap<Account>(lockoutSubjectsMax);
  readonly #networks = new RotatingMap<Network>(lockoutNetworksMax);
  /** Tries that any account stood before it shut: the fewest. */
  #fewest = lockoutTriesMax + 1;
  suspected = false;
  /** When the suspicion was last supported; 0 never. */
  supportedAt = 0;
  side = new SideProof();

  tried(seen: Try): void {
    const account = this.#subjects.get(seen.subject);
    if (seen.accepted) {
      if (account !== undefined) account.tries = account.shut = 0;
      return;
    }
    const shut = shuts(seen, account);
    const before = account?.tries ?? 0;
    const tries = shut ? before : before + 1;
    const first = shut && account?.shut !== 1;
    const shutAt = shut ? (account?.shut === 1 ? account.shutAt : seen.at) : 0;
    const now: Account = { tries, classId: shut ? (account?.classId ?? "") : seen.classId, shut: shut ? 1 : 0, shutAt };
    if (account === undefined) this.#subjects.add(seen.subject, now);
    else this.#subjects.set(seen.subject, now);
    const reopened = !shut && account?.shut === 1 && seen.at - account.shutAt <= staysShutMs;
    // What is shut at the first try was shut by somebody else before, or for everybody.
    if (shut && before === 0) {
      if (first) this.#network(seen.network).shuts += 1;
      return;
    }
    if (tries > lockoutTriesMax) return;
    if (first) this.#fewest = Math.min(this.#fewest, before);
    if (first || (!shut && tries > this.#fewest)) this.side.observe({ subject: seen.subject, outcome: shut ? "shut" : "open", at: seen.at, kind: seen.kind, asker: seen.asker });
    this.#contrast(seen, shut, first, reopened, tries);
  }

  exportState(): unknown {
    return { fewest: this.#fewest, suspected: this.suspected, supportedAt: this.supportedAt, side: this.side.exportState() };
  }

  /** Tries before a restart are forgotten, what they taught is not. */
  static restore(state: unknown): Lockout {
    const lockout = new Lockout();
    if (typeof state !== "object" || state === null) return lockout;
    const from = state as Partial<Record<string, unknown>>;
    lockout.#fewest = Number(from["fewest"]) || lockoutTriesMax + 1;
    lockout.suspected = from["suspected"] === true;
    lockout.supportedAt = Number(from["supportedAt"]) || 0;
    lockout.side = SideProof.restore(from["side"]);
    return lockout;
  }

  #contrast(seen: Try, shut: boolean, first: boolean, reopened: boolean, tries: number): void {
    const network = this.#network(seen.network);
    if (shut) {
      if (first) {
        network.shutAfter = counted(network.shutAfter, tries);
        network.shuts += 1;
      } else network.confirmed += 1;
      network.shutAt = seen.at;
      network.shutSubject = seen.subject;
    } else {
      if (reopened) network.reopened += 1;
      network.openFor = counted(network.openFor, tries);
      if (network.shutSubject !== "" && network.shutSubject !== seen.subject) {
        if (seen.at - network.shutAt <= turnWithinMs) network.turns += 1;
        network.shutSubject = "";
      }
    }
    if (network.turns < turnsMin || network.reopened > 0) return;
    const least = network.confirmed >= confirmedMin ? shutSubjectsMin : 2 * shutSubjectsMin;
    for (let k = 1; k <= lockoutTriesMax; k += 1) {
      const after = network.shutAfter[k] ?? 0;
      if (after < least || after < sameTriesShare * network.shuts || (network.openFor[k + 2] ?? 0) < openSubjectsMin) continue;
      this.suspected = true;
      this.supportedAt = Math.max(this.supportedAt, seen.at);
    }
  }

  #network(name: string): Network {
    let network = this.#networks.get(name);
    if (network === undefined) {
      network = { shutAfter: none, openFor: none, shuts: 0, confirmed: 0, reopened: 0, turns: 0, shutAt: 0, shutSubject: "" };
      this.#networks.add(name, network);
    }
    return network;
  }
}

interface Account {
  tries: number;
  readonly classId: string;
  /** 1: shut, first at this time. */
  shut: number;
  readonly shutAt: number;
}

interface Network {
  /** By tries, as far as there were any: accounts that shut after so many, and accounts that were still open at so many. At most {@link lockoutTriesMax} and one. */
  shutAfter: number[];
  openFor: number[];
  /** Accounts that it saw shut, tries of those again that were shut still, and that were open soon. */
  shuts: number;
  confirmed: number;
  reopened: number;
  turns: number;
  shutAt: number;
  shutSubject: string;
}

function shuts({ status, retryAfter, door, classId }: Try, account: Account | undefined): boolean {
  if (status < 400) return false;
  if (status === 423 || status === 429 || retryAfter) return true;
  if (!door || account === undefined) return false;
  return account.classId !== "" && account.classId !== classId && (account.shut === 1 || account.tries >= 2);
}

/** One more at this place. Most networks try once: a row that is too short is made anew, since pushing makes room for seventeen. */
function counted(row: number[], place: number): number[] {
  const grown = place < row.length ? row : Array.from({ length: place + 1 }, (_, i) => row[i] ?? 0);
  grown[place] = Math.min(65_535, (grown[place] ?? 0) + 1);
  return grown;
}

/** Never written to: it has no place. */
const none: number[] = [];
