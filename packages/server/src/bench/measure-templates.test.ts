import { githubPaths } from "@postern/testkit";
import { describe, expect, test } from "vitest";
import { measureTemplates } from "./measure-templates.ts";

const templates = githubPaths();

describe("GitHub's 515 templates from URLs alone, on a seed nothing was fitted on", () => {
  test.each(["open", "pool"] as const)("nine in ten are recovered after 50 URLs each (%s values), and their number is right within a tenth", (style) => {
    const { score } = measureTemplates({ templates, perTemplate: 50, style, seed: "held out 1" });
    expect(score.recovered / score.truth).toBeGreaterThanOrEqual(0.9);
    expect(score.learned / score.truth).toBeGreaterThan(0.9);
    expect(score.learned / score.truth).toBeLessThan(1.1);
  });

  test.each(["open", "pool"] as const)("three in four after 10 URLs each (%s values)", (style) => {
    const { score } = measureTemplates({ templates, perTemplate: 10, style, seed: "held out 2" });
    expect(score.recovered / score.truth).toBeGreaterThanOrEqual(0.75);
  });

  test.each(["sorted", "reversed"] as const)("%s input recovers as many", (order) => {
    const { score } = measureTemplates({ templates, perTemplate: 50, style: "open", seed: "held out 3", order });
    expect(score.recovered / score.truth).toBeGreaterThanOrEqual(0.9);
    expect(score.learned / score.truth).toBeLessThan(1.1);
  });
});
