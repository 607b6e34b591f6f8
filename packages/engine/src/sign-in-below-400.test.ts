import { describe, expect, it } from "vitest";
import type { HeaderList } from "./exchange/exchange.ts";
import { Judged } from "./testing/judged.ts";
import { exists, nameOf, PeopleAtADoor } from "./testing/people-at-a-door.ts";
import { ports } from "./testing/ports.ts";

/** Sign-ins by a form whose failures are no 4xx: redirects, pages, and JSON that says no. Nothing is declared. */
interface Reply {
  readonly status: number;
  readonly location?: string;
  readonly cookie?: string;
  readonly body?: string;
  readonly type?: string;
}
interface Door {
  readonly unknown: Reply;
  readonly wrong: Reply;
  readonly right: Reply;
}
const html = (note: string): string => `<html><body>${"<nav><a href='/c'>All</a></nav>".repeat(20)}<form><p class="note">${note}</p><input name="username"></form></body></html>`;
const page = (note: string): Reply => ({ status: 200, body: html(note), type: "text/html" });
const home: Reply = { status: 302, location: "/home" };
const telling: Readonly<Record<string, Door>> = {
  "redirects that name the error": { unknown: { status: 302, location: "/login?error=unknown" }, wrong: { status: 302, location: "/login?error=password" }, right: home },
  "redirects to two places": { unknown: { status: 303, location: "/register" }, wrong: { status: 303, location: "/login?failed" }, right: { status: 303, location: "/" } },
  "one redirect, a cookie that tells": {
    unknown: { status: 302, location: "/login", cookie: "flash=no_such_user; Path=/" },
    wrong: { status: 302, location: "/login", cookie: "flash=wrong_password; Path=/" },
    right: home,
  },
  "pages with words": { unknown: page("We know nobody of this name."), wrong: page("The password is wrong, try again."), right: home },
  "JSON that says no": {
    unknown: { status: 200, body: '{"success":false,"reason":"USER_UNKNOWN"}', type: "application/json" },
    wrong: { status: 200, body: '{"success":false,"reason":"WRONG_PASSWORD"}', type: "application/json" },
    right: { status: 200, body: '{"success":true}', type: "application/json" },
  },
};
const silent: Readonly<Record<string, Door>> = {
  "one redirect for both": { unknown: { status: 302, location: "/login?error=1" }, wrong: { status: 302, location: "/login?error=1" }, right: home },
  "one page for both": { unknown: page("Name or password are wrong."), wrong: page("Name or password are wrong."), right: home },
};

const start = Date.UTC(2026, 2, 2, 10);
const sidOf = (n: number): string => `${ports.hash("credential", String(n))}A1${n}`;

class Traffic extends PeopleAtADoor {
  readonly #door: Door;

  constructor(door: Door) {
    super();
    this.#door = door;
  }

  signIn(at: number, address: string, n: number, right: boolean, agent = "app/1", password = n): void {
    const { unknown, wrong, right: letIn } = this.#door;
    const reply = !exists(n) ? unknown : right ? { ...letIn, cookie: `sid=${sidOf(n)}; Path=/; HttpOnly` } : wrong;
    this.#push(at, address, agent, "POST", "/login", `username=${nameOf(n)}&password=${right ? `right-${password}` : `guess-${at % 97}`}`, [], reply, n);
  }

  use(at: number, address: string, n: number): void {
    const inside: Reply = { status: 200, body: '{"unread":3}', type: "application/json" };
    this.#push(at, address, "app/1", "GET", "/inbox", undefined, [["Cookie", `sid=${sidOf(n)}`]], inside, -1);
    if (n % 4 === 0) this.#push(at + 1, address, "app/1", "GET", "/inbox", undefined, [], { status: 401, body: "{}", type: "application/json" }, -1);
  }

  /** People sign in, come again next day, one in four mistypes the password first, and one in eight the name. */
  honest(from: number, people: number): void {
    for (let k = 0; k < people; k++) {
      const n = k * 3 + 1 + (k % 2);
      const at = from + k * 20_000;
      const address = k % 3 === 0 ? "10.9.9.9" : `10.1.${k >> 8}.${k & 255}`;
      if (k % 4 === 1) this.signIn(at, address, n, false);
      if (k % 8 === 3) this.signIn(at + 2_000, address, n + (exists(n + 1) ? 2 : 1), true, "app/1", n);
      this.signIn(at + 5_000, address, n, true);
      this.use(at + 8_000, address, n);
    }
  }

  #push(at: number, address: string, agent: string, method: string, path: string, body: string | undefined, headers: HeaderList, reply: Reply, about: number): void {
    const { status, location, cookie, type = "text/html", body: text = "" } = reply;
    const answerHeaders: HeaderList = [...(location === undefined ? [] : [["Location", location] as const]), ...(cookie === undefined ? [] : [["Set-Cookie", cookie] as const])];
    const sent = body === undefined ? undefined : { type: "application/x-www-form-urlencoded", text: body };
    this.add({ at, address, agent, method, path, headers, sent, status, answerHeaders, answer: { type, text }, about });
  }
}

const day = 86_400_000;
const attacker = "203.0.113.9";
interface Outcome {
  readonly leaked: number;
  readonly refusedHonest: number;
  readonly loud: boolean;
  readonly findings: readonly string[];
  readonly letIn: boolean;
  /** Answers as if unknown, which only an oracle has. */
  readonly uniform: number;
  /** The detectors that were sure. */
  readonly sure: readonly string[];
}
function judged(door: Door): Outcome {
  const traffic = new Traffic(door);
  traffic.honest(start, 64);
  traffic.honest(start + day, 64);
  const honest = traffic.exchanges.length;
  const from = start + 2 * day;
  for (let q = 0; q < 150; q++) traffic.signIn(from + q * 2_000, attacker, 100_000 + q, false, "curl/8");
  const after = traffic.exchanges.length;
  traffic.honest(from + 301_000, 20);
  const { decisions, ledger, signals } = new Judged().all(traffic.exchanges);
  const told = new Set<number>();
  const sure = new Set(signals.flatMap(({ detector, level }) => (level === "high" ? [detector] : [])));
  for (let n = honest; n < after; n++) if (exists(traffic.about[n] ?? 0) && decisions[n]?.action === "allow") told.add(traffic.about[n] ?? 0);
  return {
    leaked: told.size,
    refusedHonest: decisions.slice(0, honest).filter(({ action }) => action !== "allow").length,
    // Who tries passwords on a list of people is told as either, whichever is proven first.
    loud: [...sure].some((detector) => detector.startsWith("enumeration") || detector === "login.stuffing"),
    findings: ledger.findings().flatMap(({ check, endpoint }) => (check === "existence-oracle" ? [endpoint.path] : [])),
    letIn: traffic.exchanges.every(({ request }, n) => n < after || !(typeof request.body === "string" && request.body.includes("right-")) || decisions[n]?.action === "allow"),
    uniform: decisions.filter(({ action }) => action === "uniform").length,
    sure: [...sure],
  };
}

describe("a sign-in whose failures are no 4xx and tell an unknown account from a wrong password", () => {
  it.each(Object.keys(telling))("%s: stops who walks through a list, once honest people have mistyped; lets in who has the right password", (name) => {
    const { leaked, refusedHonest, loud, findings, letIn } = judged(telling[name] ?? { unknown: home, wrong: home, right: home });
    expect({ leaked: leaked <= 16 ? "few" : leaked, refusedHonest, loud, findings, letIn }).toEqual({
      leaked: "few",
      refusedHonest: 0,
      loud: true,
      findings: ["/login"],
      letIn: true,
    });
  });

  it.each(Object.keys(silent))("%s: is no oracle; who tries passwords on a list of people is slowed for that alone", (name) => {
    const { refusedHonest, findings, letIn, leaked, uniform, sure } = judged(silent[name] ?? { unknown: home, wrong: home, right: home });
    expect({ refusedHonest, findings, letIn, uniform, sure }).toEqual({ refusedHonest: 0, findings: [], letIn: true, uniform: 0, sure: ["login.stuffing"] });
    expect(leaked).toBeLessThanOrEqual(20);
  });
});
