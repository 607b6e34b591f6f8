import { describe, expect, it } from "vitest";
import { renderSlow } from "./render-slow.ts";
import { slowDocument } from "./slow-document.ts";
import type { PartialDay } from "./whole-days.ts";

const at = (text: string): number => Date.parse(text);

function shown(from: string, to: string, partial?: PartialDay): string {
  const answer = { days: [], sources: [], sourcesTested: 3, from: at(from), to: at(to), recordedFrom: at("2026-03-01"), refused: 0 };
  return renderSlow(slowDocument(answer, [], { nameOf: (id) => id, partial }), { color: false, width: 200, textWidth: 200 });
}

describe("renderSlow", () => {
  it("says which day was left out as not whole, and that none is left when none is", () => {
    const partial = { day: at("2026-03-02"), until: at("2026-03-02T02:00:00Z"), counted: false };
    const text = shown("2026-03-02", "2026-03-02", partial);
    expect(text).toContain("There is no whole day to look at yet");
    expect(text).toContain("2026-03-02 is not counted: the traffic stops at 02:00 UTC.");
    expect(text).not.toContain("Nothing slow was found");
    expect(shown("2026-03-02", "2026-03-03", { ...partial, counted: true })).toContain("2026-03-02 is counted but not whole: the traffic stops at 02:00 UTC");
  });
  it("speaks of no part of a day where all are whole", () => {
    const text = shown("2026-03-02", "2026-03-09");
    expect(text).toContain("Nothing slow was found in 3 sources, 2026-03-02 to 2026-03-09.");
    expect(text).not.toMatch(/not counted|not whole/);
  });
});
