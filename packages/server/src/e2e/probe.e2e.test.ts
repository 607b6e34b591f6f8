import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLatchkey, dashed, type FlawId, flaws, serveLatchkey, strangersFrom } from "@postern/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { ProtectedService } from "./protected-service.ts";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "postern-probe-"));
const open: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of open.toReversed()) await close();
  rmSync(dir, { recursive: true, force: true });
});

const secret = "a-token-that-nobody-may-see";

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function postern(...args: string[]): Promise<Told> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"], HOME: dir, COLUMNS: "100", POSTERN_KEY_FILE: join(dir, "keys", "key"), TOKEN: secret };
    execFile(process.execPath, [program, ...args], { cwd: dir, env, maxBuffer: 16_777_216 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr }),
    );
  });
}

/** Latchkey with these sins, and the canaries that were planted in it. */
async function latchkey(...on: FlawId[]): Promise<string> {
  const service = createLatchkey({ flaws: flaws(...on), accounts: 500, seed: "probe", now: () => Date.UTC(2026, 2, 2) });
  const served = await serveLatchkey(service);
  open.push(
    () => service.close(),
    () => served.close(),
  );
  const people = service.population;
  const list = (from: number): string[] => Array.from({ length: 12 }, (_, n) => dashed(people.numberAt(from + n * 7)));
  writeFileSync(join(dir, "canaries.json"), JSON.stringify({ registered: list(0), unregistered: list(strangersFrom) }));
  return served.url;
}

const lookup = ["--endpoint", "GET /client/v1/users/{subject}/status", "--canaries", "canaries.json", "--rate", "500"];

describe("postern probe", () => {
  test("finds Latchkey's oracle with exit 1, shows both answers and nobody's number or token", async () => {
    const url = await latchkey("F1", "F2", "F3");
    const { code, stdout, stderr } = await postern("probe", url, ...lookup, "--rounds", "1", "--token-env", "TOKEN");
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("YES");
    expect(stdout).toContain("3.7e-7");
    expect(stdout).toContain('"account_id": "<number>"');
    expect(stdout).toContain('"message": "User not found."');
    const { stdout: json } = await postern("probe", url, ...lookup, "--rounds", "1", "--token-env", "TOKEN", "--json");
    for (const text of [stdout, json]) {
      expect(text).not.toMatch(/999-\d{8}/);
      expect(text).not.toContain(secret);
    }
    expect(JSON.parse(json)).toMatchObject({ endpoints: [{ oracle: "yes", seenInTraffic: true, usable: { registered: 12, unregistered: 12 } }] });
  });

  test("finds none in the build whose answers are alike: exit 0; and cannot tell of one that refuses everybody: exit 2 and what to do", async () => {
    expect((await postern("probe", await latchkey("F1", "F2"), ...lookup, "--rounds", "1")).code).toBe(0);
    const refused = await postern("probe", await latchkey(), ...lookup, "--rounds", "1");
    expect(refused.code).toBe(2);
    expect(refused.stdout).toContain("it answered 401 to every question");
    expect(refused.stdout).toContain("--token-env");
  });

  test("finds an oracle that tells by time alone", async () => {
    const { code, stdout } = await postern("probe", await latchkey("F1", "F2", "F4"), ...lookup, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ endpoints: [{ channels: [{ channel: "time" }], seenInTraffic: false }] });
  });

  test("finds none behind `postern protect` in enforce: the same service, its answers uniform once the budget is spent", async () => {
    const upstream = await latchkey("F1", "F2", "F3");
    const config = join(dir, "enforce.yaml");
    writeFileSync(
      config,
      'endpoints:\n  - match: "GET /client/v1/users/{cc}-{phone}/status"\n    subject: { in: path, name: cc-phone, type: phone }\n    oracle: declared\n    uniform: { status: 200, headers: { content-type: application/json }, body: \'{"success":false,"message":"User not found."}\' }\n',
    );
    const protectedOne = await ProtectedService.start(upstream, { args: ["--mode", "enforce", "--config", config] });
    open.push(async () => {
      await protectedOne.stop();
      protectedOne.remove();
    });
    const { code, stdout } = await postern("probe", protectedOne.gate, ...lookup, "--rounds", "1", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ endpoints: [{ oracle: "no", channels: [], doubts: [] }] });
    expect(code).toBe(0);
    expect((await postern("probe", upstream, ...lookup, "--rounds", "1")).code).toBe(1);
  });
});
