import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import fc from "fast-check";
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
          invocations: [{ executionSuccessful: false, toolExecutionNotifications: [{ level: "warning", descriptor: { id: "could-not-tell", index: 0 } }] }],
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

  test("as SARIF: holds to the schema of the standard, whatever the service calls its endpoints", () => {
    const ajv = addFormats.default(new Ajv());
    const valid = ajv.compile(sarifParts);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (endpoint, name) => {
        const endpoints = [{ ...telling, endpoint, channels: [{ channel: "header" as const, name, p: 1e-7, registered: 12, unregistered: 0 }] }, slow, { ...unknown, endpoint }];
        expect(valid(JSON.parse(probeSarif({ endpoints }, { version: "0.1.0", artifact: "docs/open%20api.yaml" }))) ? [] : valid.errors).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("as JUnit: is well-formed XML, whatever the service calls its endpoints and fields", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom("<", "&", '"', "'", ">", "]]>", "\r", "\n", "\ud800", "\uffff", "é") }), (endpoint, name) => {
        const endpoints = [{ ...telling, endpoint: `${endpoint}${name}`, channels: [{ channel: "body" as const, name, p: 1e-7, registered: 12, unregistered: 0 }] }, unknown];
        const xml = probeJunit({ target: name, endpoints });
        expect(wellFormed(xml), xml).toBe(true);
      }),
    );
    for (const broken of ["<a>", "<a></b>", "<a b=c/>", "<a>&</a>", '<a b="<"/>', "<a/><b/>", "<a>\u0001</a>", "<a>\ufffe</a>"]) expect(wellFormed(broken), broken).toBe(false);
  });
});

/** Of XML 1.0 what a report uses: nested elements, quoted attributes, references by name or number, characters that may stand there. */
function wellFormed(xml: string): boolean {
  if (/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(xml)) return false;
  const open: string[] = [];
  let roots = 0;
  let rest = xml.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, "");
  while (rest !== "") {
    const text = /^(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+);)+/.exec(rest)?.[0];
    const tag = text === undefined ? /^<(\/?)([a-z]+)((?:\s+[a-z]+="(?:[^"<&]|&(?:amp|lt|gt|quot|apos|#\d+);)*")*)\s*(\/?)>/.exec(rest) : undefined;
    const [whole, closes, name = "", attributes, empty] = tag ?? [];
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== "") return false;
    } else if (whole === undefined || (closes !== "" && (attributes !== "" || empty !== ""))) return false;
    else if (closes !== "") {
      if (open.pop() !== name) return false;
    } else {
      if (open.length === 0) roots++;
      if (empty === "") open.push(name);
    }
    rest = rest.slice((text ?? whole ?? "").length);
  }
  return roots === 1 && open.length === 0;
}

const text = { type: "object", required: ["text"], additionalProperties: false, properties: { text: { type: "string" } } };
const level = { enum: ["none", "note", "warning", "error"] };
const descriptor = {
  type: "object",
  required: ["id"],
  additionalProperties: false,
  properties: {
    id: { type: "string" },
    name: { type: "string" },
    shortDescription: text,
    help: text,
    defaultConfiguration: { type: "object", additionalProperties: false, properties: { level } },
    properties: { type: "object", properties: { tags: { type: "array", uniqueItems: true, items: { type: "string" } } } },
  },
};
const descriptors = { type: "array", uniqueItems: true, items: descriptor };
const driver = {
  type: "object",
  required: ["name"],
  additionalProperties: false,
  properties: { name: { type: "string" }, version: { type: "string" }, rules: descriptors, notifications: descriptors },
};
const notification = {
  type: "object",
  required: ["message"],
  additionalProperties: false,
  properties: {
    level,
    message: text,
    descriptor: { type: "object", required: ["id"], additionalProperties: false, properties: { id: { type: "string" }, index: { type: "integer", minimum: -1 } } },
  },
};
const place = {
  type: "object",
  additionalProperties: false,
  properties: {
    physicalLocation: {
      type: "object",
      required: ["artifactLocation"],
      additionalProperties: false,
      properties: {
        artifactLocation: { type: "object", additionalProperties: false, properties: { uri: { type: "string", format: "uri-reference" } } },
        region: { type: "object", additionalProperties: false, properties: { startLine: { type: "integer", minimum: 1 } } },
      },
    },
    logicalLocations: {
      type: "array",
      uniqueItems: true,
      items: { type: "object", additionalProperties: false, properties: { fullyQualifiedName: { type: "string" }, kind: { type: "string" } } },
    },
  },
};
const result = {
  type: "object",
  required: ["message"],
  additionalProperties: false,
  properties: {
    ruleId: { type: "string" },
    ruleIndex: { type: "integer", minimum: -1 },
    level,
    message: text,
    locations: { type: "array", items: place },
    partialFingerprints: { type: "object", additionalProperties: { type: "string" } },
    properties: { type: "object" },
  },
};
const run = {
  type: "object",
  required: ["tool"],
  additionalProperties: false,
  properties: {
    tool: { type: "object", required: ["driver"], additionalProperties: false, properties: { driver } },
    invocations: {
      type: "array",
      items: {
        type: "object",
        required: ["executionSuccessful"],
        additionalProperties: false,
        properties: { executionSuccessful: { type: "boolean" }, toolExecutionNotifications: { type: "array", items: notification } },
      },
    },
    results: { type: "array", items: result },
  },
};
/** What a report may hold, as the schema of SARIF 2.1.0 (OASIS) has it for the members that are written: what is required, of which type, and nothing beside. */
const sarifParts = {
  type: "object",
  required: ["version", "runs"],
  additionalProperties: false,
  properties: { $schema: { type: "string", format: "uri" }, version: { const: "2.1.0" }, runs: { type: "array", items: run } },
};
