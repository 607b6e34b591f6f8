import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { EProcess, provenLogE } from "../observe/e-process.ts";
import { LabelProof, type LabelledAnswer, proofPeriodMs } from "./label-proof.ts";

const hourMs = 3_600_000;
const startMs = 1_760_000_000_000;

/** 600 labels in 20 days of an endpoint whose class goes along with existence for another reason. */
function confounded(cause: "drift" | "day" | "caller", run: number): LabelledAnswer[] {
  const random = seededRandom(run + 31);
  return Array.from({ length: 600 }, (_, n) => {
    const at = startMs + n * 0.8 * hourMs;
    const kind = random() < 0.5 ? 0 : 1;
    const share = cause === "drift" ? n / 600 : cause === "day" ? 0.5 + 0.4 * Math.sin((at / hourMs / 24) * 2 * Math.PI) : 0.2 + 0.6 * kind;
    return { exists: random() < share, symbol: random() < share ? 0 : 1, at, kind };
  });
}
const perfect = (n: number, at = startMs + n * hourMs): LabelledAnswer => ({ exists: n % 2 === 0, symbol: n % 2, at, kind: n % 3 });

describe("LabelProof", () => {
  it.each(["drift", "day", "caller"] as const)("proves nothing where class and existence both follow %s, which deceives a test that pools all", (cause) => {
    let [false_, deceived] = [0, 0];
    for (let run = 0; run < 20; run += 1) {
      const proof = new LabelProof();
      const pooled = new EProcess();
      for (const label of confounded(cause, run)) {
        proof.observe(label);
        pooled.observe(label.exists, label.symbol);
      }
      if (proof.proven()) false_ += 1;
      if (pooled.logE > provenLogE) deceived += 1;
    }
    expect(false_).toBe(0);
    expect(deceived).toBeGreaterThanOrEqual(15);
  });
  it("proves a perfect oracle in sixty labels, and a weak one (60 % beside 40 %) in three thousand", () => {
    const proof = new LabelProof();
    for (let n = 0; n < 60; n += 1) proof.observe(perfect(n));
    expect(proof.proven()).toBe(true);
    const random = seededRandom(5);
    const weak = new LabelProof();
    for (let n = 0; n < 3_000; n += 1) {
      const exists = random() < 0.5;
      weak.observe({ exists, symbol: random() < (exists ? 0.6 : 0.4) ? 0 : 1, at: startMs + n * 60_000, kind: 0 });
    }
    expect(weak.proven()).toBe(true);
  });
  it("shows that a leak was closed after at most two periods, and stands by its proof until labels say so", () => {
    const proof = new LabelProof();
    for (let n = 0; n < 200; n += 1) proof.observe(perfect(n));
    const later = startMs + proofPeriodMs + hourMs;
    for (let n = 0; n < 10; n += 1) proof.observe({ ...perfect(n, later + n), symbol: 0 });
    expect(proof.proven()).toBe(true);
    for (let n = 10; n < 80; n += 1) proof.observe({ ...perfect(n, later + n), symbol: 0 });
    expect(proof.proven()).toBe(false);
    const silent = new LabelProof();
    for (let n = 0; n < 200; n += 1) silent.observe(perfect(n));
    silent.observe(perfect(0, later));
    expect([silent.proven(later), silent.proven(later + 2 * proofPeriodMs)]).toEqual([true, false]);
  });
  it("speaks against a suspicion once labels of both sides show nothing, and not while they are few", () => {
    const proof = new LabelProof();
    for (let n = 0; n < 40; n += 1) proof.observe({ ...perfect(n), symbol: n % 4 < 2 ? 0 : 1 });
    expect(proof.refuted()).toBe(false);
    for (let n = 0; n < 80; n += 1) proof.observe({ ...perfect(n), symbol: n % 4 < 2 ? 0 : 1 });
    expect(proof.refuted()).toBe(true);
    const leaking = new LabelProof();
    for (let n = 0; n < 120; n += 1) leaking.observe(perfect(n));
    expect(leaking.refuted()).toBe(false);
  });
  it("survives an export and a merge of classes, and reads counts of older states", () => {
    const proof = new LabelProof();
    for (let n = 0; n < 300; n += 1) proof.observe({ ...perfect(n), symbol: n % 4 });
    const again = LabelProof.restore(structuredClone(proof.exportState()), [[], []]);
    expect(again.logE()).toBeCloseTo(proof.logE(), 6);
    expect(again.labels).toBe(300);
    const merged = proof.renamed((symbol) => symbol % 2);
    const direct = new LabelProof();
    for (let n = 0; n < 300; n += 1) direct.observe(perfect(n));
    expect(merged.logE()).toBeCloseTo(direct.logE(), 6);
    const older = LabelProof.restore(undefined, [
      [0, 60],
      [60, 0],
    ]);
    expect([older.proven(), older.labels]).toEqual([true, 120]);
  });
});
