import { describe, expect, it } from "vitest";
import type { Carries, Exchange } from "./exchange/exchange.ts";
import { ports } from "./testing/ports.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import type { LedgerOptions } from "./ledger/ledger-options.ts";

/**
 * Services that nobody declared, from a cold start: whatever the identifiers look like and however the answer tells, one source that walks through two thousand
 * of them is stopped soon after a suspicion is possible, and stays stopped.
 */
const start = Date.UTC(2026, 2, 2, 10);

type Random = () => number;
const below = (random: Random, n: number): number => Math.floor(random() * n);
const hex = (random: Random, digits: number): string => Array.from({ length: digits }, () => "0123456789abcdef"[below(random, 16)] ?? "0").join("");
const names = "anna ben carla dora emil frida gustav hanna ivan jana karl lena max nina otto paula rosa sven tina uwe vera willi xaver yara zora".split(" ");
const nameOf = (random: Random): string => names[below(random, names.length)] ?? "";

/** Each with the path that asks about it. */
const identifiers: Readonly<Record<string, readonly [of: (n: number, random: Random) => string, path: (id: string) => string]>> = {
  "integer in sequence": [(n) => String(10_000 + n), (id) => `/users/${id}/status`],
  "integer at random": [(_, random) => String(1_000_000 + below(random, 8_999_999)), (id) => `/api/accounts/${id}`],
  "phone in the path": [(_, random) => `999-1${String(below(random, 1e7)).padStart(7, "0")}`, (id) => `/client/v1/users/${id}/status`],
  "phone in the query": [(_, random) => `+9991${String(below(random, 1e7)).padStart(7, "0")}`, (id) => `/lookup?phone=${encodeURIComponent(id)}`],
  "e-mail in the path": [(n, random) => `${nameOf(random)}.${hex(random, 3)}${n}@mail.example`, (id) => `/accounts/${encodeURIComponent(id)}`],
  "e-mail in the query": [(n, random) => `${nameOf(random)}${n}@mail.example`, (id) => `/check?email=${encodeURIComponent(id)}`],
  uuid: [(_, random) => `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-8${hex(random, 3)}-${hex(random, 12)}`, (id) => `/users/${id}/status`],
  "user name": [(n, random) => `${nameOf(random)}${nameOf(random)}${n % 3 === 0 ? n : nameOf(random)}`, (id) => `/users/${id}`],
};

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly size?: number;
}
const answers: Readonly<Record<string, (exists: boolean, random: Random) => Reply>> = {
  "by status": (exists, random) => (exists ? { status: 200, body: { state: "active", devices: below(random, 3) } } : { status: 404, body: { error: "not found" } }),
  "by a flag": (exists) => ({ status: 200, body: { registered: exists } }),
  "by a code": (exists) => ({ status: 200, body: { code: exists ? 0 : 1007 } }),
  "by its fields": (exists, random) => ({
    status: 200,
    body: exists ? { success: true, account_id: below(random, 1e6), devices: 1 } : { success: false, message: "User not found." },
  }),
  "with personal data": (exists, random) =>
    exists ? { status: 200, body: { full_name: "Anna Berg", email: `x${below(random, 1e6)}@mail.example` } } : { status: 404, body: { error: "not found" } },
  "by size only, in a log": (exists, random) => ({ status: 200, size: exists ? 300 + below(random, 40) : 44 }),
  "by status, in a log": (exists, random) => ({ status: exists ? 200 : 404, size: exists ? 300 + below(random, 40) : 44 }),
};

const logCarries: Carries = { host: false, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };

interface Asking {
  readonly id: string;
  readonly at: number;
  readonly address: string;
  readonly agent: string;
  readonly path: string;
  readonly reply: Reply;
}

function exchangeOf({ id, at, address, agent, path, reply }: Asking): Exchange {
  if (reply.body === undefined) {
    return {
      id,
      at,
      method: "GET",
      url: path,
      client: { address },
      carries: logCarries,
      request: { headers: [["User-Agent", agent]] },
      response: { status: reply.status, headers: [], size: reply.size ?? 0 },
    };
  }
  return jsonExchange({ id, at, address, path, headers: [["User-Agent", agent]], status: reply.status, answer: reply.body });
}

/** A fixed half (or other share) of all identifiers exists. */
function existsAs(id: string, share: number): boolean {
  return Number.parseInt(ports.hash("segment", `exists ${id}`).slice(0, 8), 16) / 2 ** 32 < share;
}

interface Run {
  /** Distinct existing identifiers told truthfully. */
  readonly leaked: number;
  /** Questions about new identifiers told truthfully after the first that was not. */
  readonly after: number;
  readonly honestRefused: number;
}

function run(
  kind: string,
  answer: string,
  seed: number,
  how: { readonly questions: number; readonly everyMs: number; readonly share: number; readonly honest: number; readonly agents: number; readonly tricks?: boolean },
): Run {
  const random = seededRandom(seed * 131 + kind.length * 7 + answer.length);
  const identifier = identifiers[kind];
  const reply = answers[answer];
  if (identifier === undefined || reply === undefined) throw new Error("no such kind");
  const [of, path] = identifier;
  const input: Exchange[] = [];
  const about: string[] = [];
  const push = (asking: Omit<Asking, "id">, id: string): void => {
    input.push(exchangeOf({ ...asking, id: `x${input.length}` }));
    about.push(id);
  };
  let at = start;
  for (let n = 0; n < how.honest; n++, at += 20_000) {
    let id = of(500_000 + n, random);
    for (let tries = 0; tries < 50 && !existsAs(id, how.share); tries++) id = of(500_000 + n + tries * 1_000, random);
    push({ at, address: `10.1.${n >> 8}.${n & 255}`, agent: `app/${n % 3}`, path: path(id), reply: reply(existsAs(id, how.share), random) }, id);
  }
  const honest = input.length;
  for (let n = 0; n < how.questions; n++, at += how.everyMs) {
    const id = of(n, random);
    const agent = `curl/${n % how.agents}`;
    push({ at, address: "203.0.113.9", agent, path: path(id), reply: reply(existsAs(id, how.share), random) }, id);
    // Accounts of his own: made to vanish, seen by other addresses of his; and codes sent along with a question.
    if (how.tricks === true && n % 20 === 19) {
      const own = of(900_000 + n, random);
      for (const [step, exists] of [true, false].entries())
        push({ at: at + 1, address: `203.0.114.${(n + step) % 200}`, agent, path: path(own), reply: reply(exists, random) }, own);
    }
  }
  const { decisions } = new Judged().all(input);
  const told = new Set<string>();
  let leaked = 0;
  let after = 0;
  let stopped = false;
  for (let n = honest; n < input.length; n++) {
    if (input[n]?.client.address !== "203.0.113.9") continue;
    const id = about[n] ?? "";
    if (decisions[n]?.action !== "allow") stopped = true;
    else if (!told.has(id)) {
      told.add(id);
      if (existsAs(id, how.share)) leaked++;
      if (stopped) after++;
    }
  }
  return { leaked, after, honestRefused: decisions.slice(0, honest).filter((decision) => decision.action !== "allow").length };
}

/** In a log an id that is no phone number or e-mail address is taken for somebody's own until some are not found. */
const unseen = new Set(["integer in sequence", "integer at random", "uuid"].map((kind) => `${kind} by size only, in a log`));
const all = Object.keys(identifiers)
  .flatMap((kind) => Object.keys(answers).map((answer) => [kind, answer] as const))
  .filter(([kind, answer]) => !unseen.has(`${kind} ${answer}`));
const fast = { questions: 2_000, everyMs: 10, share: 0.5, honest: 0, agents: 1 };

describe("one source asking two thousand identifiers of a service nobody declared", () => {
  it.each(all)("%s, told %s: learns at most sixteen of a list of which half exists, and nothing new once it was stopped", (kind, answer) => {
    const cold = run(kind, answer, 11, fast);
    expect(cold.leaked).toBeLessThanOrEqual(16);
    expect(cold.after).toBe(0);
    const warm = run(kind, answer, 12, { ...fast, questions: 600, honest: 120 });
    expect(warm.leaked).toBeLessThanOrEqual(16);
    expect(warm.after).toBe(0);
    expect(warm.honestRefused).toBe(0);
  });

  it.each(all.filter((_, n) => n % 3 === 0))("%s, told %s: gains nothing by another client each time, by vanishing accounts of its own, or by waiting", (kind, answer) => {
    const tricked = run(kind, answer, 13, { ...fast, questions: 1_000, agents: 50, tricks: true });
    expect(tricked.leaked).toBeLessThanOrEqual(16);
    expect(tricked.after).toBe(0);
    // Ten a day for ten days: the credits of its patience, four a day and no more.
    const slow = run(kind, answer, 14, { ...fast, questions: 100, everyMs: 8_640_000 });
    expect(slow.after).toBeLessThanOrEqual(10 * 4);
  });

  it.each(all.filter((_, n) => n % 5 === 0))("%s, told %s: is stopped whichever share of the list exists", (kind, answer) => {
    expect(run(kind, answer, 15, { ...fast, questions: 600, share: 0.1 }).leaked).toBeLessThanOrEqual(16);
    // Nine in ten exist: a suspicion needs two misses, or one among sixteen questions.
    expect(run(kind, answer, 16, { ...fast, questions: 600, share: 0.9 }).leaked).toBeLessThanOrEqual(60);
  });
});

const declaredStatus: LedgerOptions["declared"] = ({ template }) => (template.endsWith("/status") ? { oracle: true } : undefined);
const phone = (n: number): string => `999-1${String((Math.imul(n + 17, 2_654_435_761) >>> 0) % 10_000_000).padStart(7, "0")}`;

describe("a log in which no follow-up can be read", () => {
  it("refuses neither homes that ask about three people each nor a crowd behind one address that goes on to do something, and stops an enumerator", () => {
    const input: Exchange[] = [];
    const push = (at: number, address: string, method: string, url: string, status: number): void => {
      input.push({
        id: `l${input.length}`,
        at,
        method,
        url,
        client: { address },
        carries: logCarries,
        request: { headers: [["User-Agent", "app/1"]] },
        response: { status, headers: [], size: status === 200 ? 300 : 44 },
      });
    };
    const hour = 3_600_000;
    for (let n = 0; n < 120; n++) {
      push(start + n * 30_000, `10.1.0.${n % 40}`, "GET", `/users/${phone(n)}/status`, n % 5 === 0 ? 404 : 200);
      push(start + n * 30_000 + 7_000, "10.9.9.9", "GET", `/users/${phone(10_000 + n)}/status`, n % 6 === 0 ? 404 : 200);
      push(start + n * 30_000 + 15_000, "10.9.9.9", "POST", "/devices/register", 201);
    }
    const honest = input.length;
    for (let n = 0; n < 300; n++) push(start + 2 * hour + n * 1_000, "203.0.113.9", "GET", `/users/${phone(50_000 + n)}/status`, n % 2 === 0 ? 404 : 200);
    for (const declared of [true, false]) {
      const { decisions, ledger } = new Judged(declared ? { declared: declaredStatus } : {}).all(input);
      expect(
        ledger
          .policy(start + 9 * hour)
          .endpoints.filter((endpoint) => endpoint.state === "budgeted")
          .map((endpoint) => endpoint.blind),
      ).toEqual([true]);
      expect(decisions.slice(0, honest).filter((decision) => decision.action !== "allow")).toEqual([]);
      expect(decisions.slice(honest).filter((decision) => decision.action === "allow").length).toBeLessThanOrEqual(8);
    }
  });
});

describe("steps of a flow", () => {
  it("raise no suspicion by ids that the service itself handed out, though some have expired", () => {
    const input: Exchange[] = [];
    const ask = (at: number, address: string, url: string, status: number, body: unknown): void => {
      input.push(exchangeOf({ id: `f${input.length}`, at, address, agent: "app/1", path: url, reply: { status, body } }));
    };
    for (let n = 0; n < 300; n++) {
      const account = 1_000_000 + n * 7_919;
      const address = `10.1.0.${n % 10}`;
      ask(start + n * 5_000, address, `/lookup?phone=${encodeURIComponent(`+9991${5_550_000 + n}`)}`, 200, { account_id: account, sent: true });
      ask(start + n * 5_000 + 2_000, address, `/users/${account}/status`, n % 3 === 0 ? 404 : 200, n % 3 === 0 ? { error: "expired" } : { state: "waiting", step: 2 });
    }
    const { ledger } = new Judged().all(input);
    expect(ledger.policy(start + 9_999_999).endpoints.filter((endpoint) => endpoint.state === "budgeted")).toEqual([]);
  });

  it("are not made of a lookup by a code that a caller sends along with every question, nor does he vouch for anybody with it", () => {
    const input: Exchange[] = [];
    for (let n = 0; n < 600; n++) {
      const exists = n % 2 === 0;
      const bad = n % 25 === 7;
      const path = `/users/${bad ? `${phone(n)}0000000000` : phone(n)}/status?code=1`;
      const reply = bad ? { status: 400, body: { error: "format" } } : exists ? { status: 200, body: { registered: true, since: 2020 } } : { status: 404, body: { error: "none" } };
      input.push(
        exchangeOf({
          id: `c${n}`,
          at: start + n * 500,
          address: n < 20 ? `10.2.0.${n}` : "203.0.113.9",
          agent: "curl/8",
          path: n < 20 ? path.replace("?code=1", "") : path,
          reply,
        }),
      );
    }
    const { decisions } = new Judged().all(input);
    expect(decisions.slice(20).filter((decision) => decision.action === "allow" && decision.reason !== "already-disclosed").length).toBeLessThanOrEqual(45);
  });
});
