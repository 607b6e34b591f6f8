import { expect, test } from "vitest";
import { createSampleViews } from "../api/testing/sample-views.ts";
import { concernOf, endpointKey, worstOpen } from "./endpoint-concern.ts";

const [sample] = createSampleViews("full").endpoints();
if (sample === undefined) throw new Error("no sample");
const endpoint = (verdict: typeof sample.auth.verdict, dataClasses: readonly string[] = [], isPublic = false) => ({
  auth: { ...sample.auth, verdict },
  dataClasses,
  publicOnPurpose: isPublic ? { by: "shop", reason: "catalogue", until: "2027-01-01" } : null,
});
const finding = (severity: "low" | "high" | "critical", status: "open" | "fixed" | "accepted" = "open") => ({ severity, status, endpoint: { ...sample, operation: "" } });

test("the worst open finding decides before everything else, then whom it answers, then what it gives away", () => {
  const inOrder = [
    concernOf(endpoint("enforced"), "critical"),
    concernOf(endpoint("not enforced", ["email"]), "high"),
    concernOf(endpoint("enforced", ["card"]), "high"),
    concernOf(endpoint("not enforced", ["card"]), "low"),
    concernOf(endpoint("not enforced", ["card"]), undefined),
    concernOf(endpoint("not enforced", ["email"]), undefined),
    concernOf(endpoint("not enforced"), "info"),
    concernOf(endpoint("optional", ["card"]), undefined),
    concernOf(endpoint("unproven", ["card"]), undefined),
    concernOf(endpoint("enforced", ["card"]), undefined),
    concernOf(endpoint("enforced", ["email"]), undefined),
    concernOf(endpoint("enforced"), undefined),
  ];
  expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a));
  expect(new Set(inOrder).size).toBe(inOrder.length);
});

test("what was accepted or mended worries nobody, nor does what is public on purpose for answering anyone", () => {
  expect(worstOpen([finding("critical", "accepted"), finding("high", "fixed"), finding("low")]).get(sample.id)).toBe("low");
  expect(worstOpen([finding("low"), finding("critical")]).get(sample.id)).toBe("critical");
  expect(concernOf(endpoint("not enforced", [], true), undefined)).toBe(concernOf(endpoint("enforced"), undefined));
});

test("equally worrying ones stand by host, path and method", () => {
  const all = [
    { ...sample, path: "/b", concern: 7 },
    { ...sample, path: "/c", concern: 110 },
    { ...sample, path: "/a", concern: 7 },
  ];
  const sorted = (sort: "concern" | "path") => all.toSorted((a, b) => (endpointKey(a, sort) < endpointKey(b, sort) ? -1 : 1)).map((one) => one.path);
  expect([sorted("concern"), sorted("path")]).toEqual([
    ["/c", "/a", "/b"],
    ["/a", "/b", "/c"],
  ]);
});
