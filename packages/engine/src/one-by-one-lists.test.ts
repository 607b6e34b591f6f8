import { describe, expect, test } from "vitest";
import { fanOutPolicy as policy } from "./decide/fan-out-policy.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const minute = 60_000;
const day = 86_400_000;
const mail = (n: number): string => `worker${(n * 7_919) % 1_000_003}@firm.example`;
const phone = (n: number): string => `+49151${20_000_000 + n * 37}`;
const token = (who: string): string => `tk-${who}-0123456789abcdef0123456789`;

/** Below 250, by name. */
function numberOf(who: string): number {
  let number = 7;
  for (let place = 0; place < who.length; place++) number = (number * 31 + who.charCodeAt(place)) % 250;
  return number;
}

/** How a service is asked about people in a list, and what it says of each. */
interface Service {
  readonly path: string;
  readonly sent: (people: readonly number[]) => unknown;
  readonly answer: (people: readonly number[]) => unknown;
}

const exists = (n: number): boolean => n % 2 === 0;

const services: readonly (readonly [name: string, service: Service])[] = [
  [
    "free and busy by address, a map by who was asked about",
    {
      path: "/calendar/freeBusy",
      sent: (people) => ({ timeMin: "2026-03-02T00:00:00Z", items: people.map((one) => ({ id: mail(one) })) }),
      answer: (people) => ({ calendars: Object.fromEntries(people.map((one) => [mail(one), exists(one) ? { busy: [] } : { errors: [{ reason: "notFound" }], busy: [] }])) }),
    },
  ],
  [
    "contact sync, a list of who is there",
    {
      path: "/contacts/sync",
      sent: (people) => ({ phones: people.map(phone) }),
      answer: (people) => ({ registered: people.filter(exists).map((one) => ({ phone: phone(one) })) }),
    },
  ],
];

class Asked {
  readonly judged = new Judged();
  readonly #service: Service;
  #requests = 0;

  constructor(service: Service) {
    this.#service = service;
  }

  /** True when the answer was the service's own. */
  ask(who: string, people: readonly number[], at: number): boolean {
    const { path, sent, answer } = this.#service;
    const address = `10.${who.length}.${numberOf(who)}.9`;
    return this.judged.answers(jsonExchange({ id: `x${this.#requests++}`, at, address, path, bearer: token(who), sent: sent(people), answer: answer(people) }));
  }

  /** A day on which so many people each ask about up to ten others, again and again, one or all of them a request. How many requests were refused. */
  day(n: number, callers = 60): number {
    let refused = 0;
    for (let round = 0; round < 4; round++)
      for (let who = 0; who < callers; who++) {
        const mates = Array.from({ length: 3 + (who % 8) }, (_, k) => who * 20 + k);
        const at = start + n * day + round * 5 * 3_600_000 + who * minute;
        if (who % 3 === 0) refused += this.ask(`w${who}`, mates, at) ? 0 : 1;
        else for (const [k, mate] of mates.entries()) refused += this.ask(`w${who}`, [mate], at + k * 1_000) ? 0 : 1;
      }
    return refused;
  }

  get alarms(): number {
    return this.judged.signals.filter(({ level }) => level === "high" || level === "critical").length;
  }
}

describe.each(services)("signed-in callers who each ask about a few: %s", (_, service) => {
  test("one who goes through a list, one a request, learns a clerk's day at most, and people are told", () => {
    const asked = new Asked(service);
    expect(asked.day(0)).toBe(0);
    let learned = 0;
    for (let n = 0; n < 400; n++) if (asked.ask("thief", [500_000 + n], start + day + n * 3_000)) learned++;
    expect(learned).toBeLessThanOrEqual(policy.startByOne + policy.dailyMargin);
    expect(asked.alarms).toBeGreaterThan(0);
    // Everybody else goes on as before.
    expect(asked.day(1)).toBe(0);
  });

  test("pausing between handfuls gains no more, nor does a handful a request", () => {
    for (const [size, gap] of [
      [1, 11 * minute],
      [10, 4_000],
    ] as const) {
      const asked = new Asked(service);
      asked.day(0);
      let learned = 0;
      for (let n = 0; n < 200; n += size) {
        const people = Array.from({ length: size }, (_, k) => 500_000 + n + k);
        if (asked.ask("thief", people, start + day + (n / size) * gap)) learned += size;
      }
      // A day and a half of pauses: the second day's handful, too, and what comes back of a start in a day.
      expect(learned).toBeLessThanOrEqual(policy.startByOne + Math.ceil(policy.startByOne / policy.startBackDays) + 2 * policy.dailyMargin);
      expect(asked.alarms).toBeGreaterThan(0);
    }
  });

  test("several of them learn together what each may", () => {
    const asked = new Asked(service);
    asked.day(0);
    let learned = 0;
    for (let n = 0; n < 1_200; n++) if (asked.ask(`thief${n % 4}`, [500_000 + n], start + day + n * 1_000)) learned++;
    expect(learned).toBeLessThanOrEqual(4 * (policy.startByOne + policy.dailyMargin));
  });

  test("asking ten colleagues again and again, for days, is nobody's affair", () => {
    const asked = new Asked(service);
    for (let n = 0; n < 3; n++) expect(asked.day(n)).toBe(0);
    expect(asked.alarms).toBe(0);
  });

  test("a newcomer who asks about many, as nobody did before, is answered up to a clerk's day", () => {
    const asked = new Asked(service);
    asked.day(0);
    for (let n = 0; n < policy.startByOne; n++) expect(asked.ask("assistant", [500_000 + n], start + day + n * 2_000)).toBe(true);
    expect(asked.alarms).toBe(0);
  });
});

describe("an app that sends address books one number a request", () => {
  const service = services[1]?.[1];
  if (service === undefined) throw new Error("no service");

  test("has them answered, whole", () => {
    const asked = new Asked(service);
    let refused = 0;
    for (let who = 0; who < 90; who++) {
      const size = 30 + ((who * 53) % 270);
      for (let n = 0; n < size; n++) if (!asked.ask(`b${who}`, [who * 1_000 + n], start + who * 20 * minute + n * 1_000)) refused++;
    }
    expect(refused).toBe(0);
    expect(asked.alarms).toBe(0);
  });

  test("has them answered beside many who only add a few, and no crowd of small askers takes that away", () => {
    const asked = new Asked(service);
    let refused = 0;
    for (let who = 0; who < 30; who++) for (let n = 0; n < 150; n++) if (!asked.ask(`b${who}`, [who * 1_000 + n], start + who * 20 * minute + n * 1_000)) refused++;
    for (let who = 0; who < 1_000; who++) asked.ask(`s${who}`, [400_000 + who], start + 11 * 3_600_000 + who * 40_000);
    for (let n = 0; n < 190; n++) if (!asked.ask("late", [900_000 + n], start + 25 * 3_600_000 + n * 1_000)) refused++;
    expect(refused).toBe(0);
  });
});
