import { describe, expect, test } from "vitest";
import { carriesAll } from "./exchange.ts";
import type { Exchange } from "./exchange.ts";
import { isAddress, storeExchange, reasonCharactersMax, storedFlagsMax, storedSubjectsMax, templateCharactersMax } from "./stored-exchange.ts";
import { runsMax, segmentShape } from "./segment-shape.ts";
import type { Subject } from "./subject.ts";
import { viewOf } from "./view-of.ts";
import { ports } from "../testing/ports.ts";

const planted = ["99915550100", "alice@victim.example", "alice-the-user", "tok_5ecr3t5ecr3t", "hunter2hunter2", "4111111111111111"];
const [phone, email, user, token, password, card] = planted;

function exchange(more: Partial<Exchange> = {}): Exchange {
  return {
    id: "gate:17",
    at: 1_795_326_334_379,
    method: "POST",
    url: `https://api.example.com/users/${user}/${phone}/${encodeURIComponent(email ?? "")}?card=${card}&token=${token}&q=${user}`,
    client: { address: "203.0.113.7", ja4: "t13d1516h2_8daaf6152771_b186095e22b6" },
    request: {
      headers: [
        ["Host", "api.example.com"],
        ["Authorization", `Bearer ${token}`],
        ["User-Agent", `app/1.2 ${user}`],
        ["X-Card", card ?? ""],
      ],
      body: JSON.stringify({ password, card: Number(card), email }),
    },
    response: { status: 200, headers: [["Set-Cookie", `sid=${token}`]], body: JSON.stringify({ phone, user }) },
    durationMs: 12,
    carries: carriesAll,
    ...more,
  };
}

const subjects: Subject[] = [{ type: "phone", hash: "0123456789abcdef", location: { in: "path", name: "phone" } }];

describe("the stored row", () => {
  test("holds nothing planted in path, query, headers or bodies", () => {
    const row = JSON.stringify(storeExchange(viewOf(exchange(), ports), { subjects }, ports));
    for (const secret of planted) {
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").slice(0, 12)]) expect(row).not.toContain(form);
    }
  });

  test("holds nothing a client writes into method, host, id, address or fingerprint", () => {
    for (const secret of planted) {
      const hostile = exchange({
        id: secret,
        method: secret.toUpperCase().replaceAll("@", ""),
        url: "/",
        client: { address: secret, ja4: secret.replaceAll("@", "") },
        request: { headers: [["Host", secret.replaceAll("@", ".")]] },
      });
      const row = storeExchange(viewOf(hostile, ports), {}, ports);
      expect([row.method, row.address, row.ja4].join()).toMatch(/^OTHER,hash:[0-9a-f]{16},hash:[0-9a-f]{16}$/);
      if (/^\d+$/.test(secret)) expect(row.host).toMatch(/^hash:/);
      if (/^\d+$|@/.test(secret)) expect(row.id).toMatch(/^hash:/);
    }
  });

  test("keeps method, host, template, status, sizes, times and address in clear", () => {
    const row = storeExchange(
      viewOf(exchange(), ports),
      { endpointId: "e1", template: "/users/{user}/{phone}/{email}", subjects, responseClassId: "c1", dataClasses: ["phone"] },
      ports,
    );
    expect(row).toMatchObject({
      id: "gate:17",
      at: 1_795_326_334_379,
      endpointId: "e1",
      method: "POST",
      host: "api.example.com",
      template: "/users/{user}/{phone}/{email}",
      status: 200,
      address: "203.0.113.7",
      durationMs: 12,
      responseClass: "c1",
      dataClasses: ["phone"],
      action: "allow",
      reason: "",
      credentialKind: expect.any(String),
    });
    expect(row.credential).toMatch(/^[0-9a-f]{16}$/);
    expect(row.requestBytes).toBeGreaterThan(40);
    expect(row.subjects).toEqual([{ type: "phone", hash: "0123456789abcdef" }]);
  });

  test("shows of an unassigned path only promoted segments, shapes and hashes", () => {
    const row = storeExchange(viewOf(exchange({ url: "/users/999-15550100/status" }), ports), { promoted: (_, segment) => segment === "users" }, ports);
    expect(row.template).toMatch(/^\/users\/\{d3-d8~[0-9a-f]{16}\}\/\{a6~[0-9a-f]{16}\}$/);
  });

  test("browser releases are one family, other programs another", () => {
    const agent = (value: string): string => storeExchange(viewOf(exchange({ request: { headers: [["User-Agent", value]] } }), ports), {}, ports).userAgent;
    expect(agent("Mozilla/5.0 Chrome/120.0.1")).toBe(agent("Mozilla/5.0 Chrome/121.3"));
    expect(agent("Mozilla/5.0 Chrome/120")).not.toBe(agent("curl/8.1"));
  });

  test("is bounded: subjects, template, segments, kinds of data and the reason", () => {
    const many: Subject[] = Array.from({ length: 200 }, (_, i) => ({ type: "phone", hash: i.toString(16).padStart(16, "0"), location: { in: "json", name: "p[]" } }));
    const gate = { action: "allow", would: "allow", reason: "r".repeat(reasonCharactersMax + 1), journaled: false } as const;
    const dataClasses = Array.from({ length: storedFlagsMax + 1 }, (_, n) => `class-${n}`);
    const row = storeExchange(viewOf(exchange({ url: `/${"segment/".repeat(500)}`, gate }), ports), { subjects: many, dataClasses }, ports);
    expect([row.reason.length, row.dataClasses.length]).toEqual([reasonCharactersMax, storedFlagsMax]);
    expect(row.subjects.length).toBe(storedSubjectsMax);
    expect(row.subjectsTruncated).toBe(true);
    expect(row.template.length).toBeLessThanOrEqual(templateCharactersMax);
  });
});

test("a shape tells lengths and marks, never content, and at most nine runs", () => {
  expect(segmentShape("999-15550100")).toBe("d3-d8");
  expect(segmentShape("a.b_c d")).toBe("a1.a1_a1x1a1");
  expect(segmentShape("a1".repeat(50))).toBe(`${"a1d1".repeat(4)}a1…`);
  expect(segmentShape("7".repeat(200))).toBe("d99");
  expect(segmentShape("a1".repeat(runsMax).slice(0, runsMax))).toBe("a1d1a1d1a1d1a1d1a1");
});

test("addresses are told from names and numbers", () => {
  for (const yes of ["127.0.0.1", "::1", "2001:db8::7", "fe80::1:2:3:4", "::ffff:1.2.3.4", "1:2:3:4:5:6:7:8"]) expect(isAddress(yes), yes).toBe(true);
  for (const no of ["", "alice", "99915550100", "415.555.0100", "1.2.3.4.5", "a:b", "999:1555:0100:alice", "1:2:3:4:5:6:7:8:9:10"]) expect(isAddress(no), no).toBe(false);
});
