import { expect, test } from "vitest";
import { detectorCatalogue } from "./detector-catalogue.ts";
import { breachCommand, type GateNow, incidentTitle, nextSteps } from "./incident.ts";
import type { Signal } from "./signal.ts";

const disclosed = { confirmed: 3, denied: 1, uniform: 0 };
const about = { endpoint: "GET api.example/users/{id}", from: 0, to: 3_600_000 };

test("the advice for a sign-in is not to ask for a credential", () => {
  const steps = (signIn: boolean) => nextSteps("enumeration", disclosed, false, { ...about, signIn }).join("\n");
  expect(steps(false)).toContain("Ask for a credential");
  expect(steps(true)).toContain("unknown account and a wrong password alike");
  expect(steps(true)).not.toContain("Ask for a credential");
});

test("the advice speaks of how the gate runs now, not of how it ran while it happened", () => {
  const first = (uniform: number, now: GateNow, more = {}) => nextSteps("enumeration", { ...disclosed, uniform }, false, { ...about, ...more }, now)[0];
  expect(first(0, { mode: "observe", unguarded: 0 })).toMatch(/^Stop it now: .* --mode enforce/);
  // Withheld while it enforced; it does not any more.
  expect(first(9, { mode: "observe", unguarded: 0 })).toMatch(/^Stop it now/);
  expect(first(0, { mode: "enforce", unguarded: 0 })).toMatch(/^Nothing is left to switch on: the gate enforces now/);
  expect(first(9, { mode: "enforce", unguarded: 0 })).toMatch(/^Ask for a credential/);
  expect(first(9, { mode: "enforce", unguarded: 1 })).toContain("this endpoint is under no budget");
  expect(first(0, { mode: "enforce", unguarded: 1 }, { others: ["GET b/{id}"] })).toContain("one of these endpoints is under no budget");
  // Nobody knows how it runs: what was withheld says that it enforces.
  expect(first(0, {})).toMatch(/^Stop it now/);
  expect(first(9, {})).toMatch(/^Ask for a credential/);
  for (const kind of ["access", "sms"]) {
    expect(nextSteps(kind, disclosed, false, about, { mode: "enforce" }).join("\n")).not.toMatch(/--mode enforce|observ/);
    expect(nextSteps(kind, disclosed, false, about, { mode: "observe" }).join("\n")).toContain("with --mode enforce");
  }
});

test("an incident of an endpoint as a whole says who was exposed although nobody was counted for its sources", () => {
  const none = { confirmed: 0, denied: 0, uniform: 0 };
  expect(nextSteps("enumeration", none, false, { ...about, sources: 0 }).join("\n")).toContain("report breach --endpoint");
  expect(nextSteps("enumeration", none, false, { ...about, sources: 2 }).join("\n")).not.toContain("report breach");
});

test("the command begins as the program was started and names the data where it is not the usual place", () => {
  expect(breachCommand(about)).toMatch(/^postern report breach --endpoint 'GET api\.example\/users\/\{id\}' --from 1970-01-01T00:00:00Z --to 1970-01-01T02:00:00Z$/);
  expect(breachCommand({ ...about, program: "npm start --", data: "my data" })).toMatch(/^npm start -- report breach .* --data 'my data'$/);
});

test("every detector's incident has a title that says what happens, and steps of its own", () => {
  for (const { id } of detectorCatalogue) {
    if (id.startsWith("trigger.")) continue;
    const signal: Signal = { id: "s", detector: id, level: "high", confidence: 1, at: 0, endpointId: "e", actor: undefined, evidence: {} };
    const kind = id === "canary.touched" ? "enumeration" : (id.split(".")[0] ?? "");
    expect(incidentTitle(kind, signal)).not.toContain("Unusual");
    expect(nextSteps(kind, disclosed, false, about).join()).not.toContain("Look at the sources and the evidence below");
  }
});
