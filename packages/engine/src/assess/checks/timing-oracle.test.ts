import { expect, it } from "vitest";
import { carriesAll } from "../../exchange/exchange.ts";
import { Ledger } from "../../ledger.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { ports } from "../../testing/ports.ts";

/** A reset form that answers all alike, and hashes something for those who exist. */
function play(deltaMs: number): ReturnType<Ledger["findings"]> {
  const random = seededRandom(9);
  const ledger = new Ledger(ports, { mode: "observe", declared: () => ({ subjects: [{ type: "phone", location: { in: "json", name: "phone" } }] }) });
  for (let n = 0; n < 500; n += 1) {
    const at = 1_760_000_400_000 + n * 60_000;
    const exists = random() < 0.5;
    const body = `{"message":"if there is an account, we sent a message"}`;
    const step = ledger.onExchange({
      id: `x${n}`,
      at,
      method: "POST",
      url: "https://api.example.com/password/forgotten",
      client: { address: `10.0.${n >> 8}.${n & 255}` },
      request: { headers: [["Content-Type", "application/json"]], body: JSON.stringify({ phone: `+4477009${String(n).padStart(5, "0")}` }) },
      response: { status: 200, headers: [["Content-Type", "application/json"]], body, size: body.length },
      durationMs: 500 * random(),
      upstreamMs: 40 + 10 * random() + (exists ? deltaMs : 0),
      carries: carriesAll,
    });
    const [subject] = step.subjects;
    if (subject !== undefined && step.door !== undefined) ledger.oracles.label({ endpointId: step.door.id, subject: subject.hash, exists, at: at + 1_000, narrow: `n${n}` });
  }
  return ledger.findings();
}

it("is found from the service's own time, whatever the client's network adds, and says what it takes to use it", () => {
  const finding = play(30).find((one) => one.check === "timing-oracle");
  expect(finding).toMatchObject({ verdict: "proven", cwe: "CWE-208", title: "The time of the answer tells whether a phone number is known here" });
  expect(finding?.evidence).toMatchObject({ subject: "phone", requestsAt5Ms: 2, unitMs: 0 });
  expect(finding?.evidence["differenceMs"]).toBeGreaterThan(28);
  expect(finding?.evidence["differenceMs"]).toBeLessThan(32);
});

it("is no finding where the time does not depend on existence", () => {
  expect(play(0).filter((one) => one.check === "timing-oracle" || one.check === "existence-oracle")).toEqual([]);
});
