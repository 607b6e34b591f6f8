import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, type Finding, Ledger } from "@postern/engine";
import { afterAll, describe, expect, test } from "vitest";
import { ledgerOptionsOf } from "../cli/import-policy.ts";
import type { ImportDocument } from "../cli/report/import-document.ts";
import { commandBench } from "../cli/report/run-command.fixture.ts";
import { makePorts } from "../keys/make-ports.ts";
import { configOf } from "./config-of.fixture.ts";
import { publicOnPurpose } from "./public-on-purpose.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const bench = commandBench();
const dir = mkdtempSync(join(tmpdir(), "postern-obeyed-"));
afterAll(() => {
  bench.remove();
  rmSync(dir, { recursive: true, force: true });
});

function exchange(n: number, method: string, url: string, status: number, body: object, headers: Exchange["request"]["headers"] = []): Exchange {
  return {
    id: `x${n}`,
    at: 1_700_000_000_000 + n * 1_000,
    method,
    url: `http://api.example${url}`,
    client: { address: `192.0.2.${n % 200}` },
    request: { headers },
    response: { status, headers: [["content-type", "application/json"]], body: JSON.stringify(body) },
    carries: carriesAll,
  };
}

describe("publicOnPurpose", () => {
  const yaml = (until: string): string => `endpoints:\n  - match: GET /catalogue/{id}\n    publicOnPurpose: { owner: ada, reason: "anybody may look", until: ${until} }\n`;
  const finding = (check: string): Pick<Finding, "check" | "endpoint"> => ({ check, endpoint: { id: "e", method: "GET", host: "api.example", path: "/catalogue/{itemId}" } });

  test("accepts the missing credential through the last moment of its date, and is open again after it; an oracle is never accepted by it", () => {
    const config = configOf(yaml("2027-01-31"));
    const at = (text: string): number => Date.parse(text);
    expect(publicOnPurpose(finding("missing-authentication"), config, at("2027-01-31T23:59:59Z"))).toEqual({ by: "ada", reason: "anybody may look", until: "2027-01-31" });
    expect(publicOnPurpose(finding("missing-authentication"), config, at("2027-02-01T00:00:00Z"))).toBeUndefined();
    expect(publicOnPurpose(finding("existence-oracle"), config, at("2026-01-01T00:00:00Z"))).toBeUndefined();
  });

  test("shows in the report with who and why, does not fail the build, and does again when the date is over", async () => {
    const traffic = join(dir, "traffic.ndjson");
    writeFileSync(traffic, "");
    for (let n = 0; n < 40; n++) {
      appendFileSync(
        traffic,
        `${JSON.stringify({ at: new Date(1_700_000_000_000 + n * 1_000).toISOString(), method: "GET", url: `https://api.example/catalogue/${1_000 + n * 7}`, client: { address: `192.0.2.${n}` }, request: { headers: [] }, response: { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify({ email: `a${n}@b.example`, name: "x" }) } })}\n`,
      );
    }
    const statusWith = async (until: string): Promise<unknown> => {
      const config = join(dir, "postern.yaml");
      writeFileSync(config, yaml(until));
      const { code, stdout } = await bench.run(["import", "--json", "--config", config, "--fail-on", "high", traffic]);
      const document: ImportDocument = JSON.parse(stdout);
      const found = document.findings.items.find((one) => one.check === "missing-authentication");
      return [code, found?.status, found?.accepted?.by];
    };
    expect(await statusWith("2199-01-01")).toEqual([0, "accepted", "ada"]);
    expect(await statusWith("2020-01-01")).toEqual([1, "open", undefined]);
    writeFileSync(join(dir, "postern.yaml"), yaml("2199-01-01"));
    expect((await bench.run(["import", "--config", join(dir, "postern.yaml"), traffic])).stdout).toContain("Accepted by ada until 2199-01-01: anybody may look");
  });
});

describe("an anchor's success", () => {
  test.each([
    ["success: [202]", 202, 1],
    ["success: [202]", 200, 0],
    ["success: [302]", 302, 1],
    ["", 204, 1],
    ["", 202, 0],
  ])("with `%s` an answer %i there makes %i anchors", (success, status, anchors) => {
    const config = configOf(
      `endpoints:\n  - match: POST /confirm/{phone}\n    subject: { in: path, name: phone, type: phone }\nanchors:\n  - endpoint: POST /confirm/{phone}\n    kind: device-completion\n${success === "" ? "" : `    ${success}\n`}`,
    );
    const ledger = new Ledger(ports, ledgerOptionsOf(config, "enforce", ports));
    // Distinct numbers first, so that the segment is known to be a parameter.
    for (let n = 0; n < 20; n++) ledger.onExchange(exchange(n, "POST", `/confirm/+9995${100_000 + n * 37}`, 409, {}));
    expect(ledger.onExchange(exchange(30, "POST", "/confirm/+999555123456", status, { ok: true })).anchors).toHaveLength(anchors);
  });
});

test("whom the operator expects is told to gates, through the last moment of the date", () => {
  const config = configOf("expected:\n  - { name: 'Acme, first big month', networks: [198.51.100.0/24], peopleADay: 8000, until: 2027-01-31 }\n");
  const { expected } = new Ledger(ports, ledgerOptionsOf(config, "enforce", ports)).policy(1_700_000_000_000);
  expect(expected).toEqual([{ name: "Acme, first big month", networks: ["198.51.100.0/24"], peopleADay: 8_000, until: Date.parse("2027-02-01T00:00:00Z") }]);
});
