import { describe, expect, it } from "vitest";
import type { OracleState } from "../../detect/oracle/oracle-tracker.ts";
import { existenceOracle, type OracleEvidence } from "./existence-oracle.ts";
import { ports } from "../../testing/ports.ts";

const state: OracleState = {
  verdict: "proven",
  bits: 0.97,
  interval: [0.9, 0.99],
  eValue: 3.2e9,
  labels: 120,
  repeats: 40,
  nats: 9,
  contrastSources: 5,
  classes: [{ id: "1", key: "200 application/json {}", count: 9, ids: 7, status: 200, fields: [], meaning: "confirmed", basis: "labels" }],
};
const seen = (over: Partial<OracleEvidence> = {}): OracleEvidence => ({
  endpoint: { id: "e", method: "GET", host: "h", path: "/users/{cc}-{phone}/status" },
  state,
  subjectTypes: ["phone"],
  authentication: "not enforced",
  traffic: { lookups: 7_200, firstAt: 0, lastAt: 7_200_000, examples: Array.from({ length: 20 }, (_, index) => `x${index}`) },
  ...over,
});

describe("existenceOracle", () => {
  it("tells whoever runs a sign-in to answer alike, not to ask for a credential that nobody can have there", () => {
    expect(existenceOracle(seen({ signIn: true }), ports)?.fix).toMatch(/unknown account and a wrong password alike/);
    expect(existenceOracle(seen({ signIn: true }), ports)?.fix).not.toMatch(/credential|attestation/);
  });
  it("finds nothing while nothing is suspected, or when proof says the leak is negligible", () => {
    expect(existenceOracle(seen({ state: { ...state, verdict: "none" } }), ports)).toBeUndefined();
    expect(existenceOracle(seen({ state: { ...state, bits: 0.001, interval: [0, 0.005] } }), ports)).toBeUndefined();
  });
  it("is not told of ids that merely get different answers, none of which looks like an unknown one", () => {
    const invoices = (poor: "denied" | "unknown", rich: "confirmed" | "unknown"): OracleState => ({
      ...state,
      verdict: "suspected",
      labels: 0,
      classes: [poor, rich].map((meaning, n) => ({ id: String(n), key: `200 json paid=${n}`, count: 9, ids: 7, status: 200, fields: ["paid"], meaning, basis: "structure" })),
    });
    expect(existenceOracle(seen({ subjectTypes: ["opaque"], state: invoices("unknown", "unknown") }), ports)).toBeUndefined();
    expect(existenceOracle(seen({ subjectTypes: ["opaque"], state: invoices("denied", "confirmed") }), ports)?.verdict).toBe("suspected");
    // Whose phone number gets which of two answers may be made to look alike.
    expect(existenceOracle(seen({ state: invoices("unknown", "unknown") }), ports)?.verdict).toBe("suspected");
  });
  it("says how much leaks, on what evidence, and what to do", () => {
    const finding = existenceOracle(seen(), ports);
    expect(finding).toMatchObject({
      check: "existence-oracle",
      verdict: "proven",
      severity: "high",
      cwe: "CWE-204",
      owasp: "API6:2023",
      title: "The answer tells whether a phone number is known here",
    });
    expect(finding?.evidence).toMatchObject({
      bits: 0.97,
      bitsLow: 0.9,
      labels: 120,
      recordsPerHourSeen: 3_600,
      classes: ["says it exists (by labels, 7 subjects): 200 application/json {}"],
    });
    expect(finding?.examples).toHaveLength(8);
    expect(finding?.fix).toContain("attestation");
  });
  it("is high only for a natural key without a credential", () => {
    expect(existenceOracle(seen({ authentication: "enforced" }), ports)?.severity).toBe("medium");
    expect(existenceOracle(seen({ authentication: "enforced" }), ports)?.owasp).toBe("API3:2023");
    expect(existenceOracle(seen({ subjectTypes: ["uuid"] }), ports)?.severity).toBe("medium");
    expect(existenceOracle(seen({ subjectTypes: ["uuid"], authentication: "unproven" }), ports)?.severity).toBe("low");
  });
  it("keeps its id from one look to the next", () => {
    expect(existenceOracle(seen(), ports)?.id).toBe(existenceOracle(seen({ state: { ...state, verdict: "suspected" } }), ports)?.id);
  });
});
