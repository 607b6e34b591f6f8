import { describe, expect, it } from "vitest";
import { aftermath, type AftermathDay } from "@postern/engine";
import { renderSlow } from "./render-slow.ts";
import { slowDocument } from "./slow-document.ts";
import type { PartialDay } from "./whole-days.ts";

const at = (text: string): number => Date.parse(text);

function shown(from: string, to: string, partial?: PartialDay, people: readonly AftermathDay[] = []): string {
  const answer = { days: [], sources: [], sourcesTested: 3, from: at(from), to: at(to), recordedFrom: at("2026-03-01"), refused: 0 };
  return renderSlow(slowDocument(answer, [], { nameOf: (id) => id, aftermath: aftermath(people), partial }), { color: false, width: 200, textWidth: 200 });
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
  it("says whether a leaked list is being used, and speaks of none where nobody recovered an account", () => {
    const used = Array.from({ length: 10 }, (_, n) => ({ day: at("2026-03-02") + n * 86_400_000, events: 12, exposedEvents: 6, others: 150, exposedOthers: 8 }));
    const text = shown("2026-03-02", "2026-03-12", undefined, used);
    expect(text).toMatch(/high +takeover\.aftermath/);
    expect(text).toContain("120 times (each person once a day); 60 were of people a stranger had been told about before, by chance it would be 10.4.");
    const quiet = shown(
      "2026-03-02",
      "2026-03-12",
      undefined,
      used.map((day) => ({ ...day, exposedEvents: 1 })),
    );
    expect(quiet).not.toContain("takeover");
    expect(quiet).toContain("10 were of people a stranger had been told about before, by chance it would be 6.7.");
    expect(shown("2026-03-02", "2026-03-12")).not.toContain("recovered");
  });
  it("speaks of no part of a day where all are whole", () => {
    const text = shown("2026-03-02", "2026-03-09");
    expect(text).toContain("Nothing slow was found in 3 sources, 2026-03-02 to 2026-03-09.");
    expect(text).not.toMatch(/not counted|not whole/);
  });
});
