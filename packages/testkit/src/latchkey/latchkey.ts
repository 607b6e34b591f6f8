import type { Population } from "../population.ts";
import { population } from "../population.ts";
import { random } from "../random.ts";
import { openAccountStore } from "./account-store.ts";
import { memoryAccountStore } from "./memory-account-store.ts";
import { createAddressLimit } from "./address-limit.ts";
import type { Carrier } from "./carrier.ts";
import { createCarrier } from "./carrier.ts";
import { clientPlane } from "./client-plane.ts";
import { customerPlane } from "./customer-plane.ts";
import { createDashboard, customers } from "./dashboard.ts";
import type { Flaws } from "./flaws.ts";
import type { LatchkeyRequest, LatchkeyResponse, Reply } from "./message.ts";
import { no, yes } from "./message.ts";
import { customerKeyOf, derive } from "./secrets.ts";
import type { Call, Service } from "./service.ts";

/**
 * The example service: a believable multi-factor sign-in API, with the sins its flaw switches say. Everything in it is
 * synthetic. It is synchronous and in-process; {@link serveLatchkey} puts it on a socket.
 */
export interface Latchkey {
  readonly population: Population;
  readonly flaws: Flaws;
  /** Answers one request. Total: a request it cannot read gets a 4xx. */
  handle(request: LatchkeyRequest): LatchkeyResponse;
  /** Whether a number has an account now: the truth that notes and reports are held against. */
  holds(national: number): boolean;
  /** What the fake carrier has charged. */
  carrier(): ReturnType<Carrier["meter"]>;
  close(): void;
}

export interface LatchkeyOptions {
  readonly flaws: Flaws;
  /** People with an account on day one. */
  readonly accounts: number;
  readonly seed: string;
  /** Event time of requests that carry none. */
  readonly now: () => number;
  /** Database file; in memory, without a database, when absent. */
  readonly file?: string;
  /** When the carrier is down, event time, [from, to): a start by SMS or call gets 503, and nobody completes. */
  readonly outages?: readonly Outage[];
}

/** Milliseconds since the epoch, event time; `to` is no longer part of it. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

export function createLatchkey(options: LatchkeyOptions): Latchkey {
  const people = population({ seed: options.seed, accounts: options.accounts });
  const source = random(`${options.seed}/latchkey`);
  const store = options.file === undefined ? memoryAccountStore(people) : openAccountStore(people, options.file);
  let ids = 0;
  const service: Service = {
    population: people,
    flaws: options.flaws,
    store,
    carrier: createCarrier(),
    limit: createAddressLimit(),
    dashboard: createDashboard(options.seed),
    customerKeys: new Set(Array.from({ length: customers }, (_, customer) => customerKeyOf(options.seed, customer))),
    carrierDown: (at) => options.outages?.some((outage) => at >= outage.from && at < outage.to) === true,
    freshId: (prefix) => {
      ids += 1;
      return `${prefix}_${derive(options.seed, `${prefix}/${ids}`, 24)}`;
    },
    between: source.between,
  };
  let handled = 0;
  return {
    population: people,
    flaws: options.flaws,
    handle: (request) => {
      handled += 1;
      const at = request.at ?? options.now();
      // Registrations and approvals live minutes; a day later nobody can ask about them any more.
      if (handled % pruneEvery === 0) store.prune(at - 86_400_000);
      const reply = route(service, { ...split(request.url), method: request.method, headers: request.headers, body: request.body, address: request.address, at });
      const body = request.method === "HEAD" ? "" : JSON.stringify(reply.json);
      return {
        status: reply.status,
        headers: [...ordinaryHeaders, ["x-request-id", `r-${handled}`], ...(reply.headers ?? [])],
        body,
        durationMs: Math.round((source.between(2, 6) + (reply.extraMs ?? 0)) * 100) / 100,
      };
    },
    holds: (national) => store.accountByNumber(national) !== undefined,
    carrier: () => service.carrier.meter(),
    close: () => store.close(),
  };
}

const pruneEvery = 20_000;
const ordinaryHeaders: LatchkeyResponse["headers"] = [
  ["content-type", "application/json; charset=utf-8"],
  ["cache-control", "no-store"],
  ["server", "latchkey"],
];
/** Longer targets are refused unread. */
const urlCharsMax = 2_048;
const noQuery = new URLSearchParams();

function route(service: Service, call: Call): Reply {
  const [plane, version] = call.segments;
  if (plane === "client" && version === "v1") return clientPlane(service, call);
  if (plane === "customer" && version === "v1") return customerPlane(service, call);
  if (plane === "v1" && version === "login" && call.segments.length === 2) {
    return call.method === "POST" ? service.dashboard.signIn(call) : no(405, "Method not allowed.");
  }
  if (plane === "healthz" && call.segments.length === 1) return yes({ status: "ok" });
  return no(404, "Not found.");
}

function split(url: string): { readonly segments: readonly string[]; readonly query: URLSearchParams } {
  if (url.length > urlCharsMax) return { segments: [], query: noQuery };
  const origin = url.startsWith("/") ? url : url.slice(Math.max(0, url.indexOf("/", url.indexOf("://") + 3)));
  const mark = origin.indexOf("?");
  const path = mark < 0 ? origin : origin.slice(0, mark);
  return {
    segments: path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decoded),
    query: mark < 0 ? noQuery : new URLSearchParams(origin.slice(mark + 1)),
  };
}

function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
