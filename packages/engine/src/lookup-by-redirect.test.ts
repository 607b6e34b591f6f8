import { describe, expect, it } from "vitest";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";
import { exists, nameOf, PeopleAtADoor, type Text } from "./testing/people-at-a-door.ts";

/** A form for those who forgot their password, whose answers differ in what they say and are equally rich. Nothing is declared. */
interface Reply {
  readonly status: number;
  readonly location?: string;
  readonly answer?: Text;
}
interface Form {
  readonly known: Reply;
  readonly unknown: Reply;
}
const to = (location: string, status = 302): Reply => ({ status, location });
const page = (note: string): Reply => ({
  status: 200,
  answer: { type: "text/html", text: `<html><body>${"<nav><a href='/c'>All</a></nav>".repeat(20)}<form><p class="note">${note}</p><input name="email"></form></body></html>` },
});
const json = (value: unknown): Reply => ({ status: 200, answer: { type: "application/json", text: JSON.stringify(value) } });
const telling: Readonly<Record<string, Form>> = {
  "redirects to two places": { known: to("/reset/sent"), unknown: to("/reset/unknown") },
  "redirects that name the error": { known: to("/reset/sent", 303), unknown: to("/reset?error=unknown", 303) },
  "pages with words": { known: page("We sent you a letter."), unknown: page("We know nobody of this name.") },
  "JSON with a code": { known: json({ state: "MAIL_SENT" }), unknown: json({ state: "USER_UNKNOWN" }) },
  "JSON with a sentence": { known: json({ message: "We sent you a letter." }), unknown: json({ message: "We know nobody of this name." }) },
};
const silent: Form = { known: to("/reset/sent"), unknown: to("/reset/sent") };

const start = Date.UTC(2026, 2, 2, 10);
const day = 86_400_000;
const emailOf = (n: number): string => `${nameOf(n)}@mail.example`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;

class Traffic extends PeopleAtADoor {
  ask(at: number, address: string, n: number, { known, unknown }: Form, agent = "app/1", reply = exists(n) ? known : unknown, as = emailOf(n)): void {
    const { status, location, answer = { type: "text/html", text: "" } } = reply;
    const sent = { type: "application/x-www-form-urlencoded", text: `email=${encodeURIComponent(as)}` };
    this.add({
      at,
      address,
      agent,
      method: "POST",
      path: "/reset",
      sent,
      status,
      ...(location === undefined ? {} : { answerHeaders: [["Location", location]] }),
      answer,
      about: n,
    });
  }

  signIn(at: number, address: string, n: number, right = true): void {
    const sent = { type: "application/json", text: JSON.stringify({ email: emailOf(n), password: right ? `right-${n}` : `guess-${at % 97}` }) };
    const text = right ? `{"token":"${tokenOf(n)}"}` : '{"error":"invalid credentials"}';
    this.add({ at, address, agent: "app/1", method: "POST", path: "/session", sent, status: right ? 200 : 401, answer: { type: "application/json", text }, about: -1 });
    if (!right) return;
    const inside = { agent: "app/1", method: "GET", path: "/inbox", about: -1 };
    this.add({ ...inside, at: at + 1_000, address, headers: [["Authorization", `Bearer ${tokenOf(n)}`]], status: 200, answer: { type: "application/json", text: '{"unread":3}' } });
    if (n % 4 === 0) this.add({ ...inside, at: at + 2_000, address, status: 401, answer: { type: "application/json", text: "{}" } });
  }

  /** People ask for a letter and sign in; one in four writes a wrong address first, one in six does not come back. `first`: what somebody is answered before what the form says of him. */
  honest(from: number, people: number, form: Form, first: (k: number) => Reply | undefined = () => undefined, others = 0): void {
    for (let k = others; k < others + people; k++) {
      const n = k * 3 + 1 + (k % 2);
      const at = from + (k - others) * 60_000;
      const address = `10.1.${k >> 8}.${k & 255}`;
      if (k % 4 === 1) this.ask(at, address, n + (exists(n + 1) ? 2 : 1), form);
      const early = first(k);
      if (early !== undefined) this.ask(at + 3_000, address, n, form, "app/1", early);
      this.ask(at + 5_000, address, n, form);
      if (k % 5 === 2) this.signIn(at + 20_000, address, n, false);
      if (k % 6 !== 5) this.signIn(at + 30_000, address, n);
    }
  }

  /** A crowd, each address once; every third it asks about is nobody. */
  crowd(from: number, questions: number, form: Form): void {
    for (let q = 0; q < questions; q++) this.ask(from + q * 2_000, `198.${18 + (q >> 14)}.${(q >> 7) & 127}.${1 + (q & 127)}`, 100_000 + q, form, "Mozilla/5.0");
  }
}

interface Outcome {
  readonly leaked: number;
  readonly refusedHonest: number;
  readonly findings: readonly string[];
  readonly loud: boolean;
  readonly told: readonly string[];
}
/** `crowd`: the places of its questions. */
function judged(traffic: Traffic, crowd: readonly [from: number, to: number]): Outcome {
  const { decisions, ledger, signals } = new Judged().all(traffic.exchanges);
  const of = (n: number): boolean => n >= crowd[0] && n < crowd[1];
  const leaked = traffic.about.filter((who, n) => of(n) && exists(who) && decisions[n]?.action === "allow");
  const reset = ledger.inventory.endpoints().find(({ template }) => template === "/reset");
  const classes = ledger.oracles.state(reset?.id ?? "").classes.filter(({ count }) => count >= 20);
  return {
    leaked: new Set(leaked).size,
    refusedHonest: decisions.filter(({ action }, n) => !of(n) && action !== "allow").length,
    findings: ledger.findings().flatMap(({ check, endpoint }) => (check === "existence-oracle" ? [endpoint.path] : [])),
    loud: signals.some(({ level, detector }) => level === "high" && detector.startsWith("enumeration")),
    told: classes.map(({ meaning }) => meaning).sort(),
  };
}

describe("a form that answers everybody alike but for what it says", () => {
  it.each(Object.keys(telling))(
    "%s: stops a crowd in which each address asks once, after people who followed up; hinders none of them; its answers are confirmed and denied",
    (name) => {
      const form = telling[name] ?? silent;
      const traffic = new Traffic();
      traffic.honest(start, 110, form);
      const from = traffic.exchanges.length;
      traffic.crowd(start + day, 600, form);
      const to = traffic.exchanges.length;
      traffic.honest(start + day + 1_300_000, 40, form, undefined, 400);
      const { leaked, ...rest } = judged(traffic, [from, to]);
      expect(leaked).toBeLessThan(24);
      expect(rest).toEqual({ refusedHonest: 0, findings: ["/reset"], loud: true, told: ["confirmed", "denied"] });
    },
  );
});

describe("a form that tells nobody who exists", () => {
  /** Two days of people of whom some are answered otherwise first, and between them a crowd that is answered so throughout. */
  const played = (first: (k: number) => Reply | undefined, crowd: Reply, people = 240): Outcome => {
    const traffic = new Traffic();
    traffic.honest(start, people, silent, first);
    const from = traffic.exchanges.length;
    for (let q = 0; q < 300; q++) traffic.ask(start + day + q * 2_000, `198.18.${q >> 7}.${1 + (q & 127)}`, 100_000 + q, silent, "Mozilla/5.0", q % 10 === 0 ? undefined : crowd);
    const to = traffic.exchanges.length;
    traffic.honest(start + 2 * day, 60, silent, first, 400);
    return judged(traffic, [from, to]);
  };
  const nothing = { refusedHonest: 0, findings: [], loud: false };

  it.each([
    ["sends one in five away for a while", 5, "/reset/later"],
    ["sends one in ten back for a picture that was read wrong", 10, "/reset?error=captcha"],
    ["is a sign-in, where one in twenty-five mistypes the password, and leaked ones are tried", 25, "/reset?error=1"],
  ])("is no oracle where it %s", (_, every, location) => {
    expect(played((k) => (k % every === 3 ? to(location) : undefined), to(location))).toMatchObject(nothing);
  });

  it("is no oracle where it sends strangers away by their country", () => {
    expect(played(() => undefined, to("/not-here"))).toMatchObject(nothing);
  });

  it("is no oracle where it is shut for an hour", () => {
    expect(played((k) => (k >= 90 && k < 120 ? to("/maintenance") : undefined), to("/maintenance"))).toMatchObject(nothing);
  });

  it("is no oracle where what is no address at all is sent back", () => {
    const traffic = new Traffic();
    for (let k = 0; k < 240; k++) {
      const n = k * 3 + 1 + (k % 2);
      const address = `10.1.${k >> 8}.${k & 255}`;
      if (k % 4 === 1) traffic.ask(start + k * 60_000, address, n, silent, "app/1", to("/reset?error=invalid"), nameOf(n));
      traffic.ask(start + k * 60_000 + 5_000, address, n, silent);
      if (k % 6 !== 5) traffic.signIn(start + k * 60_000 + 30_000, address, n);
    }
    expect(judged(traffic, [0, 0])).toMatchObject(nothing);
  });
});
