import { type Exchange, Ledger } from "@postern/engine";
import { describe, expect, test } from "vitest";
import { ledgerOptionsOf } from "../cli/import-policy.ts";
import { parseConfig } from "../config/parse-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import { purposeOf } from "./endpoint-purpose.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);

describe("what an endpoint is for", () => {
  test("is told from how people use it, with the evidence", () => {
    expect(purposeAfterSignIns("")).toEqual({
      kind: "sign-in",
      basis: "traffic",
      because: "callers correct json:password until they are let in, and are let in with the same one again later",
      overridden: null,
    });
  });

  test("is what the configuration says, and what the traffic shows stands beside it where that is something else", () => {
    expect(purposeAfterSignIns('endpoints: [{ match: "POST /session", kind: code-verified }]')).toEqual({
      kind: "code-check",
      basis: "declared",
      because: "postern.yaml says kind: code-verified",
      overridden: { kind: "sign-in", because: "callers correct json:password until they are let in, and are let in with the same one again later" },
    });
    expect(purposeAfterSignIns('endpoints: [{ match: "POST /session", kind: sign-in }]')).toMatchObject({ kind: "sign-in", basis: "declared", overridden: null });
    expect(purposeAfterSignIns('anchors: [{ endpoint: "POST /session", kind: device-completion }]')).toMatchObject({
      kind: "device-registration",
      because: "postern.yaml lists it under anchors, as device-completion",
    });
    expect(purposeAfterSignIns('endpoints: [{ match: "POST /session", kind: lookup }]')).toMatchObject({ kind: "account-lookup", basis: "declared" });
  });

  test("is not known of an endpoint that shows nothing", () => {
    expect(purposeAfterSignIns("", "/news")).toMatchObject({ kind: "unproven", basis: "none", overridden: null });
  });
});

function purposeAfterSignIns(yaml: string, path = "/session"): unknown {
  const parsed = parseConfig(yaml, { name: "postern.yaml", env: {} });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const ledger = new Ledger(ports, ledgerOptionsOf(parsed.config, "observe", ports, []));
  const begin = Date.parse("2026-01-31T08:00:00Z");
  for (let n = 0; n < 40; n++) {
    const at = begin + n * 600_000;
    const person = { user: `person${n}@example.com`, password: `right-${n}-Kx7` };
    ledger.onExchange(exchange("POST", "/session", at, n, { ...person, password: `wrong-${n}` }, 401));
    ledger.onExchange(exchange("POST", "/session", at + 9_000, n, person, 200));
    ledger.onExchange(exchange("GET", "/news", at + 20_000, n, undefined, 200));
    ledger.onExchange(exchange("POST", "/session", at + 4 * 3_600_000, n, person, 200));
  }
  const endpoint = ledger.inventory.endpoints().find((one) => one.clearTemplate === path);
  return endpoint === undefined ? undefined : purposeOf(ledger, endpoint);
}

function exchange(method: string, path: string, at: number, n: number, body: object | undefined, status: number): Exchange {
  return {
    id: `x${at}-${n}`,
    at,
    method,
    url: `http://shop.example${path}`,
    client: { address: `10.0.0.${n}` },
    request: { headers: [["content-type", "application/json"]], ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
    response: { headers: [["content-type", "application/json"]], status, body: JSON.stringify({ ok: status === 200 }) },
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}
