import { describe, expect, it } from "vitest";
import type { Exchange, HeaderList } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

/** A whole service behind one path: who signs in there, reads lists and is asked about is told apart by a parameter. Nothing is declared. */
const start = Date.UTC(2026, 2, 2, 10);
const emailOf = (n: number): string => `${["anna", "ben", "carla", "dora", "emil"][n % 5] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}@mail.example`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;
const exists = (n: number): boolean => n % 2 === 0;

/** How a call is written: its route, and its fields. */
type Writes = (
  route: string,
  fields: Readonly<Record<string, string>>,
) => { readonly path: string; readonly sent?: unknown; readonly form?: string; readonly headers?: HeaderList };
const inQuery: Writes = (route, fields) => ({ path: `/index.php?${new URLSearchParams({ route, ...fields }).toString()}` });
const inJson: Writes = (route, fields) => ({ path: "/api", sent: { action: route.replace("/", "_"), ...fields } });
const inForm: Writes = (route, fields) => ({ path: "/rpc", form: new URLSearchParams({ method: route, ...fields }).toString() });

class Traffic {
  readonly exchanges: Exchange[] = [];
  readonly about: (number | undefined)[] = [];
  readonly #writes: Writes;

  constructor(writes: Writes) {
    this.#writes = writes;
  }

  call(
    at: number,
    address: string,
    route: string,
    fields: Readonly<Record<string, string>>,
    answer: unknown,
    more: { status?: number; bearer?: string; about?: number } = {},
  ): void {
    const { path, sent, form } = this.#writes(route, fields);
    const made = jsonExchange({
      id: `x${this.exchanges.length}`,
      at,
      address,
      path,
      headers: [["User-Agent", "app/1"]],
      sent,
      answer,
      status: more.status ?? 200,
      bearer: more.bearer,
    });
    this.about.push(more.about);
    this.exchanges.push(
      form === undefined ? made : { ...made, method: "POST", request: { headers: [...made.request.headers, ["Content-Type", "application/x-www-form-urlencoded"]], body: form } },
    );
  }

  lookup(at: number, address: string, n: number): void {
    this.call(at, address, "user/lookup", { email: emailOf(n) }, exists(n) ? { found: true, name: "N" } : { found: false }, { about: n });
  }

  /** People look themselves up, sign in, read their list and see products. */
  honest(from: number, people: number): void {
    for (let k = 0; k < people; k++) {
      const [n, at, address] = [k * 2, from + k * 20_000, `10.1.${k >> 8}.${k & 255}`];
      this.call(at, address, "product/list", { page: String(k % 3) }, { items: [{ sku: k, price: 3 }] });
      this.lookup(at + 1_000, address, n);
      if (k % 4 === 1) this.call(at + 2_000, address, "user/login", { email: emailOf(n), password: "wrong" }, { error: "wrong" }, { status: 401 });
      this.call(at + 4_000, address, "user/login", { email: emailOf(n), password: `right-${n}` }, { token: tokenOf(n), expires_in: 60 });
      this.call(at + 6_000, address, "order/list", { from: "2026" }, { orders: [{ id: k, total: 7 }] }, { bearer: tokenOf(n) });
      if (k % 4 === 2) this.call(at + 7_000, address, "order/list", { from: "2026" }, { error: "sign in" }, { status: 401 });
    }
  }
}

const attacker = "203.0.113.9";
const pathsOf = (judged: Judged): string[] => judged.ledger.inventory.endpoints().map(({ template }) => template);

describe("a service behind one path", () => {
  it.each<[string, Writes, string]>([
    ["a parameter in the query", inQuery, "/index.php/?route=user/lookup"],
    ["a field of JSON", inJson, "/api/?action=user_lookup"],
    ["a field of a form", inForm, "/rpc/?method=user/lookup"],
  ])("routed by %s: its lookup is an endpoint, and who walks through a list there is stopped", (_, writes, path) => {
    const traffic = new Traffic(writes);
    traffic.honest(start, 60);
    const honest = traffic.exchanges.length;
    for (let q = 0; q < 120; q++) traffic.lookup(start + 3_600_000 + q * 2_000, attacker, 10_000 + q);
    const after = traffic.exchanges.length;
    traffic.honest(start + 8_000_000, 20);
    const judged = new Judged().all(traffic.exchanges);
    const { decisions } = judged;
    const told = new Set(traffic.about.filter((n, i) => i >= honest && i < after && n !== undefined && exists(n) && decisions[i]?.action === "allow"));
    expect(pathsOf(judged)).toContain(path);
    expect(told.size).toBeLessThanOrEqual(12);
    expect(judged.ledger.findings().flatMap(({ check, endpoint }) => (check === "existence-oracle" ? [endpoint.path] : []))).toEqual([path]);
    expect(decisions.filter(({ action }, n) => action !== "allow" && (n < honest || n >= after))).toEqual([]);
  });

  it("what one caller invents makes no endpoint, whatever it is answered; and a guarded route stays guarded where two routes are named", () => {
    const traffic = new Traffic(inQuery);
    traffic.honest(start, 60);
    const letters = (n: number): string => String(n).replace(/\d/g, (digit) => "abcdefghij".charAt(Number(digit)));
    for (let q = 0; q < 300; q++)
      traffic.call(start + 3_600_000 + q * 100, attacker, `page/${letters(q)}`, { email: emailOf(q) }, q % 2 === 0 ? { error: "unknown route" } : { ok: true }, {
        status: q % 3 === 0 ? 404 : 200,
      });
    for (let q = 0; q < 40; q++) traffic.lookup(start + 3_800_000 + q * 2_000, "203.0.113.10", 20_000 + q);
    const from = traffic.exchanges.length;
    for (let q = 0; q < 40; q++) {
      traffic.call(start + 4_000_000 + q * 2_000, "203.0.113.11", "product/list", { Route: "USER/lookup", email: emailOf(30_000 + q) }, { found: exists(q) });
    }
    const judged = new Judged().all(traffic.exchanges);
    expect(pathsOf(judged).length).toBeLessThanOrEqual(6);
    expect(judged.decisions.slice(from).filter(({ action }) => action === "allow").length).toBeLessThanOrEqual(12);
  });
});

describe("a parameter that is no route", () => {
  it.each<[string, (k: number) => readonly [path: string, answer: unknown, sent?: unknown]]>([
    ["a language", (k) => [`/home?lang=${["en", "de", "fr"][k % 3] ?? ""}`, { title: "T", text: "x" }]],
    ["an order", (k) => [`/items?sort=${["price", "name"][k % 2] ?? ""}&page=${k % 4}`, { items: [{ sku: 1 }] }]],
    ["a name of which there are many", (k) => [`/profile?user=${emailOf(k).split(".")[0] ?? ""}${String.fromCharCode(97 + (k % 26))}`, { bio: "x" }]],
    [
      "the name of a GraphQL operation",
      (k) => ["/graphql", { data: k % 2 === 0 ? { user: { name: "x" } } : { orders: [] } }, { operationName: ["GetUser", "ListOrders"][k % 2], query: "{a}" }],
    ],
    ["the method of JSON-RPC", (k) => ["/rpc", { id: k, result: k % 2 === 0 ? { a: 1 } : [] }, { jsonrpc: "2.0", id: k, method: ["user.get", "order.list"][k % 2], params: {} }]],
  ])("%s leaves the endpoint whole", (_, of) => {
    const judged = new Judged().all(
      Array.from({ length: 120 }, (_unused, k) => {
        const [path, answer, sent] = of(k);
        return jsonExchange({ id: `x${k}`, at: start + k * 1_000, address: `10.2.0.${k % 50}`, path, answer, sent });
      }),
    );
    expect(pathsOf(judged)).toHaveLength(1);
  });
});
