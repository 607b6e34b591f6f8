import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type GatePolicy, type GuardedEndpoint, PosternError, sameDoor } from "@postern/engine";
import type { PastLife } from "../gate-hub-wire.ts";

/**
 * What the gate keeps of itself between lives, in `<data>/gate`: the last policy, so that it guards from the first request even when
 * the hub is away, and how many exchanges each life finished, so that a crash's losses can be counted. Neither holds an identifier.
 *
 * A life's count is one file of its own, gone when the hub has counted what that life lost: a gate that dies several times while the hub is
 * away still tells of each.
 */
export class GateState {
  readonly #dir: string;
  readonly #epoch: string;
  readonly #fd: number;
  readonly #cell = Buffer.alloc(16);
  readonly #past = new Map<string, PastLife>();
  #guards: { readonly policy: GatePolicy; readonly retired: readonly GuardedEndpoint[] } | undefined;
  #seq = 0;
  #at = 0;
  /** The number that stands in the file. */
  #told = 0;
  #turnFrom = 0;
  #turn: NodeJS.Immediate | undefined;
  readonly #turnOver = (): void => {
    this.#turn = undefined;
    if (this.#told !== this.#seq) this.#tell(this.#seq);
  };

  constructor(dataDir: string, epoch: string) {
    this.#dir = join(dataDir, "gate");
    this.#epoch = epoch;
    const lives = join(this.#dir, "lives");
    try {
      mkdirSync(lives, { recursive: true, mode: 0o700 });
      const names = readdirSync(lives)
        .filter((name) => /^[0-9a-z]{1,40}$/.test(name))
        .sort();
      for (const [n, name] of names.entries()) {
        const cell = readFileSync(join(lives, name));
        const life = { epoch: name, seq: cell.length === 16 ? cell.readDoubleLE(0) : 0, at: cell.length === 16 ? cell.readDoubleLE(8) : 0 };
        if (life.seq > 0 && n >= names.length - livesMax) this.#past.set(name, life);
        else rmSync(join(lives, name), { force: true });
      }
      this.#fd = openSync(join(lives, epoch), "w", 0o600);
    } catch (cause) {
      throw new PosternError("DATA_DIR_UNUSABLE", `The gate cannot keep its state in ${this.#dir}`, { cause });
    }
  }

  /** Lives that ended and whose losses nobody has counted yet, oldest first. */
  get previous(): readonly PastLife[] {
    return [...this.#past.values()];
  }

  /** The losses of that life are counted: it is forgotten. */
  settled(epoch: string): void {
    if (this.#past.delete(epoch)) rmSync(join(this.#dir, "lives", epoch), { force: true });
  }

  /**
   * Says that exchange number `seq` is finished: sixteen bytes handed to the operating system. The first of a turn of the event loop is written at
   * once; further ones of the same turn in growing steps ahead, put right when the turn ends. So a count left by a death is never less than what was
   * finished, and more by at most what its last turn had finished.
   */
  finished(seq: number, at: number): void {
    this.#seq = seq;
    this.#at = at;
    if (this.#turn === undefined) {
      this.#turnFrom = seq;
      this.#turn = setImmediate(this.#turnOver);
      this.#tell(seq);
    } else if (seq > this.#told) this.#tell(2 * seq - this.#turnFrom - 1);
  }

  /** Ends this life; `complete`: the hub has everything, nothing is left to count. */
  close(complete: boolean): void {
    clearImmediate(this.#turn);
    this.#turnOver();
    closeSync(this.#fd);
    if (complete) rmSync(join(this.#dir, "lives", this.#epoch), { force: true });
  }

  #tell(seq: number): void {
    this.#told = seq;
    this.#cell.writeDoubleLE(seq, 0);
    this.#cell.writeDoubleLE(this.#at, 8);
    writeSync(this.#fd, this.#cell, 0, 16, 0);
  }

  /** Undefined when none was saved or it cannot be read: then the hub's next one counts. */
  loadPolicy(): SavedGuards | undefined {
    try {
      const { retired, ...policy } = JSON.parse(readFileSync(join(this.#dir, "policy.json"), "utf8")) as GatePolicy & { readonly retired?: readonly GuardedEndpoint[] };
      if (!Array.isArray(policy.endpoints) || !Array.isArray(policy.principals)) return undefined;
      this.#guards = { policy, retired: retired ?? [] };
      return { policy, ...doorsOf(policy.endpoints, this.#guards.retired) };
    } catch {
      return undefined;
    }
  }

  /** Written whole and swapped in by rename: a crash leaves the old one or the new one. Guards that are gone stay known: what was spent there is still spent when they return. */
  savePolicy(policy: GatePolicy): void {
    const now = new Set(policy.endpoints.map((endpoint) => endpoint.id));
    const before = [...(this.#guards?.policy.endpoints ?? []), ...(this.#guards?.retired ?? [])];
    const retired = before.filter((endpoint) => !now.has(endpoint.id)).slice(0, retiredMax);
    this.#guards = { policy, retired };
    const file = join(this.#dir, "policy.json");
    writeFileSync(`${file}.new`, JSON.stringify({ ...policy, sprayed: undefined, endpoints: policy.endpoints.map(withoutFronts), retired: retired.map(withoutFronts) }), {
      mode: 0o600,
    });
    renameSync(`${file}.new`, file);
  }
}

export interface SavedGuards {
  readonly policy: GatePolicy;
  /** Guards of earlier policies, latest first; none that stands before a door of another one here. */
  readonly retired: readonly GuardedEndpoint[];
  /** Ids that guards of `policy` and `retired` had before, and those of other methods that they judge: journal rows stand under them. */
  readonly former: ReadonlyMap<string, string>;
}

/** Deaths the hub was not told of: beyond it the oldest is forgotten uncounted. A gate that dies more often with its hub away has other worries. */
export const livesMax = 64;
/** As many as the engine guards at once. */
export const retiredMax = 4_096;

/**
 * Which earlier guards are a present one under a former name. An endpoint that was declared and then learned has rows under both ids; counted
 * apart, whoever spent his credits before it was learned would have them again after a restart.
 */
function doorsOf(endpoints: readonly GuardedEndpoint[], earlier: readonly GuardedEndpoint[]): Pick<SavedGuards, "retired" | "former"> {
  const retired: GuardedEndpoint[] = [];
  const former = new Map<string, string>();
  for (const guard of earlier) {
    const now = endpoints.find((one) => sameDoor(one, guard) || one.formerly?.includes(guard.id) === true) ?? retired.find((one) => sameDoor(one, guard));
    if (now === undefined) retired.push(guard);
    else former.set(guard.id, now.id);
  }
  // Rows of methods without a guard were charged to the one that stands on their path.
  const guarded = new Set([...endpoints, ...retired].map(({ id }) => id));
  for (const guard of [...endpoints, ...retired]) {
    for (const [, id] of guard.others ?? []) if (!guarded.has(id) && !former.has(id)) former.set(id, guard.id);
  }
  return { retired, former };
}

/** Fronts are numbers in clear: not written down. The hub sends them anew; until then nobody is held off for them alone. */
function withoutFronts(endpoint: GuardedEndpoint): GuardedEndpoint {
  if (endpoint.named?.fronts === undefined) return endpoint;
  const { named, ...rest } = endpoint;
  const { fronts: _, ...clients } = named;
  return clients.subsets.length === 0 ? rest : { ...rest, named: clients };
}
