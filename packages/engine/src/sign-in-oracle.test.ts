import { describe, expect, it } from "vitest";
import type { HeaderList } from "./exchange/exchange.ts";
import type { Decision } from "./judge.ts";
import { exists, nameOf, PeopleAtADoor, type Text } from "./testing/people-at-a-door.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { ports } from "./testing/ports.ts";
import { Judged } from "./testing/judged.ts";

/** Sign-ins that tell an unknown account from a wrong password, and one that does not; nothing is declared. */
const start = Date.UTC(2026, 2, 2, 10);

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly cookie?: string;
}
interface Door {
  readonly unknown: Reply;
  readonly wrong: Reply;
  /** A form with a user name and a session cookie, instead of JSON with an address and a token. */
  readonly form?: true;
}
const telling: Readonly<Record<string, Door>> = {
  "both 401, by words": { unknown: { status: 401, body: { error: "unknown user" } }, wrong: { status: 401, body: { error: "wrong password" } } },
  "404 and 401": { unknown: { status: 404, body: { message: "No account" } }, wrong: { status: 401, body: { message: "Bad credentials" } } },
  "both 400, by code": {
    unknown: { status: 400, body: { error: { code: 400, message: "EMAIL_NOT_FOUND" } } },
    wrong: { status: 400, body: { error: { code: 400, message: "INVALID_PASSWORD" } } },
  },
  "403 and 401, tries left": { unknown: { status: 401, body: { ok: false } }, wrong: { status: 403, body: { ok: false, attempts_left: 4 } } },
  "a form, 401 with words": { unknown: { status: 401, body: "Unknown user" }, wrong: { status: 401, body: "Wrong password" }, form: true },
};
const silent: Door = { unknown: { status: 401, body: { error: "invalid credentials" } }, wrong: { status: 401, body: { error: "invalid credentials" } } };

const emailOf = (n: number): string => `${nameOf(n)}@mail.example`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;

class Traffic extends PeopleAtADoor {
  readonly #door: Door;

  constructor(door: Door) {
    super();
    this.#door = door;
  }

  signIn(at: number, address: string, n: number, right: boolean, agent = "app/1"): void {
    const password = right ? `right-${n}` : `guess-${at % 97}`;
    const refused = !exists(n) ? this.#door.unknown : right ? undefined : this.#door.wrong;
    if (this.#door.form === true) {
      const sent = `username=${nameOf(n)}&password=${password}`;
      this.#push(at, address, agent, "POST", "/api/login", [], sent, refused ?? { status: 302, body: "", cookie: `sid=${tokenOf(n)}; Path=/; HttpOnly` }, n);
      return;
    }
    this.#push(at, address, agent, "POST", "/api/login", [], { email: emailOf(n), password }, refused ?? { status: 200, body: { token: tokenOf(n), expires_in: 3_600 } }, n);
  }

  /** What only somebody signed in is given; sometimes somebody who is not asks, too. */
  use(at: number, address: string, n: number): void {
    this.#push(
      at,
      address,
      "app/1",
      "GET",
      "/api/me",
      [this.#door.form === true ? ["Cookie", `sid=${tokenOf(n)}`] : ["Authorization", `Bearer ${tokenOf(n)}`]],
      undefined,
      { status: 200, body: { plan: "free", unread: n % 9 } },
      -1,
    );
    if (n % 4 === 0) this.#push(at + 1, address, "app/1", "GET", "/api/me", [], undefined, { status: 401, body: { error: "sign in" } }, -1);
  }

  #push(at: number, address: string, agent: string, method: string, path: string, headers: HeaderList, sent: unknown, { status, body, cookie }: Reply, about: number): void {
    const answerHeaders: HeaderList = cookie === undefined ? [] : [["Set-Cookie", cookie]];
    const form = "application/x-www-form-urlencoded";
    this.add({
      at,
      address,
      agent,
      method,
      path,
      headers,
      sent: sent === undefined ? undefined : textOf(sent, form),
      status,
      answerHeaders,
      answer: textOf(body, "text/plain"),
      about,
    });
  }
}

function textOf(body: unknown, typeOfText: string): Text {
  return typeof body === "string" ? { type: typeOfText, text: body } : { type: "application/json", text: JSON.stringify(body) };
}

/** People who sign in from homes and one office; one in four mistypes the password first, some their address. */
function honestDay(traffic: Traffic, from: number, people: number): void {
  const random = seededRandom(from % 1_000);
  for (let k = 0; k < people; k++) {
    const n = k * 3 + 1 + (k % 2);
    const at = from + k * 20_000;
    const address = k % 3 === 0 ? "10.9.9.9" : `10.1.${k >> 8}.${k & 255}`;
    if (random() < 0.25) traffic.signIn(at, address, n, false);
    if (random() < 0.1) traffic.signIn(at + 2_000, address, n + 2, true);
    traffic.signIn(at + 5_000, address, n, true);
    traffic.use(at + 8_000, address, n);
  }
}

const attacker = "203.0.113.9";
function attack(traffic: Traffic, from: number, everyMs: number, questions = 400): void {
  for (let q = 0; q < questions; q++) traffic.signIn(from + q * everyMs, attacker, 100_000 + q, false, "curl/8");
}
/** Distinct accounts that the attacker was told the truth about, and exist. */
function leakedBy({ exchanges, about }: Traffic, decisions: readonly Decision[]): number {
  const told = new Set<number>();
  for (const [n, exchange] of exchanges.entries()) {
    const who = about[n] ?? -1;
    if (exchange.client.address === attacker && who >= 0 && exists(who) && decisions[n]?.action === "allow") told.add(who);
  }
  return told.size;
}

describe("a sign-in that tells an unknown account from a wrong password", () => {
  it.each(Object.keys(telling))(
    "%s: stops who walks through a list, from a cold start and after an honest day, fast and slow; lets everybody in who has the right password",
    (name) => {
      const door = telling[name] ?? silent;
      for (const everyMs of [200, 60_000]) {
        const cold = new Traffic(door);
        attack(cold, start, everyMs);
        expect(leakedBy(cold, new Judged().all(cold.exchanges).decisions)).toBeLessThanOrEqual(16);

        const warm = new Traffic(door);
        honestDay(warm, start, 150);
        const honest = warm.exchanges.length;
        const from = start + 4 * 3_600_000;
        attack(warm, from, everyMs);
        const after = warm.exchanges.length;
        honestDay(warm, from + 400 * everyMs + 60_000, 60);
        const { decisions, ledger, signals } = new Judged().all(warm.exchanges);
        expect(leakedBy(warm, decisions)).toBeLessThanOrEqual(12);
        expect(signals.map(({ level }) => level)).toContain("high");
        expect(ledger.findings().map((finding) => [finding.check, finding.endpoint.path])).toContainEqual(["existence-oracle", "/api/login"]);
        expect(decisions.slice(0, honest).filter((decision) => decision.action !== "allow")).toEqual([]);
        for (let n = after; n < warm.exchanges.length; n++) {
          if ((warm.exchanges[n]?.response.status ?? 0) < 400) expect(decisions[n]?.action).toBe("allow");
        }
      }
    },
  );

  it("keeps its guard when the asker signs in once with an account of its own, before anybody else did", () => {
    const traffic = new Traffic(telling["both 401, by words"] ?? silent);
    attack(traffic, start, 200, 60);
    traffic.signIn(start + 20_000, "203.0.113.77", 1, true, "curl/8");
    for (let q = 0; q < 200; q++) traffic.signIn(start + 30_000 + q * 200, attacker, 200_000 + q, false, "curl/8");
    expect(leakedBy(traffic, new Judged().all(traffic.exchanges).decisions)).toBeLessThanOrEqual(16);
  });

  it("is not stopped from letting in whoever guesses right behind an address that has no credits left", () => {
    const traffic = new Traffic(telling["both 401, by words"] ?? silent);
    honestDay(traffic, start, 60);
    attack(traffic, start + 3_600_000, 200);
    traffic.signIn(start + 3_700_000, attacker, 1, true);
    const { decisions } = new Judged().all(traffic.exchanges);
    expect(decisions.at(-1)).toMatchObject({ action: "allow", would: "allow", reason: "proven" });
    expect(decisions.at(-2)?.action).toBe("uniform");
  });
});

describe("a sign-in that answers the same either way", () => {
  it("is no oracle, whoever tries and however often it shuts for a while", () => {
    const traffic = new Traffic(silent);
    honestDay(traffic, start, 150);
    attack(traffic, start + 4 * 3_600_000, 200);
    const locked: Reply = { status: 403, body: { error: "too many attempts" } };
    const shutting = new Traffic({ unknown: silent.unknown, wrong: silent.wrong });
    honestDay(shutting, start, 60);
    const lockable = shutting.exchanges.length;
    attack(shutting, start + 4 * 3_600_000, 200);
    const shut = shutting.exchanges.map((exchange, n) =>
      n < lockable + 20 ? exchange : { ...exchange, response: { ...exchange.response, status: locked.status, body: JSON.stringify(locked.body) } },
    );
    for (const input of [traffic.exchanges, shut]) {
      const { decisions, ledger } = new Judged().all(input);
      expect(ledger.findings().filter((finding) => finding.check === "existence-oracle")).toEqual([]);
      expect(decisions.filter((decision) => decision.action !== "allow")).toEqual([]);
    }
  });
});
