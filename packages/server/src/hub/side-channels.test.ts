import { type Exchange, type Finding, type HeaderList, carriesAll, Ledger } from "@postern/engine";
import { type SideChannel, SideChannelService } from "@postern/testkit";
import { describe, expect, it } from "vitest";
import { makePorts } from "../keys/make-ports.ts";

/** People by number; every second has an account. */
const emailOf = (n: number): string => `${["anna", "ben", "carla", "dora", "emil"][n % 5] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}@mail.example`;
const accounts = (people: number): string[] => Array.from({ length: people }, (_, n) => emailOf(n)).filter((_, n) => n % 2 === 0);

/** A running service, asked over HTTP; what it answers is read by a ledger as if the gate stood between, at times of the test's own. */
class World {
  readonly ledger = new Ledger(makePorts({ secret: new Uint8Array(32).fill(7) }, 1), { mode: "observe" });
  at = Date.UTC(2026, 2, 2, 10);
  #count = 0;
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async ask(from: string, method: string, path: string, sent?: unknown, token?: string): Promise<{ readonly status: number; readonly json: Readonly<Record<string, string>> }> {
    const headers: [string, string][] = [
      ["User-Agent", "App/1"],
      ...(sent === undefined ? [] : ([["Content-Type", "application/json"]] as [string, string][])),
      ...(token === undefined ? [] : ([["Authorization", `Bearer ${token}`]] as [string, string][])),
    ];
    const answer = await fetch(`${this.#origin}${path}`, { method, headers, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) });
    const body = await answer.text();
    const exchange: Exchange = {
      id: `x${this.#count++}`,
      at: (this.at += 1_000),
      method,
      url: `https://api.example${path}`,
      client: { address: from },
      request: { headers, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) },
      response: { status: answer.status, headers: [...answer.headers] as HeaderList, body, size: body.length },
      durationMs: 5,
      carries: carriesAll,
    };
    this.ledger.onExchange(exchange);
    return { status: answer.status, json: JSON.parse(body) as Readonly<Record<string, string>> };
  }

  /** Somebody signs in and uses what only that gives. */
  async signIn(from: string, n: number): Promise<void> {
    const { json } = await this.ask(from, "POST", "/login", { email: emailOf(n), password: "right" });
    await this.ask(from, "GET", "/me", undefined, json["token"]);
    if (n % 8 === 0) await this.ask(from, "GET", "/me");
  }

  oracles(): readonly Finding[] {
    return this.ledger.findings().filter((finding) => finding.check === "existence-oracle");
  }
}

async function played(channel: SideChannel, people: number, play: (world: World) => Promise<void>): Promise<readonly (readonly unknown[])[]> {
  const service = new SideChannelService(channel, accounts(people));
  try {
    const world = new World(await service.listen());
    await play(world);
    return world.oracles().map(({ endpoint, verdict, evidence }) => [endpoint.path.replace(/\{.*\}/, "{}"), verdict, evidence["channel"]]);
  } finally {
    await service.close();
  }
}

const home = (n: number): string => `10.1.${n >> 8}.${n & 255}`;

/** Nine wrong passwords for each of a list. */
async function guessing(world: World): Promise<void> {
  for (let n = 0; n < 20; n += 1) for (let tries = 0; tries < 7; tries += 1) await world.ask("203.0.113.9", "POST", "/login", { email: emailOf(n), password: `guess-${tries}` });
}
async function resetting(world: World): Promise<void> {
  for (let n = 0; n < 20; n += 1) for (let tries = 0; tries < 5; tries += 1) await world.ask("203.0.113.9", "POST", "/reset", { email: emailOf(n) });
}
/** People ask for a new password and look what became of it; who has an account signs in, the others sign up. */
async function recovering(world: World): Promise<void> {
  for (let n = 0; n < 90; n += 1) {
    const { json } = await world.ask(home(n), "POST", "/reset", { email: emailOf(n) });
    await world.ask(home(n), "GET", `/reset/${json["ticket"] ?? ""}`);
    if (n % 2 === 0) await world.signIn(home(n), n);
    else await world.ask(home(n), "POST", "/signup", { email: emailOf(n), password: "right" });
  }
}
/** Some who have an account forgot it, and try to sign up; all sign in now and then. */
async function joining(world: World): Promise<void> {
  for (let n = 0; n < 90; n += 1) {
    await world.ask(home(n), "POST", "/signup", { email: emailOf(n), password: "right" });
    await world.signIn(home(n), n);
    if (n % 2 === 0) await world.signIn(home(n), n);
  }
}

describe("a service whose single answers are alike", () => {
  it.each([
    ["lock", 20, guessing, ["/login", "suspected", "lockout"]],
    ["limit", 20, resetting, ["/reset", "suspected", "lockout"]],
    ["ticket", 90, recovering, ["/reset/{}", "proven", "follow-up"]],
    ["sign-up", 90, joining, ["/signup", "proven", "sign-up"]],
  ] as const)("that tells by a %s is found out", async (channel, people, play, expected) => {
    expect(await played(channel, people, play)).toContainEqual(expected);
  });
  it.each([
    ["guessed at", guessing],
    ["asked for resets", resetting],
    ["recovered from", recovering],
    ["joined", joining],
  ] as const)("that does all of it alike for everybody is left alone when %s", async (_, play) => {
    expect(await played("none", 90, play)).toEqual([]);
  });
});
