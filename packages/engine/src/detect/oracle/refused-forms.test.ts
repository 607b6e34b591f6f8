import { describe, expect, it } from "vitest";
import { apartMs, formsMax, networksMax, peopleMin, RefusedForms } from "./refused-forms.ts";

const start = Date.UTC(2026, 2, 2, 8);
const wrong = 1 << 2;

/** Somebody was answered in the form "whole". */
function seen(): RefusedForms {
  const forms = new RefusedForms();
  forms.answered("whole");
  return forms;
}

describe("a refusal that sounds like an error of form", () => {
  it("is one while it comes to forms that nobody is answered in", () => {
    const forms = seen();
    for (let n = 0; n < 20; n++) expect(forms.refused(2, "short", `n${n}`)).toBe(false);
    expect(forms.content).toBe(0);
  });

  it("is about the content once more networks got it to a form that others are answered in, whichever came first", () => {
    const forms = seen();
    expect(forms.refused(2, "whole", "n1")).toBe(true);
    expect(forms.content).toBe(wrong);
    const late = new RefusedForms();
    late.refused(2, "whole", "n1");
    expect(late.content).toBe(0);
    late.answered("whole");
    expect(late.content).toBe(wrong);
    late.refused(2, "short", "n1");
    expect(late.content).toBe(0);
  });

  it("stays one of content, however many errors of form it also answers, once people got it who are there; of whom it is not said any more", () => {
    const forms = seen();
    forms.refused(2, "whole", "n0");
    for (let n = 0; n < peopleMin; n++) forms.confirmed(2, `s${n}`, `n${n}`, start + n * apartMs);
    expect(forms.confirming).toBe(wrong);
    for (let n = 0; n < networksMax; n++) forms.refused(2, "short", `n${n}`);
    expect(forms.content).toBe(wrong);
    expect(forms.confirming).toBe(0);
  });

  it.each([
    ["the same network", (n: number) => [`s${n}`, "n", start + n * apartMs] as const],
    ["the same person", (n: number) => ["s", `n${n}`, start + n * apartMs] as const],
    ["one moment", (n: number) => [`s${n}`, `n${n}`, start + (n * apartMs) / 100] as const],
  ])("does not stay one for people of %s", (_, one) => {
    const forms = seen();
    for (let n = 0; n < 20; n++) {
      const [subject, network, at] = one(n);
      forms.confirmed(2, subject, network, at);
    }
    expect(forms.content).toBe(0);
  });

  it("is remembered of so many forms and networks only, the forms that people use among them, and comes through a restart", () => {
    const forms = seen();
    for (let n = 0; n < 20 * formsMax; n++) {
      forms.refused(2, `odd${n}`, `n${n}`);
      if (n % 10 === 0) forms.answered("whole");
    }
    for (let n = 0; n < 10 * networksMax; n++) forms.refused(3, "whole", `n${n}`);
    const state = JSON.stringify(forms.exportState());
    expect(state.length).toBeLessThan(formsMax * 64);
    const again = new RefusedForms();
    again.restore(JSON.parse(state), 15);
    expect(JSON.stringify(again.exportState())).toBe(state);
    expect(again.content).toBe(1 << 3);
    expect(again.refused(3, "whole", "later")).toBe(true);
  });

  it("goes on under its new place when classes are taken together", () => {
    const forms = seen();
    forms.refused(2, "whole", "n0");
    forms.refused(3, "whole", "n1");
    for (let n = 0; n < peopleMin; n++) forms.confirmed(3, `s${n}`, `n${n}`, start + n * apartMs);
    forms.coarsen((symbol) => (symbol === 3 ? 2 : symbol));
    expect(forms.content).toBe(wrong);
    expect(forms.confirming).toBe(wrong);
  });
});
