import { type ClassifiedAnswer, classifyResponse, type Ports } from "@postern/engine";

/** What the answer to one question is decided by: of an endpoint that is no oracle never whether its subject exists, but what existence may go along with. */
export interface NullQuestion {
  /** Share of the month that is over. */
  readonly month: number;
  /** Hours since midnight. */
  readonly hour: number;
  /** One number per caller and one per subject, 0 to 1, the same at every question. */
  readonly caller: number;
  readonly subject: number;
  /** 0 to 1, another one at every question. */
  readonly chance: number;
  /** Asked before within the hour. */
  readonly again: boolean;
  /** Old or new application, seen in the request's `User-Agent`. */
  readonly application: number;
  /** Read by {@link realEndpoints} alone. */
  readonly known: boolean;
}

/** An endpoint that tells nothing about existence, and why its answers vary all the same. */
export interface NullEndpoint {
  readonly id: string;
  readonly why: string;
  /** Chance that a subject asked about exists. */
  readonly exists: (question: NullQuestion, base: number) => number;
  /** Which of its answers it gives. */
  readonly answer: (question: NullQuestion) => NullAnswer;
}

export type NullAnswer = "rich" | "poor" | "other" | "missing" | "cached";

const day = (hour: number): number => Math.sin(((hour - 8) / 24) * 2 * Math.PI);
const steady = (_: NullQuestion, base: number): number => base;
const clamp = (share: number): number => Math.min(0.97, Math.max(0.03, share));

/** Twelve ways in which answers vary without telling who exists. */
export const nullEndpoints: readonly NullEndpoint[] = [
  { id: "uniform", why: "one answer for all", exists: steady, answer: () => "rich" },
  { id: "test-arm-request", why: "one of two layouts, drawn for every request", exists: steady, answer: ({ chance }) => (chance < 0.3 ? "poor" : "rich") },
  { id: "test-arm-caller", why: "one of two layouts, drawn for every caller", exists: steady, answer: ({ caller }) => (caller < 0.3 ? "poor" : "rich") },
  { id: "caller-refused", why: "404 for callers outside a region, 200 for others", exists: steady, answer: ({ caller }) => (caller < 0.2 ? "missing" : "rich") },
  {
    id: "cache",
    why: "asked again within the hour, it answers from a cache with another layout",
    exists: steady,
    answer: ({ again, chance }) => (again || chance < 0.1 ? "cached" : "rich"),
  },
  { id: "shards", why: "one of two layouts by a hash of the identifier", exists: steady, answer: ({ subject }) => (subject < 0.4 ? "other" : "rich") },
  {
    id: "load-by-day",
    why: "a shorter answer under load by day, when existing people are asked about",
    exists: ({ hour }, base) => clamp(base + 0.3 * day(hour)),
    answer: ({ hour, chance }) => (chance < 0.5 + 0.4 * day(hour) ? "poor" : "rich"),
  },
  {
    id: "roll-out",
    why: "a new layout reaches all requests within the month, while the share of existing people grows",
    exists: ({ month }, base) => clamp(base - 0.3 + 0.5 * month),
    answer: ({ month, chance }) => (chance < month ? "other" : "rich"),
  },
  {
    id: "release",
    why: "a new layout for all from one day on, when the share of existing people changes too",
    exists: ({ month }, base) => clamp(month < 0.5 ? base : base - 0.3),
    answer: ({ month }) => (month < 0.5 ? "rich" : "other"),
  },
  {
    id: "application",
    why: "the old application gets a shorter answer, and old customers have the old application",
    exists: ({ application }, base) => clamp(application === 0 ? base + 0.25 : base - 0.25),
    answer: ({ application }) => (application === 0 ? "poor" : "rich"),
  },
  {
    id: "incidents",
    why: "two hours of every third day it answers shortly and sign-ins fail, so that fewer are known to exist",
    exists: ({ month, hour }, base) => (incident(month, hour) ? base * 0.3 : base),
    answer: ({ month, hour }) => (incident(month, hour) ? "poor" : "rich"),
  },
  { id: "rare-change", why: "one request in two hundred gets another layout", exists: steady, answer: ({ chance }) => (chance < 0.005 ? "poor" : "rich") },
];

/** Oracles in the same traffic: what takes a false suspicion back must not take theirs. */
export const realEndpoints: readonly (NullEndpoint & { readonly labelled: number })[] = [
  { id: "real", why: "tells outright", labelled: 0.5, exists: steady, answer: ({ known }) => (known ? "rich" : "missing") },
  { id: "real, without labels", why: "the same, nobody known to exist", labelled: 0, exists: steady, answer: ({ known }) => (known ? "rich" : "missing") },
  {
    id: "real, one in ten wrong",
    why: "tells, but for one answer in ten",
    labelled: 0.5,
    exists: steady,
    answer: ({ known, chance }) => (known === chance >= 0.1 ? "rich" : "missing"),
  },
  {
    id: "real, one in ten wrong, without labels",
    why: "the same, nobody known to exist",
    labelled: 0,
    exists: steady,
    answer: ({ known, chance }) => (known === chance >= 0.1 ? "rich" : "missing"),
  },
];

function incident(month: number, hour: number): boolean {
  return Math.floor(month * 30) % 3 === 1 && hour >= 14 && hour < 16;
}

/** The class of each answer, as the ledger would make it. */
export function nullClasses(ports: Ports): Readonly<Record<NullAnswer, ReturnType<typeof classifyResponse>>> {
  const of = (status: number, json: ClassifiedAnswer["json"]): ReturnType<typeof classifyResponse> =>
    classifyResponse({ scalars: ["layout", "cached"] }, { status, contentType: "application/json", location: "", body: undefined, json, echo: [] }, ports);
  return {
    rich: of(200, { id: 1, name: "a", city: "b", avatar: "c", since: "d", theme: "e" }),
    poor: of(200, { id: 1, name: "a" }),
    other: of(200, { id: 1, label: "a", town: "b", picture: "c", created: "d" }),
    missing: of(404, { error: "not found" }),
    cached: of(200, { id: 1, name: "a", city: "b", avatar: "c", since: "d", theme: "e", cached: true }),
  };
}
