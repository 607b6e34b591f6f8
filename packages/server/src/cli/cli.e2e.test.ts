import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exchangeLine } from "@postern/engine";
import { createLatchkey, attackList, flaws, honestDay, mergeSessions, runDirect, smashAndGrab } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "postern-cli-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const lookup = "GET /client/v1/users/{any}/status";
const from = Date.UTC(2026, 2, 2);
const dayMs = 86_400_000;
/** What an attacker with 1,200 numbers learned, by number. */
let notes: ReadonlyMap<number, string> = new Map();
let attacker = "";
let lines: { readonly at: number; readonly text: string }[] = [];
const truth = { confirmed: 0, denied: 0 };

async function postern(...args: string[]): Promise<Told> {
  return await posternAt(undefined, ...args);
}

interface Told {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function posternAt(columns: string | undefined, ...args: string[]): Promise<Told> {
  return await new Promise((resolve) => {
    const env = { ...(columns === undefined ? {} : { COLUMNS: columns }), PATH: process.env["PATH"], HOME: join(dir, "home"), POSTERN_KEY_FILE: join(dir, "keys", "key") };
    execFile(process.execPath, [program, ...args], { cwd: dir, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, stdout, stderr });
    });
  });
}

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await postern(...args, "--json");
  if (code !== 0) throw new Error(`${args.join(" ")}: exit ${code}: ${stderr}`);
  const document: unknown = JSON.parse(stdout);
  if (typeof document !== "object" || document === null) throw new Error("no JSON object");
  return { ...document };
}

/** Imports what was recorded, without the lines `gone` names, into a data directory of its own. */
async function imported(name: string, gone: (at: number) => boolean = () => false): Promise<string> {
  const file = join(dir, `${name}.ndjson`);
  writeFileSync(
    file,
    `${lines
      .filter(({ at }) => !gone(at))
      .map(({ text }) => text)
      .join("\n")}\n`,
  );
  const data = join(dir, name);
  const { code, stderr } = await postern("import", file, "--data", data, "--json");
  if (code !== 0) throw new Error(stderr);
  return data;
}

function items(document: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(document["items"]) ? document["items"] : [];
}

let data = "";
beforeAll(async () => {
  const day = { from, to: from + dayMs };
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 2_000, seed: "cli", now: () => from });
  // The attack runs for two hours of the afternoon, honest people all day.
  const run = smashAndGrab({
    list: attackList(latchkey, { size: 1_200, validShare: 0.5, seed: "cli" }),
    from: from + 14 * 3_600_000 + 600_000,
    seed: "cli",
    addresses: 1,
    ratePerSecond: 1 / 6,
  });
  const honest = honestDay({ population: latchkey.population, seed: "cli", sessionsPerDay: 1_500, ...day });
  const learned = new Map<string, string>();
  runDirect(mergeSessions(honest, run.sessions), latchkey, day, (exchange) => {
    lines.push({ at: exchange.at, text: exchangeLine(exchange) });
    // Everybody who asks without a credential learns: what matters is what the endpoint told, to whomever.
    const number = /\/users\/999-(\d+)\/status$/.exec(exchange.url)?.[1];
    if (number === undefined || exchange.response.status === 429 || exchange.response.status >= 500) return;
    const exists = JSON.stringify(exchange.response.body).includes("true");
    if (exists) learned.set(number, "confirmed");
    else if (!learned.has(number)) learned.set(number, "denied");
  });
  latchkey.close();
  notes = run.notes;
  attacker = run.sessions[0]?.address ?? "";
  for (const said of learned.values())
    if (said === "confirmed") truth.confirmed += 1;
    else truth.denied += 1;
  data = await imported("whole");
});

describe("postern report breach", () => {
  test("names every person the attacker confirmed and nobody else", async () => {
    const users = [...notes].map(([number, said]) => ({ id: `u${number}`, number, said }));
    const csv = join(dir, "users.csv");
    writeFileSync(csv, `id,phone\n${users.map(({ id, number }) => `${id},+999${number}`).join("\n")}\nstranger,+99900000000\n`);
    const out = join(dir, "matched.csv");
    const report = await json("report", "breach", "--data", data, "--endpoint", lookup, "--match", csv, "--out", out);
    expect(report["exposed"]).toMatchObject({ subjects: truth.confirmed });
    expect(report["denied"]).toBe(truth.denied);
    const matched = new Map(
      readFileSync(out, "utf8")
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => [line.split(",")[0] ?? "", line.split(",")[1] ?? ""]),
    );
    expect(matched.has("stranger")).toBe(false);
    for (const { id, said } of users) expect(`${id} ${matched.get(id)}`).toBe(`${id} ${said === "exists" ? "confirmed" : "denied"}`);
  });

  test("the whole record says exactly; with an hour taken away it says at least, on whatever minute the hole begins", async () => {
    const whole = await json("report", "breach", "--data", data, "--endpoint", lookup, "--from", "2026-03-02T10:00:00Z", "--to", "2026-03-02T20:00:00Z");
    expect([whole["exact"], whole["coverage"]]).toEqual([true, expect.objectContaining({ complete: true })]);
    for (const [name, hole] of [
      ["aligned", from + 15 * 3_600_000],
      ["crooked", from + 14 * 3_600_000 + 1_500_000],
    ] as const) {
      const holed = await imported(name, (at) => at >= hole && at < hole + 3_600_000);
      const args = ["report", "breach", "--data", holed, "--endpoint", lookup, "--from", "2026-03-02T10:00:00Z", "--to", "2026-03-02T20:00:00Z"];
      const report = await json(...args);
      expect([name, report["exact"], report["coverage"]]).toEqual([name, false, expect.objectContaining({ complete: false })]);
      const { stdout } = await postern(...args);
      expect(stdout).toContain("At least");
      expect(stdout).not.toContain("Exactly");
    }
  });

  test("by default the window is the endpoint's own first to last disclosure, and the text says what it rests on", async () => {
    const { code, stdout } = await postern("report", "breach", "--data", data, "--endpoint", lookup);
    expect(code).toBe(0);
    expect(stdout).toContain(`${truth.confirmed.toLocaleString("en-US")} phone numbers were confirmed`);
    expect(stdout).toContain(attacker);
  });

  test("asking beyond the record's ends is told, not claimed", async () => {
    const report = await json("report", "breach", "--data", data, "--endpoint", lookup, "--from", "2026-03-01T00:00:00Z");
    expect(report["exact"]).toBe(false);
    const ahead = await json("report", "breach", "--data", data, "--endpoint", lookup, "--to", "2126-01-01T00:00:00Z");
    expect(Date.parse(String((ahead["window"] as Record<string, unknown>)["to"]))).toBeLessThanOrEqual(Date.now());
  });

  test("an endpoint it does not know: exit 3, and the ones that disclosed something; a bad time: exit 2", async () => {
    const unknown = await postern("report", "breach", "--data", data, "--endpoint", "GET /nothing/here");
    expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("/client/v1/users/")]);
    expect((await postern("report", "breach", "--data", data, "--endpoint", lookup, "--from", "last week")).code).toBe(2);
    expect((await postern("report", "breach", "--data", join(dir, "nowhere"), "--endpoint", lookup)).code).toBe(3);
  });
});

describe("lists", () => {
  test("endpoints, findings, incidents, disclosures and exchanges come with their public fields", async () => {
    const endpoints = items(await json("endpoints", "--data", data));
    expect(endpoints.find((one) => String(one["path"]).includes("/users/") && String(one["path"]).endsWith("/status"))).toMatchObject({
      method: "GET",
      oracle: { verdict: expect.any(String) },
      requests: expect.any(Number),
    });
    expect(items(await json("findings", "--data", data)).some((one) => one["check"] === "existence-oracle")).toBe(true);
    const [incident] = items(await json("incidents", "--data", data));
    expect(incident).toMatchObject({
      kind: "enumeration",
      sources: expect.arrayContaining([expect.objectContaining({ address: attacker })]),
      disclosed: { confirmed: expect.any(Number) },
    });
    expect(items(await json("disclosures", "--data", data, "--endpoint", lookup))).toEqual([
      expect.objectContaining({ confirmed: truth.confirmed, denied: truth.denied, uniform: 0 }),
    ]);
    expect(items(await json("exchanges", "--data", data, "--limit", "5"))).toHaveLength(5);
  });

  test("pages follow each other without a repeat or a hole", async () => {
    const seen: string[] = [];
    let cursor: unknown = null;
    for (let page = 0; page < 3; page++) {
      const document = await json("exchanges", "--data", data, "--address", attacker, "--limit", "100", ...(typeof cursor === "string" ? ["--cursor", cursor] : []));
      seen.push(...items(document).map((one) => String(one["id"])));
      cursor = document["next"];
    }
    expect([seen.length, new Set(seen).size]).toEqual([300, 300]);
  });

  test("piped, no cell of any table is cut; a finding says what shows it and what mends it", async () => {
    for (const name of ["endpoints", "findings", "incidents", "disclosures", "exchanges"]) expect((await postern(name, "--data", data)).stdout).not.toContain("..");
    const { stdout } = await postern("findings", "--data", data);
    expect(stdout).toMatch(/\n {2}Certain: \S[^]*?\n {2}Fix: \S/);
  });

  test("at 80 columns no line is wider but for commands, and paths stand below their rows rather than cut to pieces", async () => {
    for (const name of ["endpoints", "findings", "incidents", "disclosures", "exchanges"]) {
      const { code, stdout } = await posternAt("80", name, "--data", data);
      expect(code).toBe(0);
      expect(stdout.split("\n").filter((line) => line.length > 80 && !/^ {5}\S.* report breach --endpoint /.test(line))).toEqual([]);
      expect(stdout).toMatch(/\n {2}\S.*\/status\n/);
    }
  });
});

describe("postern why and config", () => {
  test("why explains an incident and a finding, by the whole id and by the short one that lists show", async () => {
    const [incident] = items(await json("incidents", "--data", data));
    const short = (await postern("incidents", "--data", data)).stdout.split("\n")[1]?.split(" ")[0] ?? "";
    expect(String(incident?.["id"])).toContain(short);
    for (const id of [String(incident?.["id"]), short]) {
      expect(await json("why", id, "--data", data)).toMatchObject({ incident: { id: incident?.["id"], disclosed: { estimated: false } } });
      const { stdout } = await postern("why", id, "--data", data);
      expect(stdout).toContain(attacker);
      expect(stdout).toContain("enumeration.");
    }
    const finding = items(await json("findings", "--data", data)).find((one) => one["check"] === "existence-oracle");
    expect(await json("why", String(finding?.["id"]).slice(0, 8), "--data", data)).toMatchObject({ finding: { id: finding?.["id"] } });
    expect((await postern("why", String(finding?.["id"]), "--data", data)).stdout).toContain("Exchanges that show it");
  });

  test("the command that an incident names is complete: pasted into a shell it tells everybody whom the incident's source asked about", async () => {
    const [incident] = items(await json("incidents", "--data", data));
    const next = Array.isArray(incident?.["next"]) ? incident["next"].map(String) : [];
    const command =
      next
        .find((step) => step.includes("postern report breach"))
        ?.split("postern ")
        .at(-1) ?? "";
    const words = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
      .trimEnd()
      .split("\n");
    const report = await json(...words);
    const sources: unknown = Reflect.get(Object(report["sources"]), "top");
    expect(Array.isArray(sources) && sources.find((one: { address: string }) => one.address === attacker)).toMatchObject({ asked: notes.size });
  });

  test("what is not understood is exit 2, with the code last", async () => {
    for (const [args, code] of [
      [["protect", "foo"], "UPSTREAM_INVALID"],
      [["protect"], "USAGE"],
      [["endpoints", "--nonsense"], "USAGE"],
      [["nonsense"], "USAGE"],
      [["endpoints", "--limit", "0"], "USAGE"],
    ] as const) {
      const { code: exit, stderr } = await postern(...args);
      expect([args, exit, stderr]).toEqual([args, 2, expect.stringContaining(`(${code})`)]);
    }
  });

  test("why says what was decided, by which rule, and what the caller had asked until then", async () => {
    const [last] = items(await json("exchanges", "--data", data, "--address", attacker, "--limit", "1"));
    const why = await json("why", String(last?.["id"]), "--data", data);
    expect(why).toMatchObject({ action: "allow", would: "uniform", explanation: { words: expect.any(String), undo: expect.any(String) }, source: { people: notes.size } });
    const { stdout } = await postern("why", String(last?.["id"]), "--data", data);
    expect(stdout).toContain("in enforce it would have been");
    expect((await postern("why", "no-such-thing", "--data", data)).code).toBe(3);
  });

  test("config check: exit 0 for a good file, 2 with every mistake's line for a bad one; schema prints a JSON Schema", async () => {
    const good = join(dir, "good.yaml");
    const bad = join(dir, "bad.yaml");
    writeFileSync(good, "mode: enforce\n");
    writeFileSync(bad, "mode: maybe\nlimts: []\n");
    expect((await postern("config", "check", good)).code).toBe(0);
    const { code, stdout } = await postern("config", "check", bad);
    expect([code, stdout]).toEqual([2, expect.stringContaining("bad.yaml:2:1")]);
    expect(JSON.parse((await postern("config", "schema")).stdout)).toMatchObject({ title: "postern.yaml" });
  });
});
