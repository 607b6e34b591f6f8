import { describe, expect, it } from "vitest";
import { uniformAnswerDiffers } from "../../assess/checks/uniform-answer-differs.ts";
import type { HeaderList } from "../../exchange/exchange.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { formsMax, ownAnswersMin, ownEndpointsMax, OwnAnswers, type SeenAnswer } from "./own-answers.ts";
import { ports } from "../../testing/ports.ts";

const json: HeaderList = [
  ["Content-Type", "application/json"],
  ["Content-Length", "20"],
];
const seen = (n: number, change: Partial<SeenAnswer>): SeenAnswer => ({
  endpointId: "e",
  uniform: n % 2 === 0,
  meaning: n % 4 < 2 || n % 2 === 1 ? "denied" : "confirmed",
  status: 404,
  headers: json,
  bytes: 20,
  ms: n % 2 === 0 ? 510 : 12,
  at: 1_760_000_000_000 + n * 60_000,
  ...change,
});
const after = (count: number, change: (n: number) => Partial<SeenAnswer> = () => ({}), own = new OwnAnswers(ports)): OwnAnswers => {
  for (let n = 0; n < count; n += 1) own.observe(seen(n, change(n)));
  return own;
};
const finding = (own: OwnAnswers): string | undefined =>
  uniformAnswerDiffers({ endpoint: { id: "e", method: "GET", host: "h", path: "/p" }, own: own.state("e"), firstAt: 1, lastAt: 2, examples: [] }, ports)?.severity;

describe("OwnAnswers", () => {
  it("holds where uniform answers look like denials, whatever chance does to both alike, and says that waiting is seen", () => {
    const state = after(2_000).state("e");
    expect(state).toMatchObject({ uniforms: 1_000, denials: 1_000, tells: { broken: false }, differs: { broken: false } });
    expect(state?.tells?.interval[1]).toBeLessThan(0.01);
    expect(state?.differs?.interval[1]).toBeLessThan(0.01);
    expect(state?.byTime).toBeGreaterThan(0.9);
    expect(finding(after(2_000))).toBeUndefined();
    for (let run = 0; run < 12; run += 1) {
      const random = seededRandom(run + 3);
      // The service's denials and ours vary in the same way, and so does the time.
      expect(finding(after(400, (n) => ({ bytes: 20 + Math.floor(random() * 3), ms: n % 2 === 0 ? 500 + Math.floor(random() * 3) * 250 : 12 })))).toBeUndefined();
    }
  });
  it.each([
    ["status", { status: 403 }],
    ["length", { bytes: 21 }],
    ["a header", { headers: [...json, ["Retry-After", "3"]] as HeaderList }],
    ["framing", { headers: json.slice(0, 1) }],
    ["Date left out", { headers: [...json, ["Date", "x"]] as HeaderList }],
  ])("finds a difference from denials in %s, of low severity", (_, change) => {
    const own = after(200, (n) => (n % 2 === 0 ? change : {}));
    expect(own.state("e")?.differs?.interval[0]).toBeGreaterThan(0.5);
    expect(finding(own)).toBe("low");
  });
  it("finds that uniform answers tell who exists, by length or by a quarter of a second, of high severity", () => {
    expect(finding(after(400, (n) => (n % 4 === 2 ? { bytes: 25 } : {})))).toBe("high");
    expect(finding(after(400, (n) => (n % 4 === 2 ? { ms: 760 } : {})))).toBe("high");
  });
  it("begins again with a new template: what was put right shows at once", () => {
    const own = after(200, (n) => (n % 2 === 0 ? { status: 403 } : {}));
    expect(finding(own)).toBe("low");
    for (let n = 200; n < 202 + 2 * ownAnswersMin; n += 1) own.observe(seen(n, {}));
    expect(own.state("e")?.differs).toMatchObject({ broken: false });
    expect(finding(own)).toBeUndefined();
  });
  it("shows no figure for a few answers, nothing where none was ours, and survives an export", () => {
    expect(after(2 * ownAnswersMin - 2).state("e")?.differs).toBeUndefined();
    expect(after(100, () => ({ uniform: false })).state("e")).toBeUndefined();
    const own = after(200, (n) => (n % 2 === 0 ? { status: 403 } : {}));
    const again = OwnAnswers.restore(structuredClone(own.exportState()), ports).state("e");
    const { eValue = 0, ...differs } = own.state("e")?.differs ?? {};
    expect(again).toMatchObject({ uniforms: 100, denials: 100, differs });
    expect(Math.log(again?.differs?.eValue ?? 0)).toBeCloseTo(Math.log(eValue), 6);
    expect(OwnAnswers.restore("torn", ports).state("e")).toBeUndefined();
  });
  it("checks so many endpoints and tells so many forms apart; what comes after shares the last place", () => {
    const own = new OwnAnswers(ports);
    for (let n = 0; n <= ownEndpointsMax; n += 1) own.observe(seen(0, { endpointId: `e${n}` }));
    expect([own.state(`e${ownEndpointsMax - 1}`) !== undefined, own.state(`e${ownEndpointsMax}`)]).toEqual([true, undefined]);
    const many = after(400, (n) => ({ uniform: true, bytes: n, ms: n * 250 }));
    const [[, kept] = ["", undefined]] = many.exportState() as [string, { forms: string[]; timed: string[]; times: number[][] }][];
    expect([kept?.forms.length, kept?.timed.length, ...(kept?.times ?? []).map((row) => row.length)]).toEqual([formsMax, formsMax, 0, formsMax + 1]);
  });
});
