import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { carriesAll } from "../../exchange/exchange.ts";
import { checkTrigger, compileTrigger } from "./compile-trigger.ts";
import { astNodesMax, celCharactersMax } from "./cel.ts";
import { durationMaxMs, parseDuration } from "./duration.ts";
import { countersMax, triggersMax } from "./trigger-definition.ts";
import type { TriggerDefinition } from "./trigger-definition.ts";
import type { TriggerFacts } from "./trigger-facts.ts";
import { factCharactersMax, triggerFactsOf } from "./trigger-facts.ts";
import { quietKeysMax, ticksMax, Triggers } from "./triggers.ts";

const lookup = "/client/v1/users/{cc}-{phone}/status";
const base: TriggerFacts = {
  method: "GET",
  host: "api.example.com",
  path: lookup,
  status: 200,
  address: "198.51.100.7",
  network: "00000000000000aa",
  client: "00000000000000bb",
  credential: { present: false, kind: "", hash: "" },
  endpoint: { id: "e1", method: "GET", path: lookup, auth: "not enforced", oracle: "proven" },
  subject: { hash: "0000000000000001", type: "phone", count: 1 },
  subjects: ["0000000000000001"],
  answer: { meaning: "confirmed", class: "c1" },
  durationMs: 4,
  requestBytes: 0,
  responseBytes: 120,
  action: "allow",
  would: "allow",
};
const asking = (subject: string, change: Partial<TriggerFacts> = {}): TriggerFacts => ({
  ...base,
  subjects: [subject],
  subject: { hash: subject, type: "phone", count: 1 },
  ...change,
});

const manyNumbers: TriggerDefinition = {
  id: "many-numbers",
  title: "One address asks about many numbers",
  level: "high",
  let: { fan: { distinct: "subjects", where: "endpoint.oracle == 'proven' && !credential.present", by: ["address"], over: "10m" } },
  when: "fan > 20",
  quiet: "1h",
};
const run = (definition: TriggerDefinition, events: readonly (readonly [number, TriggerFacts])[]) => {
  const triggers = new Triggers([definition]);
  return events.flatMap(([at, facts]) => triggers.observe(facts, at));
};

describe("fixtures: the same trigger over two recordings", () => {
  const fires = Array.from({ length: 21 }, (_, i) => [i * 20_000, asking(`n${i}`)] as const);
  // Twenty numbers, each asked five times, and a twenty-first when the first pane has left: as near as honest traffic gets.
  const silent = [
    ...Array.from({ length: 100 }, (_, i) => [i * 4_000, asking(`n${i % 20}`)] as const),
    [1_100_000, asking("n20")] as const,
    ...Array.from({ length: 30 }, (_, i) => [1_200_000 + i, asking(`m${i}`, { address: `198.51.100.${i}` })] as const),
    ...Array.from({ length: 30 }, (_, i) => [1_300_000 + i, asking(`k${i}`, { credential: { present: true, kind: "api-key", hash: "x" } })] as const),
  ];

  test("the firing one fires once, at the twenty-first number, with the evidence", () => {
    const signals = run(manyNumbers, fires);
    expect(signals).toHaveLength(1);
    expect(signals[0]).toMatchObject({
      detector: "trigger.many-numbers",
      level: "high",
      at: 400_000,
      endpointId: "e1",
      evidence: { fan: 21, address: "198.51.100.7", key: "198.51.100.7" },
    });
  });

  test("the silent one stays silent", () => expect(run(manyNumbers, silent)).toEqual([]));

  test("the silent one is at the edge: one number more makes it fire", () => {
    const nearer = [...silent.slice(0, 100), [400_000, asking("n20")] as const];
    expect(run(manyNumbers, nearer)).toHaveLength(1);
  });

  test("the same events give the same signals", () => expect(run(manyNumbers, fires)).toEqual(run(manyNumbers, fires)));
});

test("two keys give two signals; the same key within quiet gives one, and one more after it", () => {
  const definition: TriggerDefinition = { id: "t", title: "t", level: "low", let: { n: { count: "status == 404", by: ["address"], over: "1m" } }, when: "n >= 2", quiet: "5m" };
  const miss = (address: string) => ({ ...base, status: 404, address });
  const at = (minute: number, address: string) => [minute * 60_000, miss(address)] as const;
  const signals = run(definition, [at(0, "a"), at(0, "a"), at(0, "b"), at(0, "b"), at(0, "a"), at(4, "a"), at(4, "a"), at(6, "a"), at(6, "a")]);
  expect(signals.map((signal) => [signal.evidence["address"], signal.at / 60_000])).toEqual([
    ["a", 0],
    ["b", 0],
    ["a", 6],
  ]);
});

test("a batch counts every identifier in it", () => {
  const subjects = Array.from({ length: 21 }, (_, i) => `b${i}`);
  expect(run(manyNumbers, [[0, { ...base, subjects }]])).toHaveLength(1);
});

test("ratio and sum: more than half of at least ten answers were denials", () => {
  const definition: TriggerDefinition = {
    id: "t",
    title: "t",
    level: "medium",
    let: { all: { count: "true", over: "1h" }, miss: { ratio: "answer.meaning == 'denied'", over: "1h" }, sent: { sum: "responseBytes", over: "1h" } },
    when: "all >= 10 && miss > 0.5 && sent >= 1200.0",
  };
  const answer = (meaning: string) => ({ ...base, answer: { meaning, class: "c" } });
  const half = Array.from({ length: 10 }, (_, i) => [i, answer(i < 5 ? "denied" : "confirmed")] as const);
  expect(run(definition, half)).toEqual([]);
  expect(run(definition, [...half, [11, answer("denied")]])).toHaveLength(1);
});

test("silence is noticed by event time alone, once, and not before the window is over", () => {
  const triggers = new Triggers([
    { id: "silent", title: "Nothing comes", level: "high", let: { seen: { count: "true", over: "10m" } }, when: "seen == 0", every: "1m", quiet: "1h" },
  ]);
  expect(triggers.observe(base, 30_000)).toEqual([]);
  expect(triggers.advance(600_000)).toEqual([]);
  const signals = triggers.advance(1_200_000);
  expect(signals.map((signal) => signal.at)).toEqual([660_000]);
});

test("with every, periods missed during a gap are each judged once", () => {
  const definition: TriggerDefinition = { id: "t", title: "t", level: "low", let: { n: { count: "true", over: "1m" } }, when: "n == 0", every: "1m", quiet: "1s" };
  const triggers = new Triggers([definition]);
  triggers.advance(0);
  expect(triggers.advance(300_000).map((signal) => signal.at / 60_000)).toEqual([1, 2, 3, 4, 5]);
  expect(triggers.advance(300_000)).toEqual([]);
});

test("after a gap of years at most a thousand periods are judged", () => {
  const triggers = new Triggers([{ id: "t", title: "t", level: "low", let: { n: { count: "true", over: "1m" } }, when: "n == 0", every: "1m", quiet: "1s" }]);
  triggers.advance(0);
  expect(triggers.advance(10 * 365 * 86_400_000)).toHaveLength(1_000);
});

test("an expression that fails is counted and does not fire", () => {
  const triggers = new Triggers([{ id: "t", title: "t", level: "low", when: "1 / (status - 200) > 0" }]);
  expect(triggers.observe(base, 0)).toEqual([]);
  expect(triggers.errors()).toEqual({ t: 1 });
});

test("more actors than the bound of keys do not stop the counting of the active one", () => {
  const triggers = new Triggers([manyNumbers]);
  let fired = 0;
  for (let i = 0; i < 60_000; i++) fired += triggers.observe(asking("same", { address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}` }), i).length;
  for (let i = 0; i < 21; i++) fired += triggers.observe(asking(`n${i}`), 60_000 + i).length;
  expect(fired).toBe(1);
});

describe("what does not compile is refused when it is loaded, with its place", () => {
  const problemsOf = (change: Partial<TriggerDefinition>) =>
    checkTrigger({ ...manyNumbers, ...change }).map(({ path, column, message }) => `${path.join(".")}:${column} ${message}`);
  test.each([
    ["an unknown fact", { when: "fan > 20 && nosuch == 1" }, "when:13 Unknown variable: nosuch"],
    ["a field that is not there", { when: "endpoint.nope == 'x'" }, "when:10 No such key: nope"],
    ["a syntax error", { when: "fan > " }, "when:7 Unexpected token: EOF"],
    ["a condition that is no condition", { when: "fan + 1" }, "when:1 must be bool, this is int"],
    ["comparing texts with numbers", { when: "address > 5" }, "when:1 no such overload: string > int"],
    ["identifiers in a list", { when: "subjects.exists(s, s == 'x')" }, "when:1 Unknown variable: subjects"],
    ["no duration", { quiet: "soon" }, 'quiet:1 expected a duration such as 90s, 10m, 24h or 30d (at most 400d), got "soon"'],
    ["facts where no exchange is", { every: "1m", when: "status == 200" }, "when:1 Unknown variable: status"],
    [
      "a counter named as a fact",
      { let: { status: { count: "true", over: "1m" } }, when: "true" },
      "let.status:1 a counter's name is 1 to 32 letters, digits or '_', and neither a fact nor a word of CEL",
    ],
    [
      "a counter named as a word of CEL",
      { let: { bytes: { count: "true", over: "1m" } }, when: "true" },
      "let.bytes:1 a counter's name is 1 to 32 letters, digits or '_', and neither a fact nor a word of CEL",
    ],
    ["two kinds in one counter", { let: { n: { count: "true", sum: "1", over: "1m" } }, when: "n > 1" }, "let.n:1 give exactly one of count, distinct, sum, ratio"],
  ])("%s", (_, change, expected) => expect(problemsOf(change)).toEqual([expected]));

  test("backtracking regular expressions", () => expect(problemsOf({ when: "address.matches('^(a+)+$')" })[0]).toMatch(/^when:\d+ matches\(\) may run for minutes/));
  test("macros in macros in macros", () => {
    expect(problemsOf({ when: "[1].all(a, [1].all(b, a == b))" })).toEqual([]);
    expect(problemsOf({ when: "[1].all(a, [1].all(b, [1].all(c, a == b)))" })[0]).toContain("macros nested deeper than 2");
  });
  test("expressions beyond the limits of nodes and characters", () => {
    expect(problemsOf({ when: Array.from({ length: 200 }, () => "fan > 1").join(" && ") })).toHaveLength(1);
    expect(problemsOf({ when: `"${"a".repeat(3_000)}" == "b"` })[0]).toContain("longer than 2048");
    const padded = (length: number): string => "fan > 1".padEnd(length);
    expect(problemsOf({ when: padded(celCharactersMax) })).toEqual([]);
    expect(problemsOf({ when: padded(celCharactersMax + 1) })[0]).toContain("longer than 2048");
    // A sum of n numbers compared with one: 2n + 1 nodes.
    const nodes = (count: number): string => `fan${"+1".repeat((count - 3) / 2)}>1`;
    expect(problemsOf({ when: nodes(astNodesMax - 1) })).toEqual([]);
    expect(problemsOf({ when: nodes(astNodesMax + 1) })).toHaveLength(1);
    const list = (length: number): string => `fan in [${Array.from({ length }, () => "1").join(",")}]`;
    expect([problemsOf({ when: list(32) }).length, problemsOf({ when: list(33) }).length]).toEqual([0, 1]);
  });
  test("too many counters and triggers", () => {
    const many = Object.fromEntries(Array.from({ length: countersMax + 1 }, (_, i) => [`n${i}`, { count: "true", over: "1m" }]));
    expect(problemsOf({ let: many, when: "n0 > 1" })).toEqual([`let:1 at most ${countersMax} counters`]);
    const definitions = Array.from({ length: triggersMax + 1 }, (_, i) => ({ ...manyNumbers, id: `t${i}` }));
    expect(() => new Triggers(definitions)).toThrow("more than 256 triggers");
    expect(() => new Triggers([manyNumbers, manyNumbers])).toThrow("two triggers have the id many-numbers");
  });
  test("all problems come at once and the error shows a caret", () => {
    const bad = { ...manyNumbers, when: "fan > 20 && nosuch == 1", quiet: "soon" };
    expect(checkTrigger(bad)).toHaveLength(2);
    expect(() => compileTrigger(bad)).toThrow(
      expect.objectContaining({ code: "TRIGGER_INVALID", message: expect.stringContaining(`fan > 20 && nosuch == 1\n  ${" ".repeat(12)}^`) }),
    );
  });
});

test("re2() is there only when an engine is handed in, and runs it", () => {
  const definition: TriggerDefinition = { id: "t", title: "t", level: "low", when: "path.re2('^/client/')" };
  expect(checkTrigger(definition)).toHaveLength(1);
  const triggers = new Triggers([definition], { re2: (text, pattern) => RE2JS.compile(pattern).matcher(text).find() });
  expect(triggers.observe(base, 0)).toHaveLength(1);
  expect(triggers.observe({ ...base, path: "/other" }, 7_200_000)).toEqual([]);
});

test("durations read as written, and nothing else does", () => {
  expect(parseDuration("90s")).toBe(90_000);
  expect(parseDuration("1h30m")).toBe(5_400_000);
  expect(parseDuration("400d")).toBe(durationMaxMs);
  expect(parseDuration("400d1ms")).toBeUndefined();
  for (const text of ["", "0s", "401d", "10", "m", "-1m", "1.5h", "1m1h", "9".repeat(40)]) expect(parseDuration(text)).toBeUndefined();
});

test("after a gap a trigger with a period judges the last 1,000 periods", () => {
  const ticking = new Triggers([{ id: "t", title: "t", level: "low", let: { n: { count: "true", over: "1m" } }, when: "n == 0", every: "1m", quiet: "1s" }]);
  ticking.observe(base, 0);
  expect(ticking.advance(5_000 * 60_000)).toHaveLength(ticksMax);
});

test("a trigger is silent for 10,000 keys it told of; the one told longest ago may be told again", () => {
  const triggers = new Triggers([{ ...manyNumbers, let: { n: { count: "true", by: ["address"], over: "10m" } }, when: "n > 0" }]);
  const from = (n: number): number => triggers.observe({ ...base, address: `a${n}` }, n).length;
  for (let n = 0; n <= quietKeysMax; n++) expect(from(n)).toBe(1);
  expect([from(1), from(0)]).toEqual([0, 1]);
});

test("facts are cut at 512 characters", () => {
  const long = "h".repeat(factCharactersMax + 1);
  const facts = triggerFactsOf(
    {
      exchange: { id: "e", at: 0, method: long, url: "/", client: { address: long }, request: { headers: [] }, response: { status: 200, headers: [] }, carries: carriesAll },
      endpointId: undefined,
      actor: { narrow: "n", network: "n", address: long, credential: undefined, principal: false },
      subjects: [],
      subjectsTruncated: false,
      responseClass: undefined,
    },
    { host: long.slice(1), endpoint: { method: "GET", path: long, auth: "", oracle: "" }, credentialKind: undefined, meaning: undefined },
  );
  expect([facts.method, facts.address, facts.path, facts.endpoint.path, facts.host].map((text) => text.length)).toEqual(Array.from({ length: 5 }, () => factCharactersMax));
});
