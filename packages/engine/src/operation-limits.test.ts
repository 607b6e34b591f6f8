import { describe, expect, test } from "vitest";
import { abusePolicy as policy } from "./detect/abuse/abuse-policy.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const phoneOf = (n: number): string => `+49151555${String(10_000 + ((n * 37) % 60_000)).padStart(5, "0")}`;
const codeOf = (n: number): string => String(100_000 + ((n * 7_919) % 900_000));

type Told = "right" | "wrong" | "ok";
interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
  readonly told: Told;
}
interface Wire {
  readonly path: string;
  /** One request that holds these calls, and its answer. */
  readonly of: (calls: readonly Call[]) => { readonly sent: unknown; readonly answer: unknown };
}

const values = { right: { session: "s" }, wrong: null, ok: true };
const wires: Readonly<Record<string, Wire>> = {
  "GraphQL with variables": {
    path: "/graphql",
    of: (calls) => {
      const variables: Record<string, string> = {};
      const fields = calls.map(({ name, args }, n) => {
        for (const [key, value] of Object.entries(args)) variables[`${key}${n}`] = value;
        return `a${n}: ${name}(${Object.keys(args)
          .map((key) => `${key}: $${key}${n}`)
          .join(", ")})${name === "checkCode" ? " { session }" : ""}`;
      });
      const query = `mutation M(${Object.keys(variables)
        .map((key) => `$${key}: String!`)
        .join(", ")}) { ${fields.join(" ")} }`;
      return { sent: { query, variables }, answer: graphqlAnswer(calls) };
    },
  },
  "GraphQL with the values written into the document": {
    path: "/graphql",
    of: (calls) => ({
      sent: {
        query: `mutation { ${calls
          .map(
            ({ name, args }, n) =>
              `a${n}: ${name}(${Object.entries(args)
                .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
                .join(", ")})${name === "checkCode" ? " { session }" : ""}`,
          )
          .join(" ")} }`,
      },
      answer: graphqlAnswer(calls),
    }),
  },
  "JSON-RPC": {
    path: "/rpc",
    of: (calls) => {
      const sent = calls.map(({ name, args }, id) => ({ jsonrpc: "2.0", id, method: name, params: args }));
      const answer = calls.map(({ told }, id) => ({ jsonrpc: "2.0", id, ...(told === "wrong" ? { error: { code: 1001, message: "wrong code" } } : { result: values[told] }) }));
      return calls.length === 1 ? { sent: sent[0], answer: answer[0] } : { sent, answer };
    },
  },
};

function graphqlAnswer(calls: readonly Call[]): unknown {
  const data = Object.fromEntries(calls.map(({ told }, n) => [`a${n}`, values[told]]));
  const errors = calls.flatMap(({ told }, n) => (told === "wrong" ? [{ message: "wrong code", path: [`a${n}`], extensions: { code: "WRONG_CODE" } }] : []));
  return errors.length === 0 ? { data } : { data, errors };
}

/** A body as it is written. */
class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A service all of whose calls go to one path; its gate enforces. */
class Service {
  readonly judged = new Judged();
  readonly #wire: Wire;
  #asked = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Whether no limit of codes held it; the path's budget for lookups is another matter. */
  call(address: string, at: number, ...calls: readonly Call[]): boolean {
    return this.raw(address, at, this.#wire.of(calls).sent, this.#wire.of(calls).answer);
  }

  raw(address: string, at: number, sent: unknown, answer: unknown): boolean {
    const exchange = jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path: this.#wire.path, sent, answer });
    const { reason } = this.judged.judge.decide(sent instanceof RawJson ? { ...exchange, request: { ...exchange.request, body: sent.text } } : exchange);
    return !reason.startsWith("code-");
  }

  /** How many requests of two honest days were held. */
  days(): number {
    let held = 0;
    for (let n = 0; n < 400; n++) {
      const at = start + n * 7 * minute;
      const address = `10.${n % 200}.3.${1 + (n % 200)}`;
      const asked = [
        this.call(address, at, { name: "askCode", args: { phone: phoneOf(n) }, told: "ok" }),
        n % 6 !== 0 || this.call(address, at + 20_000, check(phoneOf(n), codeOf(n + 1), "wrong")),
        this.call(address, at + 30_000, check(phoneOf(n), codeOf(n), "right")),
        this.call(address, at + 40_000, { name: "readNews", args: { topic: `t${n % 7}` }, told: "ok" }),
      ];
      held += asked.filter((passed) => !passed).length;
    }
    return held;
  }
}

function check(phone: string, entry: string, told: Told): Call {
  return { name: "checkCode", args: { phone, entry }, told };
}

/** A caller's own, and what is left for people on whom nobody guessed. */
const atMost = policy.wrongCodes + policy.wrongCodesKept;
const later = start + 2_801 * minute;

describe.each(Object.entries(wires))("one-time codes checked by one operation of many: %s", (_, wire) => {
  const service = new Service(wire);
  const held = service.days();

  test("honest people are let through, and so is whatever else is called there while somebody guesses", () => {
    expect(held).toBe(0);
    // Two at once, one of them mistyped, is nobody's guessing: and right ones give back.
    for (let n = 0; n < 30; n++)
      expect(service.call("198.51.100.9", later - (60 - n) * minute, check(phoneOf(n), codeOf(n + 500), "right"), check(phoneOf(n), codeOf(n + 501), "wrong"))).toBe(true);
    let passed = 0;
    for (let n = 0; n < 200; n++) {
      if (service.call("203.0.113.9", later + n * 100, check(phoneOf(900 + n), codeOf(n + 5), "wrong"))) passed++;
      expect(service.call("203.0.113.9", later + n * 100 + 50, { name: "readNews", args: { topic: "t1" }, told: "ok" })).toBe(true);
    }
    expect(passed).toBeLessThanOrEqual(atMost);
    expect(passed).toBeGreaterThanOrEqual(policy.wrongCodes);
    expect(service.call("10.5.3.6", later + minute, check(phoneOf(5), codeOf(6), "wrong"))).toBe(true);
  });

  test("one person's codes from ever new addresses are ten", () => {
    let passed = 0;
    for (let n = 0; n < 100; n++) if (service.call(`45.${n}.1.9`, later + 30 * minute + n * 100, check("+4915155599999", codeOf(n), "wrong"))) passed++;
    expect(passed).toBe(policy.wrongCodesOfTarget);
  });

  test("guesses put together into one request count each, and the one that holds too many is refused as a whole", () => {
    const guesses = (size: number, from: number) => Array.from({ length: size }, (__, k) => check(phoneOf(2_000 + from + k), codeOf(from + k), "wrong"));
    const at = later + 60 * minute;
    expect(service.call("198.51.100.7", at, ...guesses(100, 0))).toBe(false);
    expect(service.call("198.51.100.7", at + 100, ...guesses(15, 0))).toBe(true);
    let passed = 15;
    for (let n = 1; n < 40; n++) if (service.call("198.51.100.7", at + 100 * n, ...guesses(5, 15 + 5 * n))) passed += 5;
    expect(passed).toBeLessThanOrEqual(atMost);
    expect(passed).toBeGreaterThanOrEqual(policy.wrongCodes);
  });
});

describe("what a request may hide its calls in", () => {
  const service = new Service(wires["GraphQL with variables"] ?? { path: "", of: () => ({ sent: {}, answer: {} }) });
  const held = service.days();
  const wrong = { data: { checkCode: null }, errors: [{ message: "wrong code", path: ["checkCode"], extensions: { code: "WRONG_CODE" } }] };
  const field = (n: number): string => `checkCode(phone: "${phoneOf(3_000 + n)}", entry: "${codeOf(n)}") { session }`;
  const hidden: Readonly<Record<string, (n: number) => unknown>> = {
    "a fragment": (n) => ({ query: `mutation { ...F } fragment F on Mutation { ${field(n)} }` }),
    "an operation chosen by its name": (n) => ({ query: `query A { news } mutation B { ${field(n)} }`, operationName: "B" }),
    "a document of more tokens than are read": (n) => ({ query: `mutation { ${field(n)} } query Q { ${"a ".repeat(4_200)} }`, operationName: undefined }),
    "a body that repeats a key": (n) => new RawJson(`{"query":"query { news }","query":${JSON.stringify(`mutation { ${field(n)} }`)}}`),
    "a list of one": (n) => [{ query: `mutation { ${field(n)} }` }],
    "a stored document, sent once with its hash": (n) =>
      n === 0
        ? { query: "mutation C($p: String!, $e: String!) { checkCode(phone: $p, entry: $e) { session } }", extensions: persisted, variables: { p: phoneOf(3_000), e: codeOf(1) } }
        : { extensions: persisted, variables: { p: phoneOf(3_000 + n), e: codeOf(n) } },
  };
  const persisted = { persistedQuery: { version: 1, sha256Hash: "ab".repeat(32) } };

  test.each(Object.keys(hidden))("%s is found", (name) => {
    expect(held).toBe(0);
    const one = Object.keys(hidden).indexOf(name);
    let passed = 0;
    for (let n = 0; n < 200; n++) {
      const sent = hidden[name]?.(n);
      if (service.raw(`198.51.100.${20 + one}`, later + (60 * one + 10) * minute + n * 200, sent, Array.isArray(sent) ? [wrong] : wrong)) passed++;
    }
    expect(passed).toBeLessThanOrEqual(atMost + 1);
  });
});
