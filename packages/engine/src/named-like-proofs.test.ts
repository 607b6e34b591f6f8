import { describe, expect, test } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const people = 120;
const phone = (n: number): string => `+49151${20_000_000 + n * 37}`;
const exists = (n: number): boolean => n % 2 === 0;
const hex = (n: number): string => (Math.imul(n + 3, 2_654_435_761) >>> 0).toString(16).padStart(8, "0").repeat(4);

/** What every question carries that is called like a proof, and is none. */
const besides: readonly (readonly [name: string, of: (n: number) => Readonly<Record<string, string>>])[] = [
  ["signature", (n) => ({ signature: hex(n) })],
  ["token", (n) => ({ token: hex(n) })],
  ["code", () => ({ code: "49" })],
];

/** How "no such person" is said. */
const answers: readonly (readonly [name: string, status: number, answer: (there: boolean, n: number) => unknown])[] = [
  ["404", 404, (there, n) => (there ? { state: "active", devices: n % 3 } : { error: "unknown" })],
  ["200 and a flag", 200, (there) => ({ registered: there })],
];

describe("a lookup whose questions carry something that is called like a proof", () => {
  for (const [name, of] of besides)
    for (const [how, status, answer] of answers)
      test.each([0, 1])(`is guarded as any other: ${name}, ${how}, after %d days of honest people`, (days) => {
        const judged = new Judged();
        let id = 0;
        let refused = 0;
        const asks = (n: number, at: number, address: string): boolean =>
          judged.answers(
            jsonExchange({ id: `x${id++}`, at, address, path: "/v1/check", sent: { phone: phone(n), ...of(id) }, status: exists(n) ? 200 : status, answer: answer(exists(n), n) }),
          );
        for (let n = 0; n < days * people; n++) {
          const [at, address] = [start + n * 60_000, `10.1.0.${n}`];
          if (!asks(n, at, address)) refused++;
          const credential = { token: `t-${n}-0123456789abcdef0123` };
          if (exists(n))
            judged.answers(
              jsonExchange({ id: `x${id++}`, at: at + 50_000, address, path: "/sessions", sent: { phone: phone(n), code: "123456" }, status: 201, answer: credential }),
            );
        }
        let learned = 0;
        for (let n = 0; n < 120; n++) if (asks(100_000 + n, start + 86_400_000 + n * 1_000, "203.0.113.9") && exists(n)) learned++;
        expect(refused).toBe(0);
        expect(learned).toBeLessThanOrEqual(8);
        expect(judged.signals.some(({ level }) => level === "high")).toBe(true);
      });
});
