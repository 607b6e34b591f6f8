import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, Ledger } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ledgerOptionsOf } from "../cli/import-policy.ts";
import type { Config } from "../config/config-schema.ts";
import { configOf } from "../config/config-of.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import { blindIdentifiers, blindIdentifierText, requestsMin } from "./blind-identifiers.ts";
import { HubCore } from "./hub-core.ts";
import type { HubEvent } from "./hub-process.ts";
import { hubToken, runHubOn } from "./run-hub.fixture.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const phone = (n: number): string => `+9995${String(100_000 + n * 37)}`;

function asked(method: string, url: string, n: number, body?: object): Exchange {
  return {
    id: `x${n}`,
    at: 1_700_000_000_000 + n * 1_000,
    method,
    url: `http://api.example${url}`,
    client: { address: `192.0.2.${n % 200}` },
    request: { headers: [["content-type", "application/json"]], ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    response: { status: 200, headers: [["content-type", "application/json"]], body: '{"exists":true}' },
    carries: carriesAll,
  };
}

function ledgerWith(config: Config, exchanges: readonly Exchange[]): Ledger {
  const ledger = new Ledger(ports, ledgerOptionsOf(config, "enforce", ports));
  for (const exchange of exchanges) ledger.onExchange(exchange);
  return ledger;
}

const times = (many: number, make: (n: number) => Exchange): Exchange[] => Array.from({ length: many }, (_, n) => make(n));
const misnamed = configOf("endpoints:\n  - match: GET /v1/lookup\n    subject: { in: query, name: phone, type: phone }\n    oracle: declared\n");

describe("a declared identifier that does not come", () => {
  test("is noticed after twenty requests, with what came instead", () => {
    const few = ledgerWith(
      misnamed,
      times(requestsMin - 1, (n) => asked("GET", `/v1/lookup?msisdn=${encodeURIComponent(phone(n))}&lang=en`, n)),
    );
    expect(blindIdentifiers(few.inventory.endpoints(), misnamed)).toEqual([]);
    const enough = ledgerWith(
      misnamed,
      times(requestsMin, (n) => asked("GET", `/v1/lookup?msisdn=${encodeURIComponent(phone(n))}&lang=en`, n)),
    );
    const [blind] = blindIdentifiers(enough.inventory.endpoints(), misnamed);
    expect(blind).toMatchObject({
      key: "endpoints.0.subject",
      without: requestsMin,
      seen: [
        { in: "query", name: "msisdn", type: "phone" },
        { in: "query", name: "lang" },
      ],
    });
    if (blind === undefined) return;
    expect(blindIdentifierText(blind)).toBe(
      "GET /v1/lookup is declared to ask about query `phone`, but none of its 20 requests carried it: whom they ask about is not counted and no budget holds there. Seen instead: query `msisdn` (looks like phone), query `lang`. Mend endpoints.0.subject in postern.yaml.",
    );
  });

  test("is not noticed when it comes, in whatever case or as a list, nor when some requests do without it", () => {
    for (const url of ["/v1/lookup?Phone=", "/v1/lookup?phone[]=", "/v1/lookup?phone="]) {
      const ledger = ledgerWith(
        misnamed,
        times(40, (n) => asked("GET", n % 3 === 0 ? "/v1/lookup?lang=en" : url + encodeURIComponent(phone(n)), n)),
      );
      expect(blindIdentifiers(ledger.inventory.endpoints(), misnamed)).toEqual([]);
    }
  });

  test("is noticed in JSON bodies, and a name that might be somebody's stays hidden", () => {
    const config = configOf("endpoints:\n  - match: POST /v1/lookup\n    subject: { in: json, name: 'users[].phone', type: phone }\n");
    const right = ledgerWith(
      config,
      times(30, (n) => asked("POST", "/v1/lookup", n, { users: [{ phone: phone(n) }, { phone: phone(n + 500) }] })),
    );
    expect(blindIdentifiers(right.inventory.endpoints(), config)).toEqual([]);
    const wrong = ledgerWith(
      config,
      times(30, (n) => asked("POST", "/v1/lookup", n, { users: [{ xzyqnummer: phone(n) }] })),
    );
    const text = blindIdentifiers(wrong.inventory.endpoints(), config).map(blindIdentifierText).join();
    expect(text).toMatch(/json `users\[\]\.~[0-9a-f]{8}` \(looks like phone\)\. Names after a ~ are hashed/);
    expect(text).not.toContain("xzyq");
  });

  test("says nothing where it cannot know: no identifier declared, in a path, in a header", () => {
    for (const subject of ["", "    subject: { in: header, name: x-phone, type: phone }\n", "    subject: { in: cookie, name: phone, type: phone }\n"]) {
      const config = configOf(`endpoints:\n  - match: GET /v1/lookup\n${subject}`);
      const ledger = ledgerWith(
        config,
        times(40, (n) => asked("GET", `/v1/lookup?lang=${n}`, n)),
      );
      expect(blindIdentifiers(ledger.inventory.endpoints(), config)).toEqual([]);
    }
  });
});

describe("a hub that knows of one", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "postern-blind-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  test("shows it among the blind spots and says it once", async () => {
    const now = (): number => 1_700_000_100_000;
    const core = new HubCore({ dataDir: dir, ports, mode: "enforce", config: misnamed, now, onIncident: () => undefined });
    for (const exchange of times(30, (n) => asked("GET", `/v1/lookup?msisdn=${encodeURIComponent(phone(n))}`, n))) core.ledger.onExchange(exchange);
    core.close();
    const events: HubEvent[] = [];
    const hub = await runHubOn(dir, { ports, mode: "enforce", config: misnamed, now, onEvent: (event) => events.push(event) });
    try {
      const spots = async (): Promise<string> => await (await fetch(`${hub.consoleUrl}/api/v1/overview`, { headers: { authorization: `Bearer ${hubToken}` } })).text();
      const deadline = Date.now() + 15_000;
      while (!(await spots()).includes("query `msisdn`")) if (Date.now() > deadline) throw new Error("It never said so");
      expect(events.filter((event) => event.name === "blind-spot")).toEqual([{ name: "blind-spot", detail: expect.stringContaining("query `msisdn`") }]);
    } finally {
      await hub.close();
    }
  });
});
