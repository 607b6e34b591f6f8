import { expect, test } from "vitest";
import type { ExpectedCaller } from "./decide/expected-callers.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2);
const [hour, day] = [3_600_000, 86_400_000];
const days = 3;

/** Callers of one lookup who ask from one address or from ever new machines, and whom nobody sees follow up. */
const worlds = [
  { name: "a kiosk or counter", people: 400, from: (): string => "198.51.100.9", at: (n: number): number => 8 * hour + n * 100_000, exists: 0.7 },
  { name: "a nightly job", people: 1_000, from: (): string => "198.51.100.11", at: (n: number): number => 2 * hour + n * 1_000, exists: 0.97 },
  {
    name: "nightly tests from ever new machines",
    people: 500,
    from: (n: number, on: number): string => `198.51.${104 + (on % 4)}.${n % 200}`,
    at: (n: number): number => 3 * hour + n * 2_000,
    exists: 0.5,
  },
];

interface Told {
  readonly refused: number;
  readonly others: number;
  readonly pages: number;
}

/** Three days of it beside 120 honest people a day, of whom most sign in after they asked about themselves. */
function played({ people, from, at, exists }: (typeof worlds)[number], expected: readonly ExpectedCaller[]): Told {
  const judged = new Judged({ expected });
  let [id, refused, others] = [0, 0, 0];
  const told = (address: string, when: number, phone: string, found: boolean): boolean =>
    judged.answers(
      jsonExchange({
        id: `x${id++}`,
        at: when,
        address,
        path: `/users/lookup?phone=%2B49151${phone}`,
        status: found ? 200 : 404,
        answer: found ? { state: "active", devices: 2 } : { error: "unknown" },
      }),
    );
  for (let on = 0; on < days; on++) {
    const asks: { readonly when: number; readonly run: () => void }[] = [];
    for (let n = 0; n < people; n++) {
      const when = start + on * day + at(n);
      asks.push({ when, run: () => void (refused += told(from(n, on), when, `${20_000_000 + on * 10_000 + n}`, n % 100 < exists * 100) ? 0 : 1) });
    }
    for (let n = 0; n < 120; n++) {
      const [when, who, address] = [start + on * day + 6 * hour + n * 400_000, `${50_000_000 + ((n * 37) % 300)}`, `10.1.${n & 3}.${n % 250}`];
      asks.push({
        when,
        run: () => {
          if (!told(address, when, who, true)) others++;
          if (n % 10 !== 0)
            judged.answers(
              jsonExchange({
                id: `x${id++}`,
                at: when + 20_000,
                address,
                path: "/sessions",
                sent: { phone: `+49151${who}`, code: "123456" },
                status: 201,
                answer: { token: `t-${id}-0123456789abcdef0123` },
              }),
            );
        },
      });
    }
    for (const { run } of asks.sort((a, b) => a.when - b.when)) run();
  }
  return { refused: refused / (days * people), others: others / (days * 120), pages: judged.signals.filter(({ level }) => level === "high" || level === "critical").length };
}

for (const world of worlds)
  test(`${world.name} is held and told where nobody named it, at nobody else's cost; named under expected, every question is answered and nobody is told`, () => {
    const unnamed = played(world, []);
    expect(unnamed.pages).toBeGreaterThan(0);
    expect(unnamed.others).toBeLessThanOrEqual(0.005);
    const named = played(world, [{ name: "ours", networks: ["198.51.100.0/22", "198.51.104.0/22"], peopleADay: world.people, until: start + 30 * day }]);
    expect(named).toEqual({ refused: 0, others: 0, pages: 0 });
  });
