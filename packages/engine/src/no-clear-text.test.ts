import fc from "fast-check";
import { expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { storeExchange } from "./exchange/stored-exchange.ts";
import { Ledger } from "./ledger.ts";
import { ports } from "./testing/ports.ts";

/** Names, numbers, addresses and tokens that stand in no vocabulary, each long enough not to turn up by chance. */
const secret = fc.oneof(
  fc.stringMatching(/^[bdgkz][a-z]{3}q[xzk][a-z]{4}$/),
  fc.stringMatching(/^[a-z]{3}qx[a-z]{2}[._-]zk[a-z]{4}[0-9]{2}$/),
  fc.stringMatching(/^\+999[1-9][0-9]{9}$/),
  fc.stringMatching(/^[a-z]{3}qz[a-z]{3}@zkq[a-z]{4}\.example$/),
  fc.stringMatching(/^tk_[A-Za-z0-9]{12}Qx7[A-Za-z0-9]{8}$/),
);

it("lets no text of a request or an answer into rows, state, policy or findings, wherever it stands and however often it comes", () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 6, maxLength: 6 }), fc.integer({ min: 1, max: 12 }), fc.constantFrom(200, 404, 401, 302, 500), (secrets, networks, status) => {
      const ledger = new Ledger(ports, { mode: "enforce" });
      const written: unknown[] = [];
      for (let n = 0; n < 72; n++) {
        const step = ledger.onExchange(exchange(n, secrets, networks, n % 3 === 0 ? status : 200));
        written.push(
          storeExchange(step.view, { endpointId: step.endpoint?.id, template: step.endpoint?.template, subjects: step.subjects, responseClassId: step.responseClass?.id }, ports),
          step.disclosures,
          step.anchors,
        );
        written.push(ledger.policy(n * 1_000));
      }
      written.push(
        ledger.exportState(),
        ledger.findings(),
        ledger.inventory.endpoints().map((one) => [one.id, one.template, one.parameterList(), one.posture()]),
      );
      const text = JSON.stringify(written).toLowerCase();
      for (const one of secrets)
        for (const form of [one, encodeURIComponent(one), one.replaceAll(/\D/g, "")]) if (form.length >= 8) expect(text.includes(form.toLowerCase()), form).toBe(false);
    }),
    { numRuns: 60 },
  );
});

function exchange(n: number, secrets: readonly string[], networks: number, status: number): Exchange {
  const of = (index: number): string => secrets[index % secrets.length] ?? "";
  const e = encodeURIComponent;
  const path = [
    `/hello/${e(of(0))}`,
    `/users/${e(of(1))}/status`,
    `/${e(of(2))}/posts/${n}`,
    `/client/v1/users/999-${4_071_550_000 + n * 7}/status`,
    `/missing/${e(of(n))}`,
    "/signup",
  ][n % 6];
  const person = { [of(0)]: n, [of(3)]: { [of(1)]: of(2), status: of(4) }, phone: of(2), list: [[of(5)], { token: of(4) }], code: n, name: of(0) };
  const json = JSON.stringify({ ...person, echo: path, success: n % 2 === 0 });
  return {
    id: `x-${n}`,
    at: n * 1_000,
    method: n % 11 === 10 ? of(0).toUpperCase() : n % 6 === 5 ? "POST" : "GET",
    url: `http://api.example${path}?${e(of(1))}=${n}&q=${e(of(3))}&n=${n}`,
    client: { address: `192.0.2.${1 + (n % networks)}` },
    request: {
      headers: [
        ["Authorization", `Bearer ${of(4)}`],
        ["X-User", of(0)],
        [`X-${of(1).replaceAll(/[^a-z]/g, "")}`, "1"],
        ["User-Agent", of(2)],
        ["Content-Type", "application/json"],
      ],
      body: JSON.stringify(person),
    },
    response: {
      status,
      headers: [
        ["Content-Type", n % 7 === 0 ? `text/${of(1)}` : "application/json"],
        ["X-User", of(0)],
        ["Location", `/${e(of(1))}?${e(of(2))}=1`],
      ],
      body: json,
    },
    durationMs: 3,
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}
