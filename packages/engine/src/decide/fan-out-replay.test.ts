import fc from "fast-check";
import { expect, test } from "vitest";
import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import type { GateEngine } from "./gate-engine.ts";
import type { Disclosure } from "./gate-policy.ts";
import { gateOf, guardedLookup, hex, lookupId } from "../testing/guarded-lookup.ts";

const start = Date.UTC(2026, 2, 2);
const minute = 60_000;
const hour = 60 * minute;
const caller = (n: number): Actor => ({ narrow: hex(n, 1), network: hex(n, 2), address: `10.0.0.${n}`, credential: hex(n, 3), principal: n % 3 > 0 });
const person = (n: number): Subject => ({ type: "phone", hash: hex(n, 4), location: { in: "json", name: "phones[]" } });
const guard = guardedLookup({ method: "POST", template: "/sync", subjects: [{ location: { in: "json", name: "phones[]" }, type: "phone" }], signedIn: true });

const engine = (): GateEngine =>
  gateOf(
    [guard],
    { sourceSlots: 64, pairs: 40_000, pending: 64 },
    { principals: Array.from({ length: 100 }, (_, n) => caller(n)).flatMap((one) => (one.principal ? [one.credential ?? ""] : [])) },
  );

const steps = fc.array(
  fc.record({
    who: fc.nat(11),
    size: fc.oneof(fc.constant(100), fc.nat({ max: 260 }), fc.constant(2)),
    about: fc.nat(3_000),
    wait: fc.oneof({ weight: 6, arbitrary: fc.nat(3_000) }, { weight: 2, arbitrary: fc.nat(15 * minute) }, { weight: 1, arbitrary: fc.nat(14 * hour) }),
  }),
  { minLength: 10, maxLength: 60 },
);

test("a gate that replays what callers with credentials were told, and were refused, judges as the one that never stopped", () => {
  let refused = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const live = engine();
      const journal: { readonly rows: readonly Disclosure[]; readonly network: string }[] = [];
      let asked = 0;
      const ask = (
        gate: GateEngine,
        who: number,
        from: number,
        size: number,
        at: number,
        exchangeId: string,
      ): { readonly reason: string; readonly rows: readonly Disclosure[] } => {
        const people = Array.from({ length: size }, (_, place) => person(from + place));
        const reservation = gate.reserve(lookupId, caller(who), people, false, at);
        if (reservation === undefined) throw new Error("not guarded");
        return { reason: reservation.reason, rows: gate.settle(reservation, { exchangeId, tells: true, failed: false, classId: "c" }) };
      };
      // Thirty people with books of 40 to 130, an hour apart.
      let at = start;
      const write = (who: number, from: number, size: number): void => {
        const { reason, rows } = ask(live, who, from, size, at, `e${asked++}`);
        if (reason === "newcomers-surge" || reason === "list-unusual" || reason === "allowance-spent") refused++;
        journal.push({ rows, network: caller(who).network });
      };
      for (let n = 0; n < 30; n++) {
        at += hour;
        write(40 + n, 10_000 + n * 200, 40 + n * 3);
      }
      for (const step of list) {
        at += step.wait;
        write(step.who, step.about, step.size);
      }
      const again = engine();
      for (const { rows, network } of journal) for (const row of rows) again.replay(row, network);
      for (let n = 0; n < 16; n++) {
        at += n % 5 === 0 ? 11 * minute : 200;
        const [one, other] = [live, again].map((gate) => ask(gate, n, 20_000 + n * 100, 90, at, `q${n}`).reason);
        expect(other).toBe(one);
      }
    }),
    { numRuns: 40 },
  );
  expect(refused).toBeGreaterThan(0);
});
