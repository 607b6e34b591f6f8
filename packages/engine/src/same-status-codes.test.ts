import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "./exchange/exchange.ts";
import type { Ports } from "./exchange/ports.ts";
import { Judge } from "./judge.ts";

const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "k").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};
const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);

/** A portal that answers a wrong code with 200, too, and calls its fields what nobody knows. */
class Portal {
  readonly refused: string[] = [];
  readonly anchors = new Set<string>();
  readonly judge = new Judge(
    ports,
    { mode: "enforce", newId: () => "s", sourceSlots: 4_096, pairs: 50_000, pending: 4_096 },
    {
      exchange: (_exchange, step) => {
        for (const { kind } of step.anchors) this.anchors.add(kind);
      },
      signals: () => undefined,
    },
  );
  #asked = 0;

  ask(method: string, path: string, from: string, at: number, status: number, body: unknown, sent?: object, token?: string): boolean {
    const exchange: Exchange = {
      id: `x${(this.#asked += 1)}`,
      at,
      durationMs: 5,
      method,
      url: `https://portal.example${path}`,
      client: { address: from },
      carries: carriesAll,
      request: {
        headers: [
          ["User-Agent", "app/1"],
          ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const]),
          ...(sent === undefined ? [] : [["Content-Type", "application/json"] as const]),
        ],
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      },
      response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(body) },
    };
    return this.judge.decide(exchange).action === "allow";
  }

  /** Somebody types his code, now and then a wrong one first, and reads what is his. Whether his right code was answered as such. */
  visit(n: number, at: number): boolean {
    const from = `10.${n % 200}.${(n * 7) % 250}.${1 + (n % 90)}`;
    const rufnummer = `+4915155${String(10_000 + ((n * 37) % 40_000)).padStart(5, "0")}`;
    const tan = String(100_000 + ((n * 7_919) % 900_000));
    const token = `t${n}abcdefghijklmnopqrstuvwxyz012345`;
    this.ask("POST", "/tan/anfordern", from, at, 200, { status: "gesendet" }, { rufnummer });
    if (n % 9 === 0) this.ask("POST", "/tan/pruefen", from, at + 20_000, 200, { status: "fehler", rest: 4 }, { rufnummer, tan: String(Number(tan) + 1) });
    const let_ = this.ask("POST", "/tan/pruefen", from, at + 30_000, 200, { status: "ok", sitzung: token, name: "N" }, { rufnummer, tan });
    if (n % 12 === 0) this.ask("GET", "/konto", from, at + 31_000, 401, { fehler: "anmelden" });
    this.ask("GET", "/konto", from, at + 32_000, 200, { tarif: "M" }, undefined, token);
    return let_;
  }
}

test("a code that is right is never answered as if it were not, in a crowd either, where the service answers right and wrong ones with the same status; it anchors", () => {
  const portal = new Portal();
  let at = start;
  let wronged = 0;
  for (let n = 0; n < 240; n++) if (!portal.visit(n, (at += 4 * minute))) wronged++;
  for (let n = 240; n < 400; n++) if (!portal.visit(n, (at += 4_000))) wronged++;
  expect(wronged).toBe(0);
  expect([...portal.anchors]).toContain("sign-in");
});
