import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { budgetOf } from "./budget-of.ts";
import { configJsonSchema } from "./config-json-schema.ts";
import type { Config } from "./config-schema.ts";
import { loadConfig } from "./load-config.ts";
import { parseConfig, renderConfigProblem } from "./parse-config.ts";
import { re2 } from "./re2.ts";
import { watchConfig } from "./watch-config.ts";

const whole = `# Everything at once
mode: enforce
listen: 0.0.0.0:8080
console: 4800
upstream: http://127.0.0.1:3000
trustedHops: [10.0.0.0/8, "::1"]
limits:
  - endpoint: GET /client/v1/users/*/status
    by: address
    rate: 30/min
    burst: 10
endpoints:
  - match: GET /users/{cc}-{phone}/status
    host: API.example.com
    subject: { in: path, name: cc-phone, type: phone }
    oracle: declared
    kind: lookup
    budget: { disclosureBudget: 20, unanchoredCeiling: 100 }
    publicOnPurpose: { owner: ada, reason: status page, until: 2027-01-31 }
    uniform: { status: 200, headers: { content-type: application/json }, body: '{"ok":true}' }
anchors:
  - { endpoint: POST /login, kind: sign-in }
alerts:
  email: { smtp: "\${SMTP_URL}", from: postern@example.com, to: [ada@example.com] }
  webhook:
    - { url: https://hooks.example.com/x, secret: whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0 }
triggers:
  - id: many
    title: Many numbers
    level: high
    let:
      fan: { distinct: subjects, by: [address], over: 10m }
    when: fan > 20 && !credential.present
    quiet: 1h
retention: { exchanges: 30d }
protect: { startCredits: 4 }
`;
const env = { SMTP_URL: "smtp://user:pw@127.0.0.1:2525" };
const read = (text: string) => parseConfig(text, { name: "postern.yaml", env });
const linesOf = (text: string) => {
  const result = read(text);
  return result.ok ? [] : result.problems.map(renderConfigProblem);
};

describe("what is read", () => {
  test("a file with everything", () => {
    const result = read(whole);
    expect(result.ok ? "" : result.problems.map(renderConfigProblem).join("\n")).toBe("");
    if (!result.ok) return;
    expect(result.config).toMatchObject({
      mode: "enforce",
      listen: { host: "0.0.0.0", port: 8080 },
      console: { host: undefined, port: 4800 },
      upstream: "http://127.0.0.1:3000/",
      trustedHops: ["10.0.0.0/8", "::1/128"],
      limits: [{ endpoint: { method: "GET", template: "/client/v1/users/{any}/status" }, rate: { count: 30, perMs: 60_000 }, burst: 10, mode: "observe" }],
      endpoints: [{ host: "api.example.com", match: { template: "/users/{cc}-{phone}/status" } }],
      anchors: [{ kind: "sign-in", success: [200, 201, 204] }],
      alerts: { terminal: true, level: "low", email: { smtp: env.SMTP_URL } },
      retention: { exchanges: 30 * 86_400_000 },
      protect: { startCredits: 4 },
    });
  });

  test("nothing at all is a whole configuration", () => {
    expect(loadConfig(undefined)).toEqual({
      limits: [],
      endpoints: [],
      expected: [],
      templates: [],
      inventory: { places: 200_000, endpoints: 20_000, hosts: 256 },
      anchors: [],
      triggers: [],
      retention: {},
      messages: { currency: "USD", costs: {} },
      network: {},
      protect: {},
      alerts: { level: "low", terminal: true },
      canaries: { registered: [], unregistered: [], hashed: { registered: [], unregistered: [] }, dark: true },
    });
    expect(read("# only a comment\n").ok).toBe(true);
  });

  test("no text makes the reader throw", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.constantFrom(...whole.split("\n")).map((line) => whole.replace(line, "- ")),
        ),
        (text) => {
          expect(typeof read(text).ok).toBe("boolean");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("what is wrong is told with its place, all at once", () => {
  test("several mistakes in one file", () => {
    expect(linesOf("mode: strict\nlimits:\n  - endpoint: GET /a\n    rate: 12\n    acton: x\n  - rate: 5/s\nlisten: nowhere\n")).toEqual([
      "postern.yaml:1:7 mode: expected one of observe, enforce",
      "postern.yaml:4:11 limits.0.rate: expected a rate such as 30/min (per s, min, h or d), a whole number from 1",
      'postern.yaml:5:5 limits.0.acton: unknown key "acton" (there is endpoint, by, rate, burst, mode)',
      "postern.yaml:6:5 limits.1.endpoint: is missing (add it)",
      "postern.yaml:7:9 listen: expected a port such as 8080 or an address such as 127.0.0.1:8080",
    ]);
  });
  test("in the words of somebody who writes YAML, with what was probably meant", () => {
    expect(
      linesOf("mode: Enforce\nlimts: []\nendpoints:\nprotect: { startcredits: -1, disclosureBudget: 0 }\nanchors:\n  - { endpoint: POST /login, kind: signin, success: 200 }\n"),
    ).toEqual([
      "postern.yaml:1:7 mode: expected one of observe, enforce (did you mean enforce?)",
      'postern.yaml:2:1 limts: unknown key "limts" (did you mean limits?)',
      "postern.yaml:3:11 endpoints: is empty; expected a list (write something there, or take the key away)",
      'postern.yaml:4:12 protect.startcredits: unknown key "startcredits" (did you mean startCredits?)',
      "postern.yaml:4:48 protect.disclosureBudget: must be at least 1",
      "postern.yaml:6:36 anchors.0.kind: expected one of sign-in, sign-up, device-completion, code-verified, declared (did you mean sign-in?)",
      "postern.yaml:6:53 anchors.0.success: expected a list, got a number (write it as a list: [ … ], or one line with `- ` each)",
    ]);
    expect(linesOf("endpoints:\n  - { match: GET /a/{id}, host: a.example }\n")).toEqual([
      "postern.yaml:2:21 Unexpected flow-map-start at node end (a text with { or } in it, such as a path, needs quotes inside { … })",
    ]);
    expect(linesOf("- a\n")).toEqual(["postern.yaml:1:1 expected keys with values, got a list"]);
  });

  test("an endpoint declared twice: the second would never count", () => {
    expect(linesOf("endpoints:\n  - match: GET /a/{id}\n  - match: POST /a/{id}\n  - match: GET /A/{other}\n")).toEqual([
      "postern.yaml:4:12 endpoints.2.match: the same endpoint as endpoints.0, whatever its parameters are called (put both into one entry)",
    ]);
    expect(linesOf('endpoints:\n  - { match: "GET /a/{id}", host: a.example }\n  - { match: "GET /a/{id}", host: b.example }\n')).toEqual([]);
  });
  test("YAML that is none, and a key given twice", () => {
    expect(linesOf("mode: [observe\nlisten: 1")[0]).toMatch(/^postern\.yaml:2:\d+ /);
    expect(linesOf("mode: observe\nmode: enforce")[0]).toMatch(/^postern\.yaml:2:1 .*unique/);
  });
  test("a trigger's mistake is shown at its column in the file", () => {
    const bad = whole.replace("when: fan > 20 && !credential.present", "when: fan > 20 && nosuch == 1");
    expect(linesOf(bad)).toEqual(["postern.yaml:33:23 triggers.0.when: Unknown variable: nosuch"]);
    const inQuotes = whole.replace("by: [address]", 'by: ["addres"]');
    expect(linesOf(inQuotes)).toEqual(["postern.yaml:32:40 triggers.0.let.fan.by.0: Unknown variable: addres"]);
  });
  test("two triggers of one id", () => {
    const again = whole.replace("retention:", '  - { id: many, title: x, when: "true" }\nretention:');
    expect(linesOf(again)[0]).toContain('triggers.1.id: a second trigger "many"');
  });
  test("a secret whose variable is not set is refused, and no message holds a secret", () => {
    const result = parseConfig(whole.replace("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "42"), { name: "postern.yaml", env: { OTHER: "s3cret" } });
    const lines = result.ok ? [] : result.problems.map(renderConfigProblem);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain("the environment variable SMTP_URL is not set");
    expect(lines.join()).not.toContain("s3cret");
  });
  test("addresses with a password, paths without a slash, braces that do not pair, beyond the bounds", () => {
    expect(linesOf("upstream: http://u:p@h/")).toHaveLength(1);
    expect(linesOf("upstream: ftp://h/")).toHaveLength(1);
    for (const match of ["GET users", "get /users", "GET /users/{a", "GET /users/{a/b}", "GET /a?x=1"]) expect(linesOf(`endpoints: [{match: "${match}"}]`)).toHaveLength(1);
    expect(linesOf("listen: 65536")).toHaveLength(1);
    expect(linesOf(`a: "${"x".repeat(1_048_577)}"`)).toEqual([expect.stringContaining("longer than 1048576 characters")]);
    expect(linesOf(`a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${"*a,".repeat(20)}]\nc: &c [${"*b,".repeat(20)}]\nd: [${"*c,".repeat(20)}]`)[0]).toContain("aliases");
    expect(linesOf(Array.from({ length: 500 }, (_, i) => `k${i}: 1`).join("\n"))).toHaveLength(100);
  });
});

test("the JSON Schema accepts what the reader accepts, refuses unknown keys, and describes every key", () => {
  const ajv = new Ajv.default({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(configJsonSchema());
  const value: unknown = parse(whole);
  expect({ valid: validate(value), errors: validate.errors }).toEqual({ valid: true, errors: null });
  expect(validate({ mod: "enforce" })).toBe(false);
  const undescribed: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    for (const [key, inner] of Object.entries(schema)) {
      if (key === "properties" && typeof inner === "object" && inner !== null) {
        for (const [name, property] of Object.entries(inner))
          if (typeof property === "object" && property !== null && !("description" in property)) undescribed.push(`${path}.${name}`);
      }
      walk(inner, `${path}.${key}`);
    }
  };
  walk(configJsonSchema(), "");
  expect(undescribed).toEqual([]);
});

test("an endpoint's own budget wins over protect, protect over the built-in, and nobody starts above the most", () => {
  expect(budgetOf({ protect: {} })).toEqual({ startCredits: 8, maxCredits: 500, unanchoredCeiling: 0 });
  expect(budgetOf({ protect: { startCredits: 2, unanchoredCeiling: 9 } }, { budget: { disclosureBudget: 5 } })).toEqual({ startCredits: 2, maxCredits: 5, unanchoredCeiling: 9 });
  expect(budgetOf({ protect: { disclosureBudget: 3 } }).startCredits).toBe(3);
});

test("re2 finds in linear time what would take a backtracking engine minutes, and a bad pattern finds nothing", () => {
  expect(re2("/client/v1/x", "^/client/")).toBe(true);
  expect(re2(`${"a".repeat(5_000)}!`, "^(a+)+$")).toBe(false);
  expect(re2("a", "(")).toBe(false);
});

describe("files", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "postern-config-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  test("postern.yaml in the folder is found, and a path that is not there is said", () => {
    writeFileSync(join(directory, "postern.yaml"), "mode: enforce");
    expect(loadConfig(undefined, { directory }).mode).toBe("enforce");
    expect(() => loadConfig(join(directory, "no.yaml"))).toThrow(expect.objectContaining({ code: "CONFIG_UNREADABLE" }));
    writeFileSync(join(directory, "postern.yaml"), "mode: x\nlisten: y");
    expect(() => loadConfig(undefined, { directory })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(/^postern\.yaml:1:7 mode: .*\npostern\.yaml:2:9 listen: /) }),
    );
  });

  test("a good change arrives, a bad one is reported once and the old stays, a replaced file is seen", async () => {
    const path = join(directory, "postern.yaml");
    writeFileSync(path, "mode: observe");
    const seen: (Config["mode"] | readonly string[])[] = [];
    let arrived: () => void = () => undefined;
    const take = (what: Config["mode"] | readonly string[]) => {
      seen.push(what);
      arrived();
    };
    const next = () => new Promise<void>((done) => (arrived = done));
    const watching = watchConfig({ path, env: {}, onConfig: (config) => take(config.mode), onProblem: (lines) => take(lines) });
    try {
      let event = next();
      writeFileSync(path, "mode: enforce");
      await event;
      event = next();
      writeFileSync(path, "mode: wrong");
      await event;
      watching.check();
      event = next();
      writeFileSync(`${path}.new`, "mode: observe");
      renameSync(`${path}.new`, path);
      await event;
      expect(seen).toEqual(["enforce", [expect.stringContaining("postern.yaml:1:7 mode:")], "observe"]);
    } finally {
      watching.close();
    }
  });
});
