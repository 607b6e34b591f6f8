import { expect, test } from "vitest";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const phoneOf = (n: number): string => `+33698${String(100_000 + n * 7).padStart(6, "0")}`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;

/** A service whose wrong codes and passwords are answered alike, account or not. */
class Service {
  readonly judged = new Judged({ mode: "observe" });
  #asked = 0;

  ask(at: number, address: string, path: string, body: object | undefined, status: number, answer: object, bearer?: string): void {
    this.judged.judge.push(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path, sent: body, status, answer, bearer }));
  }

  day(from: number, visits: number, unknown?: readonly [number, object]): void {
    for (let n = 0; n < visits; n++) {
      const at = from + n * 60_000;
      const address = `10.3.${n >> 8}.${n & 255}`;
      const phone = phoneOf(n);
      if (unknown !== undefined && n % 4 === 1) this.ask(at, address, "/sessions", { phone: phoneOf(n).replace(/.$/, "1"), password: `pw-${n}` }, ...unknown);
      if (n % 3 === 0) {
        this.ask(at + 2_000, address, "/codes/check", { phone, code: "111111" }, 422, { error: { code: "wrong_code" } });
        this.ask(at + 9_000, address, "/codes/check", { phone, code: String(200_000 + n) }, 201, { token: tokenOf(n) });
      } else {
        if (n % 3 === 1) this.ask(at + 2_000, address, "/sessions", { phone, password: "oops" }, 401, { error: { code: "bad_credentials" } });
        this.ask(at + 9_000, address, "/sessions", { phone, password: `pw-${n}` }, 200, { token: tokenOf(n) });
      }
      this.ask(at + 12_000, address, "/me", undefined, 200, { plan: "free" }, tokenOf(n));
    }
  }

  /** What refusals at this path are said to have told. */
  told(path: string, from: number): ReadonlySet<string> {
    const { ledger, rows } = this.judged.all([]);
    const id = ledger.inventory.endpoints().find((endpoint) => endpoint.template === path)?.id ?? "";
    return new Set(rows.filter(({ row }) => row.endpointId === id && row.at >= from).map(({ row }) => ledger.meaning(row.endpointId, row.responseClass)));
  }
}

test("a wrong code or password that is answered alike for everybody is written down as telling neither", () => {
  const service = new Service();
  const start = Date.UTC(2026, 2, 2, 8);
  service.day(start, 240);
  const from = start + 300 * 60_000;
  for (let q = 0; q < 30; q++) {
    service.ask(from + q * 5_000, "203.0.113.9", "/codes/check", { phone: phoneOf(900 + q), code: "123456" }, 422, { error: { code: "wrong_code" } });
    service.ask(from + q * 5_000, "203.0.113.9", "/sessions", { phone: phoneOf(900 + q), password: "123456" }, 401, { error: { code: "bad_credentials" } });
  }
  expect(service.told("/codes/check", from)).toEqual(new Set(["unknown"]));
  expect(service.told("/sessions", from)).not.toContain("confirmed");
  expect(service.told("/sessions", from)).not.toContain("denied");
});

test("a sign-in that answers unknown accounts otherwise tells, as before", () => {
  const service = new Service();
  const start = Date.UTC(2026, 2, 2, 8);
  service.day(start, 240, [404, { error: { code: "nobody" } }]);
  const from = start + 300 * 60_000;
  for (let q = 0; q < 30; q++) {
    const known = q % 2 === 0;
    const body = { phone: phoneOf(900 + q), password: "123456" };
    service.ask(from + q * 5_000, "203.0.113.9", "/sessions", body, known ? 401 : 404, { error: { code: known ? "bad_credentials" : "nobody" } });
  }
  expect(service.told("/sessions", from)).toEqual(new Set(["confirmed", "denied"]));
});
