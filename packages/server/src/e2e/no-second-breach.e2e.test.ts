import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningService, startService } from "../gate/proxy/testbed.ts";
import { type Planted, Search } from "./plant.ts";
import { ProtectedService, type Send, send } from "./protected-service.ts";

/** What a service and its callers would hate to find in a stolen folder. */
const phone = "+9994071552863";
const email = "quillon.varga@zanthor.example";
const name = "brunhildezwick";
const dotted = "ottokar.pfnur_77";
const popular = "kunigundevolt";
const token = "tk_Zx81QmmVw03RrB7uYp55LcD2hJ";
const signature = "sK2vTjW0n8yXQdZc4Lr7PbMfGh1AeUi3";
const apiKey = "AKQ7WZP2LMX9TRC4VBN6";
const password = "Tr0ub4dor&3-krasnaya";
const numeric = "77310952846";
const code = "839206";
const card = "4539578763621486";
const session = "s3ss10nVq0PxW8zR2mKd";
const planted: readonly Planted[] = [
  { name: "phone", value: phone, also: ["999-4071552863", "4071552863", "+999 407 155 28 63", "(407) 155-2863"] },
  { name: "e-mail", value: email, also: ["quillon.varga"] },
  { name: "user name", value: name },
  { name: "dotted user name", value: dotted },
  { name: "popular user name", value: popular },
  { name: "bearer token", value: token },
  { name: "JWT signature", value: signature },
  { name: "API key", value: apiKey },
  { name: "password", value: password },
  { name: "number as password", value: numeric },
  { name: "one-time code", value: code, whole: true },
  { name: "card", value: card, also: ["4539 5787 6362 1486", "4539-5787-6362-1486"] },
  { name: "session", value: session },
];
const jwt = `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.${Buffer.from(JSON.stringify({ sub: name, email })).toString("base64url")}.${signature}`;
const search = new Search(planted);

let service: RunningService;
let postern: ProtectedService;
let hooks: RunningService;
const alerts: string[] = [];
let sent = 0;

beforeAll(async () => {
  service = await startService(echo);
  hooks = await startService((req, res) => {
    const chunks: Buffer[] = [];
    req
      .on("data", (chunk: Buffer) => chunks.push(chunk))
      .on("end", () => {
        alerts.push(`${JSON.stringify(req.rawHeaders)}${Buffer.concat(chunks).toString("latin1")}`);
        res.writeHead(204).end();
      });
  });
  const dir = mkdtempSync(join(tmpdir(), "postern-s6-"));
  const triggers = "triggers:\n  - id: many\n    title: Many questions\n    level: high\n    let:\n      n: { count: 'true', by: [path], over: 10m }\n    when: n > 20\n";
  writeFileSync(
    join(dir, "postern.yaml"),
    `alerts:\n  level: info\n  webhook:\n    - url: http://127.0.0.1:${hooks.port}/hook\n      secret: whsec_dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0\n${triggers}`,
  );
  postern = await ProtectedService.start(`http://127.0.0.1:${service.port}`, { dir, args: ["--mode", "enforce"] });
});
afterAll(async () => {
  await postern.stop();
  service.close();
  hooks.close();
  postern.remove();
});

describe("a stolen data folder, log, alert or API answer is no second breach", () => {
  it("holds nothing of what was planted in paths, queries, headers, cookies, forms and JSON, asked and answered", async () => {
    for (const wave of waves()) await all(wave);
    await postern.read(sent);
    const found: string[] = [];
    const look = (where: string, bytes: Buffer | string): void => void found.push(...search.in(bytes).map((what) => `${where} holds ${what}`));
    for (const [path, body] of await apiAnswers()) look(path, body);
    let lookedAt = 0;
    for (const file of runningFiles(postern.dir)) {
      const bytes = readUnlessGone(file);
      if (bytes === undefined) continue;
      lookedAt++;
      look(`(running) ${relative(postern.dir, file)}`, bytes);
    }
    await postern.stop();
    const kept = files(postern.dir);
    for (const file of kept) look(relative(postern.dir, file), readFileSync(file));
    look("the output", postern.output);
    for (const alert of alerts) look("an alert", alert);
    expect(found).toEqual([]);
    // The search looked at what it was meant to look at.
    const names = kept.map((file) => relative(postern.dir, file));
    expect(names).toEqual(expect.arrayContaining(["data/hub/state.json", "data/gate/policy.json"]));
    expect(names.filter((file) => file.startsWith("data/")).length).toBeGreaterThan(20);
    expect(lookedAt).toBeGreaterThan(20);
    expect(alerts.length).toBeGreaterThan(0);
    expect(readFileSync(join(postern.dataDir, "hub/state.json"), "utf8")).toContain("lookup");
    expect(sent).toBeGreaterThan(1_000);
  });

  it("keeps the key outside the data folder", () => {
    const inData = files(postern.dataDir).filter((file) => readFileSync(file).includes("postern-key-1"));
    expect(inData).toEqual([]);
    expect(files(join(postern.dir, ".config")).map((file) => relative(postern.dir, file))).toEqual([".config/postern/key"]);
    expect(statSync(join(postern.dir, ".config/postern/key")).mode & 0o777).toBe(0o600);
  });

  it("refuses to start with its key inside the data folder", async () => {
    const dir = mkdtempSync(join(tmpdir(), "postern-s6-key-"));
    await expect(ProtectedService.start("http://127.0.0.1:9", { dir, env: { POSTERN_KEY_FILE: join(dir, "data", "key") } })).rejects.toThrow(/key/i);
    rmSync(dir, { recursive: true, force: true });
  });
});

describe("the search itself", () => {
  it("finds a planted value in every form it knows", () => {
    for (const one of planted) {
      for (const form of [one.value, one.value.toUpperCase(), encodeURIComponent(one.value), Buffer.from(one.value).toString("hex")])
        expect(search.in(`x"${form}"y`), form).not.toEqual([]);
      if (one.whole !== true) for (const before of ["", "a", "ab"]) expect(search.in(Buffer.from(`${before}${one.value}zz`).toString("base64")), one.name).not.toEqual([]);
    }
  });
});

/** Sends one after another in `lanes` lanes. */
async function all(requests: readonly Asked[]): Promise<void> {
  const rest = [...requests];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
      // What the proxy refuses as no HTTP never reaches the hub.
      if ((await send(`${postern.gate}${next.path}`, next)).status !== 400) sent++;
    }
  };
  await Promise.all(Array.from({ length: 4 }, lane));
}

interface Asked extends Send {
  readonly path: string;
}

const plain: Record<string, string> = { "user-agent": "x" };

function* waves(): Generator<Asked[]> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    "x-api-key": apiKey,
    cookie: `sid=${session}; user=${name}; ${dotted}=1`,
    "user-agent": `App/1.0 (${email}; ${phone})`,
    referer: `https://shop.example/u/${name}?token=${token}`,
    host: `${name}.example`,
    "x-forwarded-for": `${phone}, ${name}`,
    "x-user": dotted,
    [`x-${name}`]: "1",
    forwarded: `for="${email}"`,
    accept: "application/json",
    "x-request-id": `${dotted}-1`,
  };
  const e = encodeURIComponent;
  const spellings = ["999-4071552863", e("+9994071552863"), "%2B999%204071552863", "+999(407)155-28-63", "4071552863"];
  // Lookups with many other numbers around the planted one, as an enumeration would ask: learned, guarded, answered uniformly.
  const lookups: Asked[] = [];
  for (let n = 0; n < 160; n++) {
    lookups.push({ path: `/client/v1/users/999-${4_071_550_000 + n * 7}/status`, headers: n % 3 === 0 ? headers : plain, from: `127.0.0.${2 + (n % 5)}` });
    if (n % 2 === 0) lookups.push({ path: `/client/v1/users/${spellings[n % spellings.length]}/status`, headers });
  }
  yield lookups;
  const strange: Asked[] = [];
  for (let n = 0; n < 60; n++) {
    for (const value of [name, dotted, email, password, token, card, code, apiKey, phone, numeric])
      strange.push({ path: `/${["hello", "u", "find", `greet${n % 3}`][n % 4]}/${e(value)}${n % 2 === 0 ? "" : "/card"}`, headers: n % 5 === 0 ? headers : plain });
  }
  yield strange;
  yield Array.from({ length: 300 }, (_, n) => ({ path: `/missing/${e([name, dotted, email, phone, token][n % 5] ?? "")}/${n % 7}`, headers: n % 10 === 0 ? headers : plain }));
  // The same name again and again, from one caller and from many.
  yield Array.from({ length: 480 }, (_, n) => ({ path: n % 2 === 0 ? `/${popular}` : `/wall/${popular}/posts`, from: `127.0.${n % 12}.9` }));
  yield Array.from({ length: 80 }, () => ({ path: `/profile/${name}`, headers }));
  const query = `phone=${e(phone)}&email=${e(email)}&user=${name}&token=${token}&api_key=${apiKey}&password=${e(password)}&pin=${numeric}&otp=${code}&card=${card}&${name}=1&${e(email)}=2&q=${e(dotted)}`;
  yield Array.from({ length: 80 }, (_, n) => ({ path: `/search?${query}&n=${n}`, headers: n % 4 === 0 ? headers : plain }));
  yield Array.from({ length: 80 }, (_, n) => ({ path: "/signup", method: "POST", body: JSON.stringify(person(n)), headers: { ...headers, "content-type": "application/json" } }));
  yield Array.from({ length: 80 }, (_, n) => ({
    path: n % 2 === 0 ? "/login" : "/gzip/login",
    method: "POST",
    body: `${query}&n=${n}`,
    headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
  }));
  yield Array.from({ length: 40 }, (_, n) => ({ path: `/gzip/people/${n}`, headers }));
  yield Array.from({ length: 40 }, (_, n) => ({ path: `/boom/${name}?user=${name}&n=${n}`, headers }));
  yield Array.from({ length: 40 }, (_, n) => ({ path: `/text/${n}`, headers }));
  yield Array.from({ length: 40 }, (_, n) => ({ path: `/moved/${n}`, headers: { ...headers, authorization: `Bearer ${jwt}` } }));
  yield [
    ...Array.from({ length: 5 }, () => ({ path: "/odd", method: name.toUpperCase() })),
    ...Array.from({ length: 5 }, () => ({
      path: "/report",
      method: "PUT",
      body: `--${name}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${card}\r\n--${name}--`,
      headers: { "content-type": `multipart/form-data; boundary=${name}` },
    })),
  ];
}

function person(n: number): object {
  return {
    n,
    user: { name, login: dotted, contacts: [{ type: "phone", value: phone }, { type: "email", value: email }, [[card, code]]] },
    password,
    otp: Number(code),
    pin: numeric,
    secret: Number(numeric),
    token,
    [name]: { seen: n },
    [email]: true,
    byUser: { [popular]: { points: n } },
    keys: [apiKey],
    nested: { deeper: { deepest: [{ cardNumber: card, jwt }] } },
    text: `call ${name} at ${phone} or ${email}, code ${code}`,
  };
}

/** Answers with everything it was given and more. */
function echo(req: IncomingMessage, res: ServerResponse): void {
  const chunks: Buffer[] = [];
  req
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("end", () => {
      const url = req.url ?? "";
      const path = decodeURIComponent(url.split("?")[0] ?? "");
      const everything = {
        path,
        url,
        headers: req.headers,
        raw: req.rawHeaders,
        body: Buffer.concat(chunks).toString("utf8"),
        [name]: 1,
        people: { [name]: true, [dotted]: { status: name } },
        status: "active",
        token,
        accessToken: jwt,
        set: [phone, email, card],
      };
      res.setHeader("set-cookie", [`sid=${session}; HttpOnly`, `name=${name}`]);
      res.setHeader("x-user", name);
      res.setHeader("x-token", token);
      const json = (status: number, body: object): void => void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (path.startsWith("/client/v1/users/")) {
        const digits = Number(path.replaceAll(/\D/g, "").slice(-10));
        return digits % 2 === 1
          ? json(200, { ...everything, success: true, account_id: digits })
          : json(404, { success: false, message: `${path} is not ${name}`, asked: req.headers.authorization ?? "", by: name, [name]: false });
      }
      if (path.startsWith("/missing/")) return json(404, everything);
      if (path.startsWith("/boom/")) return json(500, everything);
      if (path.startsWith("/moved/")) return void res.writeHead(302, { location: `/people/${name}?user=${name}&token=${token}#${dotted}` }).end();
      if (path.startsWith("/text/")) return void res.writeHead(200, { "content-type": `text/${name}; for=${email}` }).end(`hello ${name}`);
      if (path.startsWith("/gzip/")) return void res.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync(JSON.stringify(everything)));
      json(200, everything);
    });
}

async function apiAnswers(): Promise<[string, Buffer][]> {
  const document = JSON.parse((await postern.api("/api/v1/openapi.json")).body.toString("utf8")) as { paths: Record<string, Record<string, unknown>> };
  const answers: [string, Buffer][] = [
    ["/metrics", (await postern.api("/metrics")).body],
    ["/", (await postern.api("/")).body],
    ["/api/v1/openapi.json", Buffer.from(JSON.stringify(document))],
  ];
  const ids = new Map<string, string[]>();
  const asked = Object.keys(document.paths).filter((one) => document.paths[one]?.["get"] !== undefined && !one.includes("{id}") && one !== "/events" && one !== "/openapi.json");
  for (const path of asked) {
    for (let cursor = "", pages = 0; pages < 40; pages++) {
      const { status, body } = await postern.api(
        `/api/v1${path}${path === "/search" ? "?q=status:200&limit=500" : ["/health", "/overview", "/parts", "/spec"].includes(path) ? "" : "?limit=500"}${cursor}`,
      );
      answers.push([path, body]);
      expect([path, status], body.toString().slice(0, 300)).toEqual([path, 200]);
      const page = JSON.parse(body.toString("utf8")) as { items?: { id?: string }[]; next?: string | null };
      ids.set(path, [...(ids.get(path) ?? []), ...(page.items ?? []).flatMap((item) => (item.id === undefined ? [] : [item.id]))]);
      if (page.next === undefined || page.next === null) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
  }
  for (const path of ["/endpoints", "/incidents"]) {
    expect(ids.get(path)?.length, path).toBeGreaterThan(0);
    for (const id of ids.get(path) ?? []) answers.push([`${path}/${id}`, (await postern.api(`/api/v1${path}/${encodeURIComponent(id)}`)).body]);
  }
  return answers;
}

/** The same while the store works there and takes its temporary folders away at any moment. */
function runningFiles(dir: string): string[] {
  const entries = unlessGone(() => readdirSync(dir, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => (entry.isDirectory() ? runningFiles(join(dir, entry.name)) : entry.isFile() ? [join(dir, entry.name)] : []));
}

function readUnlessGone(file: string): Buffer | undefined {
  return unlessGone(() => readFileSync(file));
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function files(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
