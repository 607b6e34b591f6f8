import { describe, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { type Asked, judgeEndpoint } from "./judge-endpoint.ts";
import type { ProbeAnswer } from "./probe-client.ts";
import { redactedAnswer } from "./redacted-answer.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(3) }, 1);
const phone = (side: number, index: number): string => `+1${201 + index}5550${100 + side * 50 + index}`;

function asked(answer: (exists: boolean, index: number, round: number, identifier: string) => Partial<ProbeAnswer>, { perSide = 12, rounds = 3 } = {}): Asked[] {
  const all: Asked[] = [];
  for (let round = 0; round < rounds; round++)
    for (let index = 0; index < perSide; index++)
      for (const side of [0, 1] as const) {
        const identifier = phone(side, index);
        const told = {
          status: 200,
          headers: [["content-type", "application/json"] as const],
          body: "{}",
          ms: 5 + ((index * 7 + round) % 5),
          ...answer(side === 1, index, round, identifier),
        };
        all.push({ side, index, round, identifiers: [identifier], answer: { ...told, length: Buffer.byteLength(told.body) } });
      }
  return all;
}

describe("channels", () => {
  test.each([
    ["status", () => ({ status: 404 }), () => ({ status: 200 })],
    ["value", () => ({ body: '{"exists":false}' }), () => ({ body: '{"exists":true}' })],
    ["field", () => ({ body: '{"a":1}' }), () => ({ body: '{"a":1,"id":7}' })],
    ["header", () => ({}), () => ({ headers: [["content-type", "application/json"] as const, ["x-seen", "1"] as const] })],
    ["text", () => ({ body: "no such user" }), () => ({ body: "we sent a message" })],
    ["length", () => ({ body: `{"pad":"${"x".repeat(40)}"}` }), (n: number) => ({ body: `{"pad":"${"y".repeat(60 + (n % 3))}"}` })],
    ["time", () => ({}), () => ({ ms: 90 })],
  ])("%s: what differs for every identifier is proven, and named", (kind, missing, existing) => {
    const judged = judgeEndpoint(
      asked((exists, index) => (exists ? existing(index) : missing())),
      ports,
    );
    expect(judged.tells).toBe("proven");
    expect(judged.channels.map((channel) => channel.kind)).toContain(kind);
    expect(judged.channels[0]?.p).toBeLessThan(5e-6);
    expect(judged.bits).toBeGreaterThan(0.7);
  });

  test("perfect separation of twelve and twelve is one chance in 2.7 million", () => {
    const judged = judgeEndpoint(
      asked((exists) => ({ body: JSON.stringify({ success: exists }) })),
      ports,
    );
    expect(judged.channels.find(({ kind }) => kind === "class")?.p).toBeCloseTo(3.698e-7, 9);
    expect(judged.seenPassively).toBe(true);
  });

  test("a Set-Cookie that only real accounts get is told, although traffic would not show it", () => {
    const judged = judgeEndpoint(
      asked((exists, index) => ({ headers: [["content-type", "application/json"], ...(exists ? [["set-cookie", `s=${index}`] as const] : [])] })),
      ports,
    );
    expect(judged.channels.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["header set-cookie"]);
    expect(judged.seenPassively).toBe(false);
  });

  test("an answer of three hundred fields that all differ is no less proven for it", () => {
    const fields = (prefix: string): string => JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${prefix}${n}`, true])));
    expect(
      judgeEndpoint(
        asked((exists) => ({ body: fields(exists ? "a" : "b") })),
        ports,
      ).tells,
    ).toBe("proven");
  });
});

describe("no false alarm", () => {
  test("the identifier that comes back, a number of the request and a clock tell nothing", () => {
    const judged = judgeEndpoint(
      asked((_, index, round, identifier) => ({
        headers: [
          ["content-type", "application/json"],
          ["x-request-id", `r${index}-${round}`],
        ],
        body: JSON.stringify({ phone: identifier, digits: identifier.slice(1), at: 1_700_000_000 + index * 7 + round }),
      })),
      ports,
    );
    expect(judged.tells).toBe("nothing");
    expect(judged.bits).toBe(0);
    // What twelve and twelve cannot exclude is said.
    expect(judged.interval[1]).toBeGreaterThan(0.05);
  });

  test("two hundred endpoints that draw their answers by lot are never called oracles", () => {
    let state = 99;
    const draw = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
    let proven = 0;
    for (let run = 0; run < 200; run++) {
      const judged = judgeEndpoint(
        asked(() => ({ body: JSON.stringify({ arm: draw() < 0.5 ? "a" : "b", beta: draw() < 0.1, left: Math.floor(draw() * 3) }), ms: 5 + draw() * 20 }), { rounds: 1 }),
        ports,
      );
      if (judged.tells === "proven") proven++;
    }
    expect(proven).toBe(0);
  });

  test("a difference of three in twelve is a doubt or nothing, not a finding", () => {
    const judged = judgeEndpoint(
      asked((exists, index) => ({ status: exists && index < 3 ? 202 : 200 })),
      ports,
    );
    expect(judged.tells).not.toBe("proven");
  });
});

test("a pair of answers is shown without anybody's values", () => {
  const all = asked((exists, index, _, identifier) => ({
    headers: [
      ["content-type", "application/json"],
      ["set-cookie", `session=secret-${index}`],
    ],
    body: JSON.stringify(
      exists ? { success: true, name: `Person ${"abcdefghijkl"[index]}`, account_id: 1_000_000 + index, phone: identifier } : { success: false, message: "User not found." },
    ),
  }));
  const [missing, existing] = judgeEndpoint(all, ports).pair;
  const text = [missing, existing].flatMap((one) => (one === undefined ? [] : redactedAnswer(one, all))).join("\n");
  expect(text).toContain('"message": "User not found."');
  expect(text).toContain('"success": true');
  expect(text).toContain('"account_id": "<number>"');
  for (const value of ["Person", "session=", "555"]) expect(text).not.toContain(value);
});
