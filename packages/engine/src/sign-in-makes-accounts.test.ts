import { describe, expect, it } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

/** An app whose first code makes the account: newcomers are told apart by `returning`, and sign in right after. */
const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const phoneOf = (n: number): string => `+4915155${String(100_000 + ((n * 7_919) % 900_000))}`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;

describe("a sign-in that makes accounts", () => {
  it.each(["returning", "zugehoerig"])("nobody is called confirmed by an answer that those who exist seldom get, whatever the flag is called: %s", (flag) => {
    const judged = new Judged({ mode: "observe" });
    let id = 0;
    const call = (at: number, address: string, call: Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">): void => {
      judged.judge.push(jsonExchange({ id: `x${id++}`, at, address, ...call }));
    };
    const register = (at: number, address: string, n: number, known: boolean): void =>
      call(at, address, { path: "/devices", sent: { phone: phoneOf(n), platform: "ios" }, status: 201, answer: { device: ports.hash("segment", `${n} ${at}`), [flag]: known } });
    for (let k = 0; k < 120; k++) {
      const at = start + k * minute;
      const fresh = k % 8 === 3;
      const n = fresh ? 10_000 + k : k % 40;
      const address = `10.1.${k >> 8}.${k & 255}`;
      if (k % 5 === 2) register(at - 20_000, address, 20_000 + k, false);
      register(at, address, n, !fresh);
      if (k % 11 === 5) call(at + 4_000, address, { path: "/enter", sent: { phone: phoneOf(n), code: String(100_000 + k * 37) }, status: 401, answer: { error: "wrong code" } });
      call(at + 9_000, address, { path: "/enter", sent: { phone: phoneOf(n), code: String(500_000 + k * 61) }, answer: { token: tokenOf(k), expires_in: 3_600 } });
      call(at + 12_000, address, { path: "/me", bearer: tokenOf(k), answer: { plan: "free", unread: k % 9 } });
    }
    judged.judge.finish();
    const door = judged.ledger.inventory.learned().find(({ clearTemplate }) => clearTemplate === "/devices");
    const { labels, classes } = judged.ledger.oracles.state(door?.id ?? "");
    expect(labels).toBeGreaterThan(50);
    const [often, seldom] = [...classes].sort((a, b) => b.count - a.count);
    expect(often?.meaning).toBe("confirmed");
    expect(["denied", "unknown"]).toContain(seldom?.meaning);
  });
});
