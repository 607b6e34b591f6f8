import { describe, expect, test } from "vitest";
import { runDirect } from "../drive/run-direct.ts";
import { flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { memberDays, memberWalk, withMembers } from "./members.ts";

const from = Date.UTC(2026, 2, 2);
const to = from + 86_400_000;

function insurer() {
  return withMembers(createLatchkey({ flaws: flaws("F1"), accounts: 2_000, seed: "members", now: () => from }));
}

describe("an insurer's portal", () => {
  test("people ask about their households and surgeries about their patients, mistake some, and book with the reference that right details bring", () => {
    const latchkey = insurer();
    const world = { population: latchkey.population, seed: "m", from, to };
    const said = { won: 0, differ: 0, unknown: 0, booked: 0, refused: 0 };
    const { stats } = runDirect(memberDays({ visitsADay: 400, surgeries: { count: 5, patientsADay: 10 } }, world), latchkey, { from, to }, ({ response }) => {
      const body = String(response.body);
      if (response.status === 201) said.booked += 1;
      else if (response.status === 422) said.refused += 1;
      else if (body.includes("DETAILS_DIFFER")) said.differ += 1;
      else if (body.includes("MEMBER_NOT_FOUND")) said.unknown += 1;
      else if (body.includes('"eligible":true')) said.won += 1;
    });
    const total = stats.total();
    expect(total.lookups).toBe(said.won + said.differ + said.unknown);
    expect(total.uniform).toBe(0);
    expect(said.refused).toBe(0);
    expect(said.won / total.lookups).toBeGreaterThan(0.85);
    expect(said.differ).toBeGreaterThan(10);
    expect(said.unknown).toBeGreaterThan(10);
    expect(said.booked / said.won).toBeGreaterThan(0.5);
  });

  test("one who asks with nobody's details learns who exists, and nobody's reference", () => {
    const latchkey = insurer();
    const people = latchkey.population;
    const list = Array.from({ length: 100 }, (_, n) => people.numberAt(n % 2 === 0 ? n : 70_000_000 + n));
    const { sessions, notes } = memberWalk({ list, from, addresses: 7, ratePerSecond: 5 });
    const bodies: string[] = [];
    runDirect(sessions, latchkey, { from, to }, ({ response }) => bodies.push(String(response.body)));
    expect([...notes].every(([national, answer]) => answer === (latchkey.holds(national) ? "exists" : "missing"))).toBe(true);
    expect(notes.size).toBe(100);
    expect(bodies.some((body) => body.includes("elg-"))).toBe(false);
  });
});
