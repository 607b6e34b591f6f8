import type { ProbeDocument, ProbedEndpoint } from "./probe-document.ts";
import { channelLines, probeSentence } from "./probe-junit.ts";

/**
 * A probe as SARIF 2.1.0 (OASIS), which code-scanning pages read: one result an endpoint that tells, a warning in the run where that could not be told; then the run says that it was not a success.
 *
 * A weakness of a running service stands on no line of code. Readers want a place all the same: `artifact`, a URI reference to the file in the repository that names the endpoint, at its first line; the endpoint itself is the
 * logical location, and the fingerprint.
 */
export function probeSarif({ endpoints }: Pick<ProbeDocument, "endpoints">, { version, artifact }: { readonly version: string; readonly artifact: string }): string {
  const telling = endpoints.filter(({ oracle }) => oracle === "yes");
  const doubtful = endpoints.filter(({ oracle }) => oracle === "unproven");
  const log = {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "postern probe", version, rules, notifications: [couldNotTell] } },
        invocations: [
          {
            executionSuccessful: doubtful.length === 0,
            toolExecutionNotifications: doubtful.map((one) => ({
              level: "warning",
              message: { text: [probeSentence(one), ...one.doubts.map(({ remedy }) => remedy)].join(". ") },
              descriptor: { id: couldNotTell.id, index: 0 },
            })),
          },
        ],
        results: telling.map((one) => resultOf(one, artifact)),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function resultOf(one: ProbedEndpoint, artifact: string): object {
  // By time alone it is the other weakness.
  const rule = one.channels.length > 0 && one.channels.every(({ channel }) => channel === "time") ? 1 : 0;
  return {
    ruleId: rules[rule]?.id,
    ruleIndex: rule,
    level: "error",
    message: { text: [probeSentence(one), ...channelLines(one)].join("\n") },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: artifact }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: one.endpoint, kind: "resource" }],
      },
    ],
    partialFingerprints: { "endpoint/v1": `${rules[rule]?.id} ${one.endpoint}` },
    properties: { bits: one.bits, interval: one.interval },
  };
}

const couldNotTell = { id: "could-not-tell", name: "CouldNotTell", shortDescription: { text: "Whether the endpoint tells could not be told" } } as const;

const rules = [
  {
    id: "existence-oracle",
    name: "ExistenceOracle",
    shortDescription: { text: "The answer tells who has an account" },
    help: { text: "Answer alike whoever is asked about: same status, headers, fields and length; or put Postern's gate before it." },
    defaultConfiguration: { level: "error" },
    properties: { tags: ["security", "external/cwe/cwe-204"], "security-severity": "7.5" },
  },
  {
    id: "timing-oracle",
    name: "TimingOracle",
    shortDescription: { text: "The time of the answer tells who has an account" },
    help: { text: "Do the same work whoever is asked about, or answer before it is done." },
    defaultConfiguration: { level: "error" },
    properties: { tags: ["security", "external/cwe/cwe-208"], "security-severity": "5.3" },
  },
] as const;
