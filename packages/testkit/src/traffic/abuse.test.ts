import { describe, expect, test } from "vitest";
import { abuseCells } from "./testing/abuse-cells.ts";

const cellOf = (part: string): (typeof abuseCells)[number] => {
  const cell = abuseCells.find(({ id }) => id.includes(part));
  if (cell === undefined) throw new RangeError(part);
  return cell;
};

describe("kinds of endpoints are found by flow and answers, whatever they are called", () => {
  test.each([
    [
      "kiosk: honest",
      {
        "POST /rufnummer/pruefen": "code-send",
        "GET /freischalten": "code-check",
        "POST /anmelden": "sign-in",
      },
    ],
    [
      "clinic: honest",
      {
        "POST /portal/challenges": "code-send",
        "PUT /portal/challenges/{challengeId}": "code-check",
        "POST /portal/entry": "sign-in",
      },
    ],
  ])("%s days: nothing is raised, every kind is found", (part, kinds) => {
    const run = cellOf(part).run("unit 1");
    expect(run.signals.filter(({ level }) => level !== "low" && level !== "info")).toEqual([]);
    expect(Object.fromEntries(Object.entries(run.kinds).map(([endpoint, { kind }]) => [endpoint, kind]))).toEqual(kinds);
  });
});

describe("attacks are told in time", () => {
  test.each(abuseCells.filter(({ id, within }) => within !== undefined && !id.startsWith("latchkey")).filter((_, n) => n % 3 === 1))("$id: within $within", (cell) => {
    const run = cell.run("unit 2");
    expect(run.until(cell.detector ?? "")).toBeLessThanOrEqual(cell.within ?? 0);
    expect(run.signals.filter(({ at }) => at < Date.UTC(2026, 2, 4, 10))).toEqual([]);
  });

  test("prompts on Latchkey's devices are told at the fifth; of no code, password or number anything is kept", () => {
    const cell = cellOf("latchkey: push");
    const run = cell.run("unit 3");
    expect(run.until("push.bombing")).toBe(5);
    expect(Object.entries(run.kinds).filter(([, { kind }]) => kind !== "unproven")).toMatchObject([
      ["POST /client/v1/users/{userId}/devices/registration/start", { kind: "code-send" }],
      ["POST /client/v1/users/{userId}/devices/registration/{registrationId}/complete", { kind: "code-check", proof: "json:pin" }],
    ]);
    const kept = JSON.stringify([run.judge.ledger.exportState().abuse, run.signals]);
    expect(kept).not.toMatch(/\b999-?\d{8}\b|"\d{6}"|ops@customer/);
  });
});

describe("what is told is stopped where the gate enforces", () => {
  test("pumped messages: one in ten minutes goes out after the alert, and nobody else is refused", () => {
    const { stopped } = cellOf("clinic: sms-pumping, 1 message in 10 s").run("unit 4", "enforce");
    expect(stopped.attack).toBeGreaterThan(30);
    expect(stopped.passed).toBeLessThanOrEqual(2);
    expect(stopped.refused).toBe(0);
  });

  test("leaked passwords from one address: ten in all after the alert, then one in ten minutes; one password on many accounts: none; and nobody else is refused", () => {
    const stuffing = cellOf("kiosk: login-stuffing, one address").run("unit 5", "enforce").stopped;
    expect(stuffing.attack).toBeGreaterThan(40);
    expect(stuffing.passed).toBeLessThanOrEqual(11);
    expect(stuffing.refused).toBe(0);
    const spraying = cellOf("clinic: login-spray").run("unit 6", "enforce").stopped;
    expect(spraying.attack).toBeGreaterThan(30);
    expect(spraying.passed).toBe(0);
    expect(spraying.refused).toBe(0);
  });
});
