import { describe, expect, test } from "vitest";
import type { ProbedEndpoint } from "./probe-document.ts";
import { probeJunit } from "./probe-junit.ts";
import { probeSarif } from "./probe-sarif.ts";

const quiet: ProbedEndpoint = {
  endpoint: "GET /quiet/{subject}",
  oracle: "no",
  channels: [],
  bits: 0,
  interval: [0, 0.1],
  seenInTraffic: false,
  usable: { registered: 12, unregistered: 12 },
  sent: 120,
  answered: 120,
  unsteady: 0,
  classes: [],
  time: null,
  doubts: [],
  pair: null,
};
const telling: ProbedEndpoint = {
  ...quiet,
  endpoint: 'GET /a"<b>&/{subject}\u0001',
  oracle: "yes",
  bits: 1,
  channels: [{ channel: "body", name: "exists", p: 3.7e-7, registered: 12, unregistered: 0 }],
};
const slow: ProbedEndpoint = { ...telling, endpoint: "POST /sign-in", channels: [{ channel: "time", name: "", p: 1e-9, registered: 84.2, unregistered: 3.1 }] };
const unknown: ProbedEndpoint = { ...quiet, endpoint: "GET /gone", oracle: "unproven", doubts: [{ code: "unreachable", what: "nothing answers", remedy: "Start it." }] };
const document = { target: "http://127.0.0.1:3000", endpoints: [quiet, telling, slow, unknown] };

describe("a probe for CI", () => {
  test("as JUnit: a pass, a failure for who tells, an error for what could not be told, and text that cannot break the XML", () => {
    expect(probeJunit(document).split("\n")).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="postern probe" tests="4" failures="2" errors="1" skipped="0">',
      '  <testsuite name="http://127.0.0.1:3000" tests="4" failures="2" errors="1" skipped="0">',
      '    <testcase classname="existence-oracle" name="GET /quiet/{subject}"/>',
      '    <testcase classname="existence-oracle" name="GET /a&quot;&lt;b&gt;&amp;/{subject}">',
      '      <failure type="existence-oracle" message="GET /a&quot;&lt;b&gt;&amp;/{subject} tells whoever asks who has an account, by body exists (1.00 bit an answer)">body exists: shown by 12 of 12 registered and 0 of 12 never-registered identifiers (p 3.7e-7)</failure>',
      "    </testcase>",
      '    <testcase classname="existence-oracle" name="POST /sign-in">',
      '      <failure type="existence-oracle" message="POST /sign-in tells whoever asks who has an account, by time (1.00 bit an answer)">time: median 84.20 for registered, 3.10 for never-registered identifiers (p 1.0e-9)</failure>',
      "    </testcase>",
      '    <testcase classname="existence-oracle" name="GET /gone">',
      '      <error type="could-not-tell" message="GET /gone: whether it tells could not be told: nothing answers">nothing answers. Start it.</error>',
      "    </testcase>",
      "  </testsuite>",
      "</testsuites>",
      "",
    ]);
  });

  test("as SARIF: a result with rule, place and fingerprint for who tells, a warning and no success for what could not be told", () => {
    const log = JSON.parse(probeSarif(document, { version: "0.1.0", artifact: "openapi.yaml" })) as unknown;
    expect(log).toMatchObject({
      version: "2.1.0",
      runs: [
        {
          tool: { driver: { name: "postern probe", version: "0.1.0", rules: [{ id: "existence-oracle" }, { id: "timing-oracle" }] } },
          invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: "warning", descriptor: { id: "could-not-tell" } }] }],
          results: [
            {
              ruleId: "existence-oracle",
              ruleIndex: 0,
              level: "error",
              locations: [
                { physicalLocation: { artifactLocation: { uri: "openapi.yaml" }, region: { startLine: 1 } }, logicalLocations: [{ fullyQualifiedName: telling.endpoint }] },
              ],
            },
            { ruleId: "timing-oracle", ruleIndex: 1, partialFingerprints: { "endpoint/v1": "timing-oracle POST /sign-in" } },
          ],
        },
      ],
    });
    expect(JSON.parse(probeSarif({ endpoints: [quiet] }, { version: "0", artifact: "a" }))).toMatchObject({
      runs: [{ invocations: [{ executionSuccessful: true }], results: [] }],
    });
  });
});
