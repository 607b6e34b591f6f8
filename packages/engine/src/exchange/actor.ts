import type { Client } from "./exchange.ts";
import type { Ports } from "./ports.ts";

/**
 * Who asks, as keys at several widths. Hashes are keyed, 16 hex digits. Nothing here trusts a header for *more* than
 * narrowing: a client that changes its User-Agent gets a new narrow key but still spends its address's credits.
 */
export interface Actor {
  /** Narrowest: the proven principal if there is one, else (address, ja4, User-Agent). The unit of a disclosure. */
  readonly narrow: string;
  /** IPv4 /32 or IPv6 /64. */
  readonly network: string;
  /** In clear, for search, blocking and display (90 days). */
  readonly address: string;
  /** Keyed hash of the credential, when one was seen. */
  readonly credential: string | undefined;
  /** True when `credential` was proven to be a real caller's own: accepted where others are refused, and not shared by many callers. */
  readonly principal: boolean;
}

/** The address as counted: IPv4 as is (also when mapped into IPv6), IPv6 cut to its /64. Text that is no address is returned as is. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const bare = address.split("%", 1)[0] ?? address;
  const [head = "", tail] = bare.toLowerCase().split("::", 2);
  const left = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const right = tail === "" ? 0 : tail.split(":").length;
    while (left.length + right < 8 && left.length < 4) left.push("0");
  }
  return `${left
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** Builds the keys of one caller. `principal` is decided elsewhere, from how the service treats the credential. */
export function actorOf(
  ports: Ports,
  seen: { address: string; ja4?: string | undefined; userAgent?: string | undefined; credential?: string | undefined; principal?: boolean },
): Actor {
  return callersOf(ports).actor(seen, seen.userAgent ?? "", seen.credential, seen.principal === true);
}

/** The callers known under these ports; the same for the same ports. */
export function callersOf(ports: Ports): Callers {
  let callers = remembered.get(ports);
  if (callers === undefined) {
    callers = new Callers(ports);
    remembered.set(ports, callers);
  }
  return callers;
}

/**
 * Callers come back, and a keyed hash costs as much as all other counting of an exchange: the last ones are remembered, in memory only. Two generations
 * of {@link rememberedMax} addresses, each with its last program; longer texts than {@link rememberedCharactersMax} are hashed each time.
 */
export class Callers {
  readonly #ports: Ports;
  #young = new Map<string, Caller>();
  #old = new Map<string, Caller>();
  /** Gate and ledger ask for the same caller in turn. */
  #last: { readonly ja4: string; readonly userAgent: string; readonly actor: Actor } | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** As {@link actorOf}; `""` where the User-Agent is not known. */
  actor(client: { readonly address: string; readonly ja4?: string | undefined }, userAgent: string, credential: string | undefined, claimed: boolean): Actor {
    const { address, ja4 = "" } = client;
    const principal = claimed && credential !== undefined;
    const last = this.#last;
    if (
      last !== undefined &&
      last.actor.address === address &&
      last.actor.credential === credential &&
      last.actor.principal === principal &&
      (principal || (last.userAgent === userAgent && last.ja4 === ja4))
    )
      return last.actor;
    const caller = SharedClient.callerOf(client, this) ?? this.#caller(address);
    const narrow = principal ? this.#ports.hash("client", `principal\n${credential}`) : this.#narrow(caller, ja4, userAgent);
    const actor: Actor = { narrow, network: caller.hash, address, credential, principal };
    this.#last = { ja4, userAgent, actor };
    return actor;
  }

  /** A client, without ja4, for many exchanges to share: it carries its keys. `network` as {@link Callers.keysOf} gave it on another thread under the same key. */
  shared(address: string, network: string): SharedClient {
    return new SharedClient(address, this, { network: networkOf(address), hash: network, ja4: "", userAgent: "", narrow: "" });
  }

  /** The keys of a shared client with this User-Agent, as {@link Callers.keysOf} gave them. */
  know(client: Client, userAgent: string, narrow: string): void {
    const caller = SharedClient.callerOf(client, this);
    if (caller === undefined || caller.narrow !== "" || userAgent.length > rememberedCharactersMax) return;
    caller.userAgent = userAgent;
    caller.narrow = narrow;
  }

  /** The keyed hashes of a caller without ja4, not remembered. */
  keysOf(address: string, userAgent: string): CallerKeys {
    const network = networkOf(address);
    return { network: this.#ports.hash("client", network), narrow: this.#ports.hash("client", `${network}\n\n${userAgent}`) };
  }

  #narrow(caller: Caller, ja4: string, userAgent: string): string {
    if (caller.narrow !== "" && caller.userAgent === userAgent && caller.ja4 === ja4) return caller.narrow;
    const narrow = this.#ports.hash("client", `${caller.network}\n${ja4}\n${userAgent}`);
    if (userAgent.length + ja4.length > rememberedCharactersMax) return narrow;
    caller.userAgent = userAgent;
    caller.ja4 = ja4;
    caller.narrow = narrow;
    return narrow;
  }

  #caller(address: string): Caller {
    let caller = this.#young.get(address);
    if (caller !== undefined) return caller;
    caller = this.#old.get(address);
    if (caller === undefined) {
      const network = networkOf(address);
      caller = { network, hash: this.#ports.hash("client", network), ja4: "", userAgent: "", narrow: "" };
    }
    if (address.length > rememberedCharactersMax) return caller;
    if (this.#young.size >= rememberedMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(address, caller);
    return caller;
  }
}

/** See {@link Callers.shared}. To everybody else a client like any other. */
export class SharedClient implements Client {
  readonly address: string;
  readonly #of: Callers;
  readonly #caller: Caller;

  constructor(address: string, of: Callers, caller: Caller) {
    this.address = address;
    this.#of = of;
    this.#caller = caller;
  }

  static callerOf(client: object, callers: Callers): Caller | undefined {
    return #caller in client && client.#of === callers ? client.#caller : undefined;
  }
}

export type CallerKeys = Pick<Actor, "network" | "narrow">;

interface Caller {
  readonly network: string;
  readonly hash: string;
  ja4: string;
  userAgent: string;
  narrow: string;
}

const remembered = new WeakMap<Ports, Callers>();
/** With their hashes about 400 bytes each: 26 MB at the most in both generations. */
const rememberedMax = 32_768;
const rememberedCharactersMax = 640;
