import type { ProbeDocument, ProbedEndpoint } from "./probe-document.ts";

/**
 * A probe as JUnit XML, which CI systems show as tests: one test an endpoint. It fails where the endpoint tells who has an account, and is an error where that could not be told: neither is a pass.
 * No identifier stands in it. Characters that XML cannot hold are left out.
 */
export function probeJunit({ target, endpoints }: Pick<ProbeDocument, "target" | "endpoints">): string {
  const failures = endpoints.filter(({ oracle }) => oracle === "yes").length;
  const errors = endpoints.filter(({ oracle }) => oracle === "unproven").length;
  const counts = `tests="${endpoints.length}" failures="${failures}" errors="${errors}" skipped="0"`;
  const cases = endpoints.map((one) => `    <testcase classname="existence-oracle" name="${escaped(one.endpoint)}"${bodyOf(one)}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="postern probe" ${counts}>`,
    `  <testsuite name="${escaped(target)}" ${counts}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function bodyOf(one: ProbedEndpoint): string {
  if (one.oracle === "no") return "/>";
  const tag = one.oracle === "yes" ? "failure" : "error";
  const lines = one.oracle === "yes" ? channelLines(one) : one.doubts.map(({ what, remedy }) => `${what}. ${remedy}`);
  return `>\n      <${tag} type="${one.oracle === "yes" ? "existence-oracle" : "could-not-tell"}" message="${escaped(probeSentence(one))}">${escaped(lines.join("\n"))}</${tag}>\n    </testcase>`;
}

/** What was found out about one endpoint, in one sentence. */
export function probeSentence(one: ProbedEndpoint): string {
  switch (one.oracle) {
    case "yes": {
      const [first] = one.channels;
      const by = first === undefined ? "" : `, by ${first.name === "" ? first.channel : `${first.channel} ${first.name}`}`;
      return `${one.endpoint} tells whoever asks who has an account${by} (${one.bits.toFixed(2)} bit an answer)`;
    }
    case "no":
      return `${one.endpoint}: nothing in status, headers, body, length or time differs`;
    case "unproven":
      return `${one.endpoint}: whether it tells could not be told${one.doubts[0] === undefined ? "" : `: ${one.doubts[0].what}`}`;
  }
}

/** By what it tells, one a line. */
export function channelLines({ channels, usable }: ProbedEndpoint): readonly string[] {
  return channels.map(({ channel, name, p, registered, unregistered }) => {
    const what = name === "" ? channel : `${channel} ${name}`;
    if (channel === "time" || channel === "length")
      return `${what}: median ${registered.toFixed(2)} for registered, ${unregistered.toFixed(2)} for never-registered identifiers (p ${p.toExponential(1)})`;
    return `${what}: shown by ${registered} of ${usable.registered} registered and ${unregistered} of ${usable.unregistered} never-registered identifiers (p ${p.toExponential(1)})`;
  });
}

function escaped(text: string): string {
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    // XML 1.0, production 2; a line break in an attribute would be read as a space.
    if ((code < 0x20 && code !== 10) || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff) continue;
    out += named.get(character) ?? character;
  }
  return out;
}

const named: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["\n", "&#10;"],
]);
