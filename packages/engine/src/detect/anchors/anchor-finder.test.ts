import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { carriesAll, type Exchange } from "../../exchange/exchange.ts";
import type { Ports } from "../../exchange/ports.ts";
import { viewOf } from "../../exchange/view-of.ts";
import type { Anchor } from "../../decide/gate-policy.ts";
import { AnchorFinder, issuedMax, kindsMax } from "./anchor-finder.ts";
import { ports } from "../../testing/ports.ts";

const token = (n: number): string => `lkd_${createHmac("sha256", "t").update(String(n)).digest("hex").slice(0, 24)}`;

interface Call {
  readonly endpoint: string;
  readonly path?: string;
  readonly pathValues?: readonly string[];
  readonly subjects?: readonly string[];
  readonly body?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly bearer?: string;
  readonly network?: string;
  readonly at: number;
  readonly declared?: Anchor["kind"];
}

function tell(finder: AnchorFinder, call: Call, by = ports): Anchor[] {
  const exchange: Exchange = {
    id: "e",
    at: call.at,
    method: "POST",
    url: call.path ?? "/x",
    client: { address: "10.0.0.1" },
    carries: carriesAll,
    request: {
      headers: [["Content-Type", "application/json"], ...(call.bearer === undefined ? [] : [["Authorization", `Bearer ${call.bearer}`] as const])],
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    },
    response: { status: call.status ?? 200, headers: [["Content-Type", "application/json"]], body: JSON.stringify(call.answer ?? {}) },
  };
  return finder.observe({
    view: viewOf(exchange, by),
    at: call.at,
    endpointId: call.endpoint,
    pathValues: call.pathValues ?? [],
    subjects: call.subjects ?? [],
    narrow: "narrow",
    network: call.network ?? "net",
    declaredKind: call.declared,
  });
}

/** A sign-in by password: answers a token that is used elsewhere, and refuses wrong passwords. */
function signIn(finder: AnchorFinder, n: number, at: number): Anchor[] {
  return [
    ...tell(finder, { endpoint: "login", subjects: [`s${n}`], body: { password: "x" }, answer: { access_token: token(n) }, at }),
    ...tell(finder, { endpoint: "me", bearer: token(n), at: at + 1_000 }),
  ];
}

describe("AnchorFinder", () => {
  it("takes a sign-in for an anchor when its token is accepted elsewhere, and once only", () => {
    const finder = new AnchorFinder(ports);
    tell(finder, { endpoint: "login", subjects: ["s0"], body: { password: "wrong" }, status: 401, at: 0 });
    const first = signIn(finder, 1, 1_000);
    expect(first.map((anchor) => [anchor.kind, anchor.subjects])).toEqual([["sign-in", ["s1"]]]);
    expect(tell(finder, { endpoint: "me", bearer: token(1), at: 5_000 })).toEqual([]);
  });

  it("believes no token that its own endpoint alone accepts, and none that is refused", () => {
    const finder = new AnchorFinder(ports);
    tell(finder, { endpoint: "login", subjects: ["s1"], body: { password: "x" }, answer: { access_token: token(1) }, at: 0 });
    expect(tell(finder, { endpoint: "login", bearer: token(1), at: 10 })).toEqual([]);
    expect(tell(finder, { endpoint: "me", bearer: token(1), status: 401, at: 20 })).toEqual([]);
  });

  it("follows ids from question to completion in one network: status, request, completion", () => {
    const finder = new AnchorFinder(ports);
    for (let n = 0; n < 3; n++) {
      tell(finder, { endpoint: "status", subjects: [`p${n}`], answer: { account_id: 1_000_100 + n }, at: n * 10_000 });
      tell(finder, { endpoint: "begin", pathValues: [String(1_000_100 + n)], answer: { request_id: `req-${n}` }, at: n * 10_000 + 100 });
      tell(finder, { endpoint: "complete", body: { request_id: `req-${n}`, pin: "1" }, answer: { api_key: token(n) }, at: n * 10_000 + 200 });
      const anchors = tell(finder, { endpoint: "tokens", bearer: token(n), at: n * 10_000 + 300 });
      expect(anchors.map((anchor) => [anchor.kind, anchor.subjects])).toEqual([["device-completion", [`p${n}`]]]);
    }
    // The issuer is known now: its own success is the anchor.
    tell(finder, { endpoint: "status", subjects: ["p9"], answer: { account_id: 1_000_109 }, at: 90_000 });
    expect(tell(finder, { endpoint: "complete", pathValues: ["1000109"], body: { pin: "1" }, answer: { api_key: token(9) }, at: 90_100 }).map((anchor) => anchor.subjects)).toEqual(
      [["p9"]],
    );
    expect(finder.isAnchorEndpoint("complete")).toBe(true);
    expect(finder.isAnchorEndpoint("status")).toBe(false);
  });

  it("lets an id lead nowhere from another network, so that nobody anchors another's questions", () => {
    const finder = new AnchorFinder(ports);
    for (let n = 0; n < 4; n++) signIn(finder, n, n * 10_000);
    tell(finder, { endpoint: "status", subjects: ["victim"], answer: { account_id: 1_000_500 }, network: "attacker", at: 100_000 });
    expect(tell(finder, { endpoint: "login", pathValues: ["1000500"], body: { password: "x" }, answer: { access_token: token(50) }, network: "elsewhere", at: 100_100 })).toEqual(
      [],
    );
  });

  it("vouches for nobody when a request is about more than four", () => {
    const finder = new AnchorFinder(ports);
    for (let n = 0; n < 4; n++) signIn(finder, n, n * 10_000);
    const batch = { endpoint: "login", body: { password: "x" }, answer: { access_token: token(70) } };
    expect(tell(finder, { ...batch, subjects: ["a", "b", "c", "d", "e"], at: 200_000 })).toEqual([]);
    expect(tell(finder, { endpoint: "me", bearer: token(70), at: 200_100 })).toEqual([]);
  });

  it("forgets an issued token after an hour", () => {
    const finder = new AnchorFinder(ports);
    tell(finder, { endpoint: "login", subjects: ["s1"], body: { password: "x" }, answer: { access_token: token(1) }, at: 0 });
    expect(tell(finder, { endpoint: "me", bearer: token(1), at: 3_600_001 })).toEqual([]);
  });

  it("keeps of endpoints what it learned through export and restore, and no token or subject with it", () => {
    const finder = new AnchorFinder(ports);
    for (let n = 0; n < 4; n++) signIn(finder, n, n * 10_000);
    const text = JSON.stringify(finder.exportState());
    for (const secret of [token(0), ports.hash("credential", token(0)), "s0", "net"]) expect(text.includes(`"${secret}"`)).toBe(false);
    const again = new AnchorFinder(ports);
    again.restore(JSON.parse(text) as ReturnType<AnchorFinder["exportState"]>);
    expect(again.isAnchorEndpoint("login")).toBe(finder.isAnchorEndpoint("login"));
    expect(finder.isAnchorEndpoint("login")).toBe(true);
  });

  it("remembers 65,536 issued tokens, where the oldest goes first, and what it learned of 20,000 endpoints", () => {
    const plain: Ports = { ...ports, hash: (_type, text) => text };
    const finder = new AnchorFinder(plain);
    tell(finder, { endpoint: "login", subjects: ["s"], body: { password: "wrong" }, status: 401, at: 0 });
    const secret = (n: number): string => `token-${String(n).padStart(20, "0")}`;
    // Four an answer.
    for (let n = 0; n <= issuedMax; n += 4)
      tell(finder, { endpoint: "login", subjects: ["s"], body: { password: "x" }, answer: [secret(n), secret(n + 1), secret(n + 2), secret(n + 3)], at: 1 });
    expect([3, 4].map((n) => tell(finder, { endpoint: "me", bearer: secret(n), at: 2 }, plain).length)).toEqual([0, 1]);
    const kinds = Array.from({ length: kindsMax + 1 }, (_, n) => ({ id: `e${n}`, proof: 0, accepted: 1, refused: 0, confirmed: 0 }));
    const full = new AnchorFinder(ports);
    full.restore({ kinds });
    tell(full, { endpoint: "one more", subjects: ["s"], at: 0 });
    expect(full.exportState().kinds).toHaveLength(kindsMax);
  });
});
