import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

test("in an access log, who goes through a list at one address in 500 s for days is one incident, told by its address alone", async () => {
  const thief = Array.from({ length: 600 }, (_, n) => asks(10 * day + n * 500_000, "185.220.101.7", n));
  const { incidents } = await imported("patient.log", thief);
  expect(incidents.items).toHaveLength(1);
  const [incident] = incidents.items;
  expect(incident).toMatchObject({ level: "high", status: "open", sourceCount: 1, clients: null });
  expect(incident?.sources[0]).toMatchObject({ address: "185.220.101.7" });
  expect(incident?.sources[0]?.asked).toBeGreaterThan(590);
});

test("in an access log, what follows a question with success says whom a rule against a crowd would hit", async () => {
  const crowd = Array.from({ length: 600 }, (_, n) => asks(10 * day + n * 20_000, address(50_000 + n), n));
  const { incidents } = await imported("crowd.log", crowd);
  const [first] = incidents.items.toSorted((a, b) => a.openedAt.localeCompare(b.openedAt));
  const clients = first?.clients;
  expect(clients?.people).toBeGreaterThan(100);
  expect(clients?.peopleHit).toBeLessThan((clients?.people ?? 0) / 5);
});

test("in an access log, a list of leaked passwords tried from everywhere is told, and where the passwords are wrong", async () => {
  const stuffed = Array.from({ length: 300 }, (_, n) => line(10 * day + n * 4_000, address(60_000 + n), "POST /api/login", n % 50 === 0 ? 200 : 401, 88));
  const { incidents } = await imported("stuffed.log", stuffed);
  expect(incidents.items.map(({ title, level, kind }) => [kind, level, title])).toEqual([
    ["login", "high", "Somebody is refused again and again where people try until they are let in"],
  ]);
});

/** Fourteen days of a shop whose people ask whether an address is known before they sign in or up, and the attack among them. */
async function imported(name: string, attack: readonly Line[]): Promise<ImportDocument> {
  const lines: Line[] = [...attack];
  for (let n = 0; n < 14 * 250; n++) {
    const at = Math.floor(n / 250) * day + (((n * 7_919) % 250) / 250) * day;
    const from = address(n % 3_000);
    const who = (n * 7) % 40_000;
    lines.push(asks(at, from, who, agents[n % 4]));
    if (who % 20 === 3) continue;
    if (known(who) && n % 9 === 0) lines.push(line(at + 12_000, from, "POST /api/login", 401, 88, agents[n % 4]));
    lines.push(line(at + 20_000 + (n % 40) * 1_000, from, known(who) ? "POST /api/login" : "POST /api/register", known(who) ? 200 : 201, 300, agents[n % 4]));
    lines.push(line(at + 70_000, from, "GET /api/me", 200, 610, agents[n % 4]));
  }
  const file = join(bench.dir, name);
  writeFileSync(
    file,
    `${lines
      .toSorted((a, b) => a.at - b.at)
      .map(({ text }) => text)
      .join("\n")}\n`,
  );
  const { code, stdout, stderr } = await bench.run(["import", "--json", file]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

interface Line {
  readonly at: number;
  readonly text: string;
}

function asks(at: number, from: string, who: number, agent = agents[0]): Line {
  const email = encodeURIComponent(`${names[who % 8]}.${names[(who >> 3) % 8]}${who}@${["gmail.com", "gmx.de", "outlook.com"][who % 3]}`);
  return line(at, from, `GET /api/account/exists?email=${email}`, known(who) ? 200 : 404, known(who) ? 27 : 26, agent);
}

function line(at: number, from: string, request: string, status: number, size: number, agent = agents[0]): Line {
  const iso = new Date(startAt + at).toISOString();
  const time = `${iso.slice(8, 10)}/Oct/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
  return { at, text: `${from} - - [${time}] "${request} HTTP/1.1" ${status} ${size} "-" "${agent}"` };
}

function known(who: number): boolean {
  return who % 2 === 0;
}

function address(n: number): string {
  return `${11 + ((n * 31) % 170)}.${(n * 17) % 251}.${(n >> 8) & 255}.${1 + (n % 250)}`;
}

const day = 86_400_000;
const startAt = Date.UTC(2026, 9, 1);
const names = ["anna", "ben", "carla", "dan", "eva", "finn", "gina", "hans"];
const agents = ["Mozilla/5.0 (Windows NT 10.0) Chrome/126.0", "Mozilla/5.0 (iPhone) Safari/604.1", "ShopApp/5.2 (Android 14)", "Mozilla/5.0 (X11; Linux) Firefox/127.0"];
