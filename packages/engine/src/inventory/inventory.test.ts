import { describe, expect, test } from "vitest";
import { missingAuthentication } from "../assess/checks/missing-authentication.ts";
import type { Exchange, HeaderList } from "../exchange/exchange.ts";
import { carriesAll } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "./inventory.ts";
import { hostAnswersMin } from "./inventory-limits.ts";
import { ports } from "../testing/ports.ts";

let serial = 0;
interface Seen {
  method?: string;
  url: string;
  status?: number;
  body?: unknown;
  text?: string;
  headers?: HeaderList;
  request?: unknown;
  address?: string;
}
function exchange({ method = "GET", url, status = 200, body, text, headers = [], request, address = "192.0.2.1" }: Seen): Exchange {
  serial++;
  const answer = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return {
    id: `t:${serial}`,
    at: serial * 1_000,
    method,
    url,
    client: { address },
    durationMs: 12,
    request: { headers: [["Host", "api.example"], ["Content-Type", "application/json"], ...headers], ...(request === undefined ? {} : { body: JSON.stringify(request) }) },
    response: { status, headers: [["Content-Type", text === undefined ? "application/json" : "text/html"]], ...(answer === undefined ? {} : { body: answer }) },
    carries: carriesAll,
  };
}
const feed = (inventory: Inventory, seen: Seen) => inventory.observe(viewOf(exchange(seen), ports));
/** A different word for each small number. */
const word = (n: number): string => String.fromCharCode(97 + (n % 26), 97 + Math.floor(n / 26));
const bearer = (token: string): HeaderList => [["Authorization", `Bearer ${token}`]];
const only = (inventory: Inventory, template: string) => {
  const found = inventory.endpoints().filter((endpoint) => endpoint.template === template);
  expect(found).toHaveLength(1);
  return found[0] ?? expect.fail();
};

/** The lookup that started it all: number in the path, no credential, an account in the answer. */
function lookups(inventory: Inventory, count: number, headers: HeaderList = [], network = (n: number) => n): void {
  for (let n = 0; n < count; n++) {
    feed(inventory, {
      url: `/client/v1/users/999-1555${1000 + n}/status`,
      status: n % 3 === 0 ? 404 : 200,
      body: { success: n % 3 !== 0, account_id: 7_000 + n },
      headers,
      address: `198.51.100.${network(n) % 250}`,
    });
  }
}

describe("admission", () => {
  test("twenty thousand scanner paths, soft 404s and a catch-all page add no endpoint and no memory", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 60; n++) feed(inventory, { url: `/orders/${n}/lines`, body: { id: n } });
    for (let n = 0; n < 7_000; n++) {
      feed(inventory, { url: `/a${n}x/wp-${n}.php`, status: 404, text: "nope" });
      feed(inventory, { url: `/b${n}x/q`, text: "<html>one page for all</html>" });
      feed(inventory, { url: `/c${n}x/q`, body: { error: "not found", path: `/c${n}` } });
    }
    expect(inventory.endpoints().map((endpoint) => endpoint.template)).toEqual(["/orders/{orderId}/lines"]);
    expect(inventory.size.nodes).toBeLessThan(12);
  });

  test("a 404 on a known template counts for it, another method of it is no endpoint", () => {
    const inventory = new Inventory(ports);
    feed(inventory, { url: "/orders/1", body: { id: 1 } });
    feed(inventory, { url: "/orders/2", status: 404, body: {} });
    feed(inventory, { url: "/orders/2", method: "DELETE", status: 405 });
    expect(inventory.endpoints().map(({ method, requests }) => [method, requests])).toEqual([["GET", 2]]);
  });

  test("hosts beyond the bound make room for one another, an established one stays; with one answer for all none is kept", () => {
    const inventory = new Inventory(ports, { hostsMax: 3 });
    for (let n = 0; n < hostAnswersMin; n++) feed(inventory, { url: `http://real.example/items/${n}`, body: { item: n } });
    for (let n = 0; n < 50; n++) feed(inventory, { url: `http://h${n}.example/x`, body: { [`f${word(n)}`]: n } });
    expect(inventory.size.hosts).toBe(3);
    expect(inventory.endpoints().map(({ host }) => host)).toContain("real.example");
    const alike = new Inventory(ports);
    for (let n = 0; n < 50; n++) feed(alike, { url: `http://h${n}.example/x`, body: { a: n } });
    expect(alike.size.hosts).toBe(0);
  });
});

describe("identity", () => {
  test("the id is the keyed hash of method, host and template, and finds its endpoint", () => {
    const inventory = new Inventory(ports);
    const endpoint = feed(inventory, { url: "/orders/1", body: {} });
    expect(endpoint?.id).toBe(ports.hash("segment", "GET api.example /orders/{orderId}"));
    expect(inventory.find("get", "api.example", ["orders", "99"])).toBe(endpoint);
    expect(inventory.find("GET", "api.example", ["order"])).toBeUndefined();
  });

  test("when words merge the counts add up and the old ids still resolve", () => {
    const inventory = new Inventory(ports);
    const words = Array.from({ length: 40 }, (_, n) => `w${String.fromCharCode(97 + (n % 26))}${n < 26 ? "a" : "b"}lo`);
    const early = words.slice(0, 5).map((word) => feed(inventory, { url: `/shelf/${word}`, body: { word } })?.id ?? "");
    for (const word of words.slice(5)) feed(inventory, { url: `/shelf/${word}`, body: { word } });
    const merged = only(inventory, "/shelf/{shelfId}");
    expect(inventory.endpoints().map((e) => e.template)).toEqual(["/shelf/{shelfId}"]);
    expect(merged.requests).toBe(40);
    for (const id of early) expect(inventory.byId(id)).toBe(merged);
    expect(merged.parameterList()[0]?.distinct).toBe(40);
  });
});

describe("identifiers", () => {
  const rules = (inventory: Inventory) =>
    inventory.endpoints().flatMap((endpoint) => endpoint.identifierRules().map((rule) => `${rule.type} ${rule.location.in} ${rule.location.name}`));

  test("a number in the path is a phone although no plan knows +999", () => {
    const inventory = new Inventory(ports);
    lookups(inventory, 20);
    expect(rules(inventory)).toEqual(["phone path cc-phone"]);
  });

  test("identifiers in query, form-like JSON, arrays and paths are found; secrets, pages, flags and times are not", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 30; n++) {
      feed(inventory, {
        method: "POST",
        url: `/check?email=a${n}%40example.org&page=${n}&ts=${1_700_000_000 + n}&n=%2B99915550${100 + n}`,
        body: {},
        request: {
          password: `pw-${n}-abcdefgh`,
          otp: String(100_000 + n),
          contacts: [{ phone: `+9991555${1000 + n}` }],
          username: `ana${n}`,
          remember: n % 2 === 0,
          quantity: n,
          note: `some free text ${n}`,
        },
      });
    }
    expect(rules(inventory).sort()).toEqual(["email query email", "phone json contacts[].phone", "phone query n", "username json username"]);
  });

  test("polling the same few people again and again does not hide that they are identifiers", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 5_000; n++) feed(inventory, { url: `/users/${1_000 + (n % 9)}`, body: { ok: true } });
    expect(rules(inventory)).toEqual(["integer path userId"]);
  });
});

describe("posture", () => {
  const verdict = (inventory: Inventory) => inventory.endpoints()[0]?.posture().verdict;

  test("data without a credential, never refused, is not enforced", () => {
    const inventory = new Inventory(ports);
    lookups(inventory, 20);
    expect(verdict(inventory)).toBe("not enforced");
  });

  test("refusals without and answers with a credential are enforced, and make principals", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 4; n++) feed(inventory, { url: `/me/${n}`, status: 401, body: { error: 1 } });
    for (let n = 0; n < 4; n++) feed(inventory, { url: `/me/${n}`, body: { id: n }, headers: bearer(`token-${n}`) });
    expect(verdict(inventory)).toBe("enforced");
    const principals = inventory.newPrincipals();
    expect(principals).toContain(ports.hash("credential", "token-3"));
    expect(inventory.isPrincipal(ports.hash("credential", "token-3"))).toBe(true);
    expect(inventory.newPrincipals()).toEqual([]);
  });

  test("an endpoint always called with a token is unproven, never enforced", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 500; n++) feed(inventory, { url: `/me/${n}`, body: { id: n }, headers: bearer(`token-${n % 50}`), address: `198.51.100.${n % 50}` });
    expect(verdict(inventory)).toBe("unproven");
    expect(inventory.newPrincipals()).toEqual([]);
  });

  test("data for both is optional", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 8; n++) feed(inventory, { url: `/me/${n}`, body: { id: n }, headers: n % 2 === 0 ? [] : bearer(`token-${n}`) });
    expect(verdict(inventory)).toBe("optional");
  });

  test("a key that every caller shares counts as none, a customer's own key does not", () => {
    const shared = new Inventory(ports);
    lookups(shared, 60, [["X-Api-Key", "copied-from-the-app"]]);
    expect(shared.endpoints()[0]?.posture()).toMatchObject({ verdict: "not enforced", valid: { data: 0 } });
    const own = new Inventory(ports);
    for (let n = 0; n < 60; n++) feed(own, { url: `/me/${n}`, body: { id: n }, headers: [["X-Api-Key", `customer-${n % 3}`]], address: `198.51.100.${n % 30}` });
    expect(verdict(own)).toBe("unproven");
  });

  test("access logs, which carry no request headers, prove nothing", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 50; n++) {
      const seen = exchange({ url: `/me/${n}`, body: { id: n } });
      inventory.observe(viewOf({ ...seen, carries: { ...carriesAll, requestHeaders: false } }, ports));
    }
    expect(verdict(inventory)).toBe("unproven");
  });

  test("principals never exceed their bound", () => {
    const inventory = new Inventory(ports, { principalsMax: 10 });
    feed(inventory, { url: "/me", status: 401, body: { error: 1 } });
    for (let n = 0; n < 100; n++) feed(inventory, { url: "/me", body: { id: n }, headers: bearer(`token-${n}`) });
    expect(inventory.exportState().principals.length).toBe(10);
  });
});

describe("the finding", () => {
  const findings = (inventory: Inventory) => inventory.endpoints().map((endpoint) => missingAuthentication(endpoint, ports));

  test("twenty lookups are enough, and it says which identifier", () => {
    const inventory = new Inventory(ports);
    lookups(inventory, 20);
    const [finding] = findings(inventory);
    expect(finding).toMatchObject({
      check: "missing-authentication",
      severity: "high",
      verdict: "proven",
      owasp: "API2:2023",
      cwe: "CWE-306",
      endpoint: { path: "/client/v1/users/{cc}-{phone}/status" },
    });
    expect(finding?.evidence["identifiers"]).toEqual(["phone in path cc-phone"]);
    expect(finding?.examples).toHaveLength(8);
    expect(JSON.stringify(finding)).not.toContain("1555");
  });

  test("a shared key is explained", () => {
    const inventory = new Inventory(ports);
    lookups(inventory, 40, [["X-Api-Key", "copied-from-the-app"]]);
    expect(findings(inventory)[0]?.evidence).toHaveProperty("sharedCredential");
  });

  test("sign-in, an enforced endpoint and one never seen without a token give none", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 20; n++) {
      feed(inventory, { method: "POST", url: "/login", body: { token: "t" }, request: { email: `a${n}@example.org`, password: "abcdefgh" } });
      feed(inventory, { url: `/guarded/${n}`, status: n < 5 ? 401 : 200, body: { n }, headers: n < 5 ? [] : bearer(`t-${n}`) });
      feed(inventory, { url: `/always/${n}`, body: { n }, headers: bearer(`t-${n}`) });
    }
    expect(findings(inventory)).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ["low", "/products", { name: "Garden chair", price: 40, vendor: "Acme" }],
    ["low", "/stations", { title: "Main street", lat: 52.5211, lng: 13.4122 }],
    ["medium", "/orders", { total: 40, state: "paid" }],
    ["high", "/products", { name: "Garden chair", seller: { email: "anna@mail.example" } }],
    ["high", "/users", { active: true }],
    ["high", "/users", { full_name: "Anna Berg", email: "anna@mail.example" }],
  ])("is %s when anyone gets %s/{id} with %j", (severity, path, body) => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 20; n++) feed(inventory, { url: `${path}/${1_000 + n * 37}`, body: { id: 1_000 + n * 37, ...body } });
    const [finding] = findings(inventory);
    expect(finding?.severity).toBe(severity);
    expect(finding?.title.includes("answers anyone; nothing personal was seen")).toBe(severity === "low");
  });

  test("is medium when another endpoint refuses strangers who read the same kind of object", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 20; n++) feed(inventory, { url: `/things/${1_000 + n * 37}`, body: { id: n } });
    expect(inventory.endpoints().map((endpoint) => missingAuthentication(endpoint, ports, { refusedElsewhere: true })?.severity)).toEqual(["medium"]);
  });

  test("a public catalogue is low", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 20; n++) feed(inventory, { url: "/catalogue", body: { items: [{ title: "x" }] } });
    expect(findings(inventory)[0]?.severity).toBe("low");
  });
});

describe("what is written down", () => {
  test("holds no value of any request, and goes on where it stopped", () => {
    const inventory = new Inventory(ports);
    lookups(inventory, 40);
    for (let n = 0; n < 20; n++) {
      feed(inventory, {
        method: "POST",
        url: `/users/plantedname${String.fromCharCode(97 + n)}/notes?mail=planted${n}%40example.org`,
        body: { ok: true },
        request: { phone: `+9995550${1000 + n}`, "planted@example.org": 1, pin: "438812" },
      });
    }
    feed(inventory, { url: "/rare/plantedonce", body: { ok: true } });
    const text = JSON.stringify(inventory.exportState());
    for (const planted of ["planted", "1555", "9995550", "438812"]) expect(text).not.toContain(planted);
    const restored = Inventory.restore(ports, JSON.parse(text));
    const before = inventory.endpoints();
    expect(before.map((endpoint) => endpoint.template)).toContainEqual(expect.stringMatching(/^\/rare\/\{a11~[0-9a-f]{16}\}$/));
    const summary = (list: readonly { id: string; template: string; requests: number; posture(): { verdict: string }; identifierRules(): unknown }[]) =>
      list.map((endpoint) => [endpoint.id, endpoint.template, endpoint.requests, endpoint.posture().verdict, endpoint.identifierRules()]);
    expect(summary(restored.endpoints())).toEqual(summary(before));
    lookups(restored, 10);
    expect(only(restored, "/client/v1/users/{cc}-{phone}/status").requests).toBe(49);
  });

  test("state of another shape gives an empty inventory", () => {
    for (const state of [undefined, null, 7, {}, { version: 2 }]) expect(Inventory.restore(ports, state).endpoints()).toEqual([]);
  });
});
