import { expect, test } from "vitest";
import { runDirect } from "../drive/run-direct.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { flaws } from "../latchkey/flaws.ts";
import { type BackOffice, backOfficeDays } from "./back-office-days.ts";
import { withBackOffice } from "./back-office.ts";

const day = 86_400_000;
const from = Date.UTC(2026, 2, 2);

function play(office: BackOffice, days: number): { readonly answers: string[]; readonly sessions: number; readonly gaveUp: number } {
  const latchkey = withBackOffice(createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 2_000, seed: "office", now: () => from }));
  const to = from + days * day;
  const answers: string[] = [];
  const world = { population: latchkey.population, seed: "office", from, to };
  const { stats } = runDirect(backOfficeDays(office, world), latchkey, { from, to }, ({ method, url, client, response }) =>
    answers.push(`${method} ${new URL(url).pathname.replace(/\d+$/, "N")} ${client.address.split(".")[2]} ${response.status}`),
  );
  const again = [...backOfficeDays(office, world)].map(({ id, startAt }) => `${startAt} ${id}`);
  expect(again).toEqual([...backOfficeDays(office, world)].map(({ id, startAt }) => `${startAt} ${id}`));
  expect([...backOfficeDays(office, world)].map(({ startAt }) => startAt)).toEqual([...backOfficeDays(office, world)].map(({ startAt }) => startAt).sort((a, b) => a - b));
  latchkey.close();
  const { sessions, gaveUp } = stats.total();
  return { answers, sessions, gaveUp };
}

const count = (answers: readonly string[], start: string): number => answers.filter((answer) => answer.startsWith(start)).length;

test("clerks sign in and look up whoever rings, some of whom nobody is; sessions that the service did not give are refused", () => {
  const { answers, gaveUp } = play({ desk: { clerks: 6, callsADay: 30 } }, 2);
  expect(gaveUp).toBe(0);
  expect(count(answers, "POST /v1/login 110 200")).toBe(12);
  expect(count(answers, "GET /staff/v1/customers 110 200")).toBeGreaterThan(270);
  expect(count(answers, "GET /staff/v1/customers 110 404")).toBeGreaterThan(20);
  expect(count(answers, "GET /staff/v1/customers 110 401")).toBeGreaterThan(0);
});

test("a partner's nights are as large as said, in lists of a hundred or one by one", () => {
  expect(play({ partnerNights: [250, 0, 120] }, 3).answers).toEqual(Array.from({ length: 5 }, () => "POST /customer/v1/users/lookup 90 200"));
  expect(count(play({ partnerNights: [30], partnerByOne: true }, 1).answers, "GET /client/v1/users/")).toBe(30);
});

test("a crawler walks every linked page once a day, some of them gone; monitors ask about the same few; a test asks as fast as it says", () => {
  const walked = play({ crawler: { perMinute: 60, readersADay: 50 } }, 1).answers.filter((answer) => answer.includes(" 50 "));
  expect(count(walked, "GET /help/pages/N 50 200")).toBeGreaterThan(300);
  expect(count(walked, "GET /help/pages/N 50 404")).toBeGreaterThan(3);
  expect(play({ monitors: { addresses: 3, people: 2 } }, 1).sessions).toBe(1_440);
  expect(play({ lookupTests: [{ from, to: from + 10_000, perSecond: 20, addresses: 3 }] }, 1).answers).toHaveLength(200);
});
