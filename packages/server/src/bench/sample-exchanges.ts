import { carriesAll, type Exchange } from "@postern/engine";

/** What a ledger is timed with. Each kind is deterministic by its number. */
export type SampleKind = "no-body" | "json-1k" | "lookup";

/**
 * Exchange number `n` of a kind: `no-body` reads an object of a signed-in caller and gets 204; `json-1k` gets 1 KiB of JSON with data of a customer;
 * `lookup` is a stranger asking whether a phone number (synthetic, +999) has an account, each number new, from 5,000 addresses.
 */
export function sampleExchange(kind: SampleKind, n: number, at: number): Exchange {
  const base = { id: `b-${n}`, at, client: { address: `10.${(n >> 8) % 20}.${n & 255}.7` }, durationMs: 3, carries: carriesAll };
  const agent: readonly [string, string] = ["User-Agent", agents[n % agents.length] ?? ""];
  const signedIn: readonly (readonly [string, string])[] = [
    ["Host", "api.test"],
    agent,
    ["Accept", "application/json"],
    ["Authorization", `Bearer token-of-caller-${n % 500}-abcdefghijklmnop`],
  ];
  switch (kind) {
    case "no-body":
      return {
        ...base,
        method: n % 4 === 0 ? "PUT" : "GET",
        url: `http://api.test/v1/${collections[n % collections.length]}/${100_000 + (n % 9_000)}`,
        request: { headers: signedIn },
        response: {
          status: 204,
          headers: [
            ["Date", "Thu, 01 Jan 2026 00:00:00 GMT"],
            ["Server", "test"],
          ],
          size: 0,
        },
      };
    case "json-1k": {
      const body = customer(n);
      return {
        ...base,
        method: "GET",
        url: `http://api.test/v1/customers/${100_000 + (n % 9_000)}/profile?fields=all`,
        request: { headers: signedIn },
        response: {
          status: 200,
          headers: [
            ["Content-Type", "application/json"],
            ["Content-Length", String(body.length)],
          ],
          body,
          size: body.length,
        },
      };
    }
    case "lookup": {
      const active = n % 3 !== 0;
      const body = active ? '{"registered":true,"devices":2}' : '{"registered":false}';
      return {
        ...base,
        method: "GET",
        url: `http://api.test/client/v1/users/999-${String(10_000_000 + n)}/status`,
        request: { headers: [["Host", "api.test"], agent, ["Accept", "application/json"]] },
        response: {
          status: active ? 200 : 404,
          headers: [
            ["Content-Type", "application/json"],
            ["Content-Length", String(body.length)],
          ],
          body,
          size: body.length,
        },
      };
    }
  }
}

const agents = ["app/4.2 (phone; 17.1)", "app/4.1 (phone; 16.4)", "partner-sync/2.0", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/130.0"];
const collections = ["orders", "invoices", "tickets", "devices", "addresses", "carts"];

/** 1,024 characters, within a few. */
function customer(n: number): string {
  const record = {
    id: 100_000 + (n % 9_000),
    name: `Customer Number ${n % 9_000}`,
    email: `customer${n % 9_000}@mail.test`,
    phone: `+999155${String(10_000 + (n % 9_000))}`,
    active: n % 7 !== 0,
    plan: ["free", "team", "business"][n % 3],
    createdAt: "2025-03-04T05:06:07Z",
    address: { street: `${n % 200} High Street`, city: "Exampletown", country: "XX", zip: String(10_000 + (n % 900)) },
    orders: Array.from({ length: 5 }, (_, i) => ({ id: n * 8 + i, total: ((n * 13 + i * 7) % 9_000) / 100, currency: "EUR", state: i === 0 ? "open" : "delivered" })),
    preferences: { newsletter: false, language: "en", theme: "dark" },
    note: "",
  };
  record.note = "x".repeat(Math.max(0, 1_024 - JSON.stringify(record).length));
  return JSON.stringify(record);
}
