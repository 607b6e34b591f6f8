import { describe, expect, it } from "vitest";
import {
  type DeniedAnswer,
  genericUniform,
  headersMax,
  reflectedMax,
  renderUniform,
  uniformBodyCharsMax,
  uniformEndpointsMax,
  uniformMisfitsMax,
  uniformSampledEvery,
  UniformTemplates,
  uniformYoungFits,
} from "./uniform-template.ts";
import { templateDepthMax } from "./uniform-json.ts";

const json = ["Content-Type", "application/json"];
const denied = (phone: string, over: Partial<DeniedAnswer> = {}): DeniedAnswer => ({
  status: 200,
  rawHeaders: [
    ...json,
    "Date",
    `D${phone}`,
    "ETag",
    `"${phone}"`,
    "X-Request-Id",
    phone,
    "Set-Cookie",
    `s=${phone}`,
    "RateLimit-Remaining",
    "5",
    "Content-Length",
    "9",
    "X-Powered-By",
    "Latchkey",
  ],
  body: JSON.stringify({ success: false, message: `User ${phone} not found.`, request_id: `r-${phone.slice(-2)}x`, errors: { message: "none" } }),
  echo: phone,
  subject: `h${phone}`,
  ...over,
});

describe("UniformTemplates", () => {
  it("answers with the fallback until three different subjects were denied, then as the service does", () => {
    const templates = new UniformTemplates();
    for (const phone of ["999-15550101", "999-15550102", "999-15550102", "999-15550102"]) templates.learn("e", denied(phone));
    expect(templates.uniformFor("e")).toBe(genericUniform);
    templates.learn("e", denied("999-15550103"));
    const uniform = templates.uniformFor("e");
    expect(uniform).toEqual({
      status: 200,
      headers: [
        ["Content-Type", "application/json"],
        ["Content-Length", "0"],
        ["X-Powered-By", "Latchkey"],
      ],
      body: '{"success":false,"message":"User {{subject}} not found.","errors":{"message":"none"}}',
      learned: true,
    });
    expect(renderUniform(uniform, '9"9')).toBe('{"success":false,"message":"User 9\\"9 not found.","errors":{"message":"none"}}');
    expect(templates.uniformFor("e")).toBe(uniform);
  });
  it("passes the very answer that fitted before, whatever its date, and none that differs", () => {
    const templates = new UniformTemplates();
    const body = '{"ok":false}';
    const headers = (date: string, by = "Latchkey") =>
      [
        ["Date", date],
        ["X-Powered-By", by],
      ] as const;
    const ask = (n: number) => templates.learn("e", denied(`who-${n}`, { body, rawHeaders: headers(String(n)).flat() }));
    for (let n = 0; n < 3; n++) {
      expect(templates.passes("e", 200, headers("x"), body, "who-9")).toBe(false);
      ask(n);
    }
    ask(3);
    expect(templates.passes("e", 200, headers("later"), body, "who-9")).toBe(true);
    expect(templates.passes("e", 404, headers("later"), body, "who-9")).toBe(false);
    expect(templates.passes("e", 200, headers("later", "Other"), body, "who-9")).toBe(false);
    expect(templates.passes("e", 200, headers("later"), '{"ok":true}', "who-9")).toBe(false);
    expect(templates.passes("e", 200, headers("later"), body, "false")).toBe(false);
    expect(templates.passes("f", 200, headers("later"), body, "who-9")).toBe(false);
  });
  it("reads one in 16 of the answers of a settled endpoint, and every one again as soon as one does not fit", () => {
    const templates = new UniformTemplates();
    let read = 0;
    const ask = (n: number, word: string) => {
      const answer = denied(`999-1555${1000 + n}`, { body: JSON.stringify({ ok: false, at: n, word }), rawHeaders: json });
      if (templates.passes("e", 200, [["Content-Type", "application/json"]], answer.body, answer.echo)) return;
      read++;
      templates.learn("e", answer);
    };
    for (let n = 0; n < 3 + uniformYoungFits; n++) ask(n, "old");
    expect(read).toBe(3 + uniformYoungFits);
    for (let n = 100; n < 100 + 10 * uniformSampledEvery; n++) ask(n, "old");
    expect(read).toBe(3 + uniformYoungFits + 10);
    for (let n = 300; n < 300 + uniformSampledEvery - 1 + uniformMisfitsMax + 3; n++) ask(n, "new");
    expect(templates.uniformFor("e").body).toBe('{"ok":false,"word":"new"}');
  });
  it("never keeps a value that belonged to one subject", () => {
    const templates = new UniformTemplates();
    for (const phone of ["999-15550101", "999-15550102", "999-15550103", "999-15550104"]) {
      templates.learn("e", denied(phone, { body: JSON.stringify({ ok: false, hint: `secret-${phone.slice(-1)}`, list: [phone.slice(-1)] }) }));
    }
    const text = JSON.stringify([templates.uniformFor("e"), templates.exportState()]);
    expect(text).not.toContain("secret");
    expect(templates.uniformFor("e").body).toBe('{"ok":false}');
  });
  it("keeps the exact text, spaces and all, where nothing but the echo varied", () => {
    const templates = new UniformTemplates();
    for (const who of ["anna", "bert", "cleo"]) templates.learn("e", denied(who, { status: 404, body: `{ "error": "no such user",\n  "user": "${who}" }` }));
    expect(templates.uniformFor("e").body).toBe('{ "error": "no such user",\n  "user": "{{subject}}" }');
  });
  it("learns texts that are no JSON only when they are alike, and escapes the echo in them", () => {
    const page = (who: string) => denied(who, { status: 404, rawHeaders: ["Content-Type", "text/html"], body: `<p>No ${who} here</p>` });
    const templates = new UniformTemplates();
    for (const who of ["anna", "bert", "cleo"]) templates.learn("e", page(who));
    expect(renderUniform(templates.uniformFor("e"), "<b>")).toBe("<p>No &lt;b&gt; here</p>");
    const varying = new UniformTemplates();
    for (const who of ["anna", "bert", "cleo"]) varying.learn("e", { ...page(who), body: `<p>${Math.abs(who.charCodeAt(0))}</p>` });
    expect(varying.uniformFor("e").learned).toBe(false);
  });
  it("follows a service that changed its answer, serving the old one until the new one is settled", () => {
    const templates = new UniformTemplates();
    for (const who of ["anna", "bert", "cleo"]) templates.learn("e", denied(who, { body: '{"v":1}' }));
    for (let index = 0; index < uniformMisfitsMax + 1; index += 1) {
      expect(templates.uniformFor("e").body).toBe('{"v":1}');
      templates.learn("e", denied(`new${index}`, { status: 404, body: '{"v":2}' }));
    }
    templates.learn("e", denied("new98", { status: 404, body: '{"v":2}' }));
    expect(templates.uniformFor("e").body).toBe('{"v":2}');
  });
  it("survives a restart, ignores what is broken, and holds its bounds", () => {
    const templates = new UniformTemplates();
    for (const who of ["anna", "bert", "cleo"]) templates.learn("e", denied(who));
    const again = UniformTemplates.restore(JSON.parse(JSON.stringify(templates.exportState())));
    expect(again.uniformFor("e")).toEqual(templates.uniformFor("e"));
    expect(UniformTemplates.restore([["e", { status: 200 }], 7]).uniformFor("e")).toBe(genericUniform);
    for (const who of ["anna", "bert", "cleo"]) {
      templates.learn("big", denied(who, { body: "x".repeat(uniformBodyCharsMax + 1) }));
      for (let index = 0; index < uniformEndpointsMax + 5; index += 1) templates.learn(`x${index}`, denied(who));
    }
    expect(templates.uniformFor("big").learned).toBe(false);
    expect(templates.uniformFor("x0").learned).toBe(true);
    expect(templates.uniformFor(`x${uniformEndpointsMax + 3}`).learned).toBe(false);
  });

  it("keeps 32 headers of an answer and bodies of 16 levels, and learns nothing from one whose asker sent more texts than are looked for", () => {
    const templates = new UniformTemplates();
    const rawHeaders = Array.from({ length: headersMax + 1 }, (_, n) => [`X-H${n}`, "v"]).flat();
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}"leaf"${"}".repeat(levels)}`;
    const words = (count: number): string[] => Array.from({ length: count }, (_, n) => (n === count - 1 ? "planted-words" : `text-${n}`));
    for (const [n, who] of ["anna", "bert", "cleo"].entries()) {
      templates.learn("headers", denied(who, { rawHeaders }));
      templates.learn("deep", denied(who, { body: `{"n":${n},"in":${nested(templateDepthMax - 1)}}` }));
      templates.learn("deeper", denied(who, { body: `{"n":${n},"in":${nested(templateDepthMax)}}` }));
      const body = JSON.stringify({ error: "planted-words", code: "x", who });
      templates.learn("reflected", denied(who, { body, reflected: words(reflectedMax) }));
      templates.learn("flooded", denied(who, { body, reflected: words(reflectedMax + 1) }));
    }
    expect(templates.uniformFor("headers").headers).toHaveLength(headersMax);
    expect(templates.uniformFor("deep").body).toBe(`{"in":${nested(templateDepthMax - 1)}}`);
    expect(templates.uniformFor("deeper")).toBe(genericUniform);
    expect(templates.uniformFor("reflected")).toMatchObject({ learned: true, body: '{"code":"x","who":"{{subject}}"}' });
    expect(templates.uniformFor("flooded")).toBe(genericUniform);
  });
});
