import { expect, test } from "vitest";
import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import type { Signal } from "../detect/signal.ts";
import { carriesAll } from "../exchange/exchange.ts";
import { Judge } from "../judge.ts";
import { CodeBrake } from "./code-brake.ts";
import { ports } from "../testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);
const minute = 60_000;

test("within any time strangers are wrong no more than the burst and what is harmless in it", () => {
  const brake = new CodeBrake();
  let passed = 0;
  for (let n = 0; n < 100_000; n++) if (brake.take(1_440, start + n * 100) === 0) passed++;
  expect(passed).toBeLessThanOrEqual(policy.brakeBurst + Math.ceil(10_000_000 / minute));
});

/** People are sent a code and type it in, one in eight wrong at first; then somebody guesses three codes on one account after another, each from an address of its own. */
function play(slowStrangers: boolean, victims: number) {
  const signals: Signal[] = [];
  const judge = new Judge(ports, { mode: "enforce", newId: () => "s", budget: { slowStrangers } }, { exchange: () => undefined, signals: (told) => void signals.push(...told) });
  let n = 0;
  const ask = (at: number, address: string, path: string, body: object, status: number) =>
    judge.decide({
      id: `x${n++}`,
      at,
      durationMs: 5,
      method: "POST",
      url: `https://shop.example${path}`,
      client: { address },
      carries: carriesAll,
      request: { headers: [["Content-Type", "application/json"]], body: JSON.stringify(body) },
      response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(status < 400 ? { ok: true } : { error: "wrong_code" }) },
    }).reason;
  const reasons = { honest: [] as string[], guesser: [] as string[] };
  const visit = (k: number, at: number): void => {
    const [phone, address] = [`+4479110${10_000 + (k % 125)}`, `10.1.${k % 125}.7`];
    ask(at, address, "/codes/send", { phone }, 202);
    const code = String(100_000 + ((k * 7_919) % 900_000));
    if (k % 8 === 0) reasons.honest.push(ask(at + 9_000, address, "/codes/check", { phone, code: "000000" }, 422));
    reasons.honest.push(ask(at + 15_000, address, "/codes/check", { phone, code }, 200));
  };
  let at = start;
  for (let k = 0; k < 250; k++) visit(k, (at += 4 * minute));
  for (let k = 0; k < victims; k++) {
    const [phone, address] = [`+4479220${10_000 + k}`, `203.0.${k >> 8}.${k & 255}`];
    at += 5_000;
    ask(at, address, "/codes/send", { phone }, 202);
    for (let t = 0; t < 3; t++) reasons.guesser.push(ask(at + 1_000 + t * 900, address, "/codes/check", { phone, code: String(200_000 + (((k * 3 + t) * 613) % 700_000)) }, 422));
    if (k % 24 === 0) visit(k, (at += 20_000));
  }
  return { reasons, signals };
}

test("codes guessed on many accounts are told, and then strangers are wrong as often as does no harm, while people who came before go on", () => {
  const { reasons, signals } = play(true, 200);
  const told = signals.find(({ detector, level }) => detector === "otp.spray" && level === "high");
  expect(told).toBeDefined();
  expect(new Set(reasons.honest)).toEqual(new Set(["not-guarded"]));
  const passed = reasons.guesser.filter((reason) => reason === "not-guarded").length;
  // Those before it was proven, the burst, and twenty minutes of one in seventeen seconds, of 600.
  expect(passed).toBeLessThan(50 + policy.brakeBurst + 75);
  expect(reasons.guesser.filter((reason) => reason === "code-brake").length).toBe(reasons.guesser.length - passed);
});

test("where the operator wants it, they are told only", () => {
  const { reasons, signals } = play(false, 40);
  expect(signals.some(({ detector, level }) => detector === "otp.spray" && level === "high")).toBe(true);
  expect(new Set([...reasons.honest, ...reasons.guesser])).toEqual(new Set(["not-guarded"]));
});
