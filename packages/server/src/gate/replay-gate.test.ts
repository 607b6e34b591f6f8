import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultBudget, type Disclosure, GateEngine } from "@postern/engine";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { replayGate } from "./replay-gate.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const known = "00000000000000aa";
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-replay-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function row(n: number, endpointId: string): Disclosure & { readonly gate: string } {
  const subject = n.toString(16).padStart(16, "0");
  return {
    id: `x${n}.0`,
    exchangeId: `x${n}`,
    at: 1_000 + n,
    endpointId,
    subjectType: "phone",
    subject,
    answer: "truthful",
    responseClass: "c",
    narrow: subject,
    address: "192.0.2.1",
    credential: "",
    gate: "g",
  };
}

test("remembers 4,096 endpoints that rows speak of and no guard is known for; rows of known ones are charged whatever stands between", () => {
  const journal = Journal.open({ dir, kind: "disclosures", segmentBytesMax, segmentAgeMs, now: () => 1_000 });
  journal.appendAll([...Array.from({ length: 4_097 }, (_, n) => row(n, (n + 0x1000).toString(16).padStart(16, "0"))), row(5_000, known)]);
  journal.close();
  const engine = new GateEngine({ newId: () => "s", sourceSlots: 1_024, pairs: 1_000, pending: 64 });
  engine.setPolicy({
    version: 1,
    mode: "enforce",
    principals: [],
    endpoints: [
      {
        id: known,
        method: "GET",
        host: "api",
        template: "/lookup",
        state: "budgeted",
        subjects: [{ location: { in: "query", name: "phone" }, type: "phone" }],
        classes: { scalars: [] },
        tellsNothing: [],
        uniform: { status: 404, headers: [], body: "{}", learned: false },
        budget: defaultBudget,
      },
    ],
  });
  const { rows, unknown } = replayGate(engine, ports, dir, { since: 0, former: new Map() });
  expect([rows, unknown.size, unknown.has((0x1000 + 4_096).toString(16).padStart(16, "0"))]).toEqual([1, 4_096, false]);
});
