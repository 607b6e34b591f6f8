import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { labelOf, plainOutcome } from "../detect/kinds/outcome.ts";
import type { Key } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import { type ClassifiedAnswer, classifyResponse } from "../exchange/response-class.ts";
import { extractSubjects, type RequestParts } from "../exchange/subjects.ts";
import { CodeAllowances } from "./code-allowances.ts";
import { CodeBrakes } from "./code-brake.ts";
import { CodeTargets } from "./code-targets.ts";
import { type Draw, drawAll, giveBackAll } from "./draws.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { GuardMatcher } from "./guard-matcher.ts";
import { VoucherLimits, type VoucherTry } from "./voucher-limits.ts";

/**
 * Stops who guesses one-time codes before the service is asked, and by {@link VoucherLimits} who guesses those of coupons. No account is ever locked.
 *
 * - From one place: a caller whose tries are all wrong is refused after {@link CodeDoor.wrongCodes} of them; then one passes every half hour; what is counted says {@link CodeAllowances}.
 *   What a guesser has used up of an address that others share is not theirs: people known there, and targets at which hardly anybody guessed, draw on {@link policy.wrongCodesKept} more.
 * - On one person, from anywhere: {@link CodeTargets}.
 * - On many people, while that is proven: {@link CodeBrake}.
 *
 * In two phases, as everywhere: a try is charged when it comes, so that a burst is no way around; a right one gives it back and two more, so that nobody of whose tries a third is right is ever refused for
 * his own; one that the service did not judge (it failed, or too many requests) gives it back.
 *
 * Misses: a few tries each from many addresses on many people, until the hub has proven it; one person's codes where requests name only a challenge; guesses among right codes of one's own, two for each; lists
 * of codes in one request, which count as one; operations of GraphQL and JSON-RPC.
 * Mistakes: newcomers behind an address from which somebody guesses at ever other people all day.
 */
export class CodeLimits {
  readonly #ports: Ports;
  readonly #allowances = new CodeAllowances();
  readonly #targets = new CodeTargets();
  readonly #doors = new Map<string, CodeDoor>();
  readonly #brakes = new CodeBrakes();
  readonly #vouchers: VoucherLimits;
  #matcher: GuardMatcher | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#vouchers = new VoucherLimits(ports);
  }

  /** Replaces the endpoints; counts go on. */
  setDoors(doors: readonly CodeDoor[]): void {
    this.#doors.clear();
    for (const door of doors) this.#doors.set(door.id, door);
    this.#brakes.keep(this.#doors);
    this.#vouchers.keep(this.#doors);
    const paths = doors.filter(({ operation }) => operation === undefined);
    this.#matcher = paths.length === 0 ? undefined : new GuardMatcher(paths, this.#ports);
  }

  find(method: string, host: string, segments: readonly string[]): CodeDoor | undefined {
    const found = this.#matcher?.findDone(method, host, segments);
    return found === undefined ? undefined : this.#doors.get(found.id);
  }

  /** Charges one try. `whole`: all of the request was read. */
  take(door: CodeDoor, actor: Actor, parts: RequestParts | undefined, at: number, whole = true): CodeTry | CodeRefusal {
    if (door.voucher === true) return this.#vouchers.take(door, actor, parts, whole, at);
    const subjects = parts === undefined || door.subjects.length === 0 ? [] : extractSubjects(door.subjects, door.template, parts, this.#ports).subjects;
    const targets = this.#targets.targets(subjects);
    // Nobody has one code for so many people.
    if (targets === undefined) return { wait: policy.wrongCodeTargetBackMs, reason: "code-target" };
    const known = targets.length > 0 && this.#targets.knows(actor, targets);
    const missed = this.#targets.wrongOf(targets, at);
    // A policy kept from before may not say.
    const strange = known || !(door.wrongOnOne >= 1) ? [] : targets;
    const wait = this.#targets.take(strange, door.wrongOnOne, at);
    if (wait > 0) return { wait, reason: "code-target" };
    let draws: readonly Draw[] = this.#allowances.of(actor, door.wrongCodes);
    const short = drawAll(draws, at);
    if (short > 0) {
      draws = [this.#allowances.kept(actor), ...this.#allowances.ofCredential(actor, door.wrongCodes)];
      const others = targets.length > 0 && (known || missed <= policy.wrongOfKept);
      if (!others || drawAll(draws, at) > 0) {
        this.#targets.giveBack(strange, 1, at);
        return { wait: short, reason: "code-limit" };
      }
    }
    const stranger = !known && !this.#targets.knows(actor, []);
    const held = stranger && door.harmless !== undefined ? door.harmless : undefined;
    const later = held === undefined ? 0 : this.#brakes.of(door.id).take(held, at);
    if (later > 0) {
      this.#targets.giveBack(strange, 1, at);
      giveBackAll(draws, at, 1);
      return { wait: later, reason: "code-brake" };
    }
    return { doorId: door.id, draws, targets, strange, actor, held, stranger };
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle(tried: CodeTry, answer: ClassifiedAnswer | undefined, at: number): void {
    const door = this.#doors.get(tried.doorId);
    if ("voucher" in tried) return this.#vouchers.settle(tried, door, answer, at);
    const { doorId, draws, targets, strange, actor, held, stranger } = tried;
    const outcome = door === undefined || answer === undefined ? "none" : triedOutcome(door, answer, this.#ports);
    if (outcome === "wrong") {
      if (stranger && door !== undefined && door.harmless === undefined) this.#brakes.of(doorId).learn(at);
      return;
    }
    giveBackAll(draws, at, outcome === "right" ? 1 + policy.rightCodeGives : 1);
    if (held !== undefined) this.#brakes.of(doorId).giveBack(held, at);
    if (outcome === "right") this.#targets.right(actor, targets, at);
    else this.#targets.giveBack(strange, 1, at);
  }
}

/** A try that passed and is not judged yet. */
export type CodeTry = OneTimeTry | VoucherTry;

interface OneTimeTry {
  readonly doorId: string;
  readonly draws: readonly Draw[];
  readonly targets: readonly Key[];
  /** Those that were charged, for the caller was never right there. */
  readonly strange: readonly Key[];
  readonly actor: Actor;
  /** Charged to all strangers; see {@link CodeDoor.harmless}. */
  readonly held: number | undefined;
  readonly stranger: boolean;
}

/** For so many milliseconds, and why: for what the caller did, what was tried on this person, or what strangers do together. */
export interface CodeRefusal {
  readonly wait: number;
  readonly reason: "code-limit" | "code-target" | "code-brake";
}

/** How what was tried came out, by its answer. */
export function triedOutcome(door: Pick<CodeDoor, "classes"> & { readonly refusals?: readonly string[] }, answer: ClassifiedAnswer, ports: Ports): "right" | "wrong" | "none" {
  const seen = classifyResponse(door.classes, answer, ports);
  const label = labelOf(seen);
  const plain = plainOutcome(label);
  if (plain === "none") return "none";
  return plain === "refused" || plain === "missing" || door.refusals?.includes(label) === true ? "wrong" : "right";
}
