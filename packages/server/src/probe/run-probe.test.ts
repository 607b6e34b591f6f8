import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { neverRegistered } from "./never-registered.ts";
import { checkedTarget, filled, type ProbeTarget } from "./probe-target.ts";
import { runProbe } from "./run-probe.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(5) }, 1);
const registered = neverRegistered("email", 12, "registered");
const unregistered = neverRegistered("email", 12, "not");
const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function probed(answer: (req: IncomingMessage, res: ServerResponse, body: string) => void, target: Partial<ProbeTarget> = {}, rounds = 1) {
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    req.on("end", () => answer(req, res, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const base = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const asking: ProbeTarget = { name: "GET /users/{subject}", method: "GET", path: "/users/{subject}", headers: [], body: undefined, batch: 1, ...target };
  const { result } = await runProbe(asking, {
    base,
    lists: { registered, unregistered },
    spare: neverRegistered("email", 20, "spare"),
    rounds,
    warmUp: 2,
    rate: 1_000,
    timeoutMs: 5_000,
    seed: "t",
    ports,
  });
  return result;
}

const who = (req: IncomingMessage): string => decodeURIComponent(req.url?.split("/").at(-1) ?? "");
const nowhere = (req: IncomingMessage): boolean => req.url?.startsWith("/postern-probe-") === true;
const json = (res: ServerResponse, status: number, value: unknown): void => void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));

describe("what a probe says of a service", () => {
  test("one that tells by its body: yes; by nothing: no", async () => {
    const telling = await probed((req, res) => (nowhere(req) ? json(res, 404, {}) : json(res, 200, { exists: registered.includes(who(req)) })));
    expect([telling.oracle, telling.doubts]).toEqual(["yes", []]);
    const even = await probed((req, res) => (nowhere(req) ? json(res, 404, {}) : json(res, 200, { message: `A mail goes to ${who(req)} if there is an account.` })));
    expect([even.oracle, even.doubts]).toEqual(["no", []]);
  });

  test.each([
    ["refused", (_: IncomingMessage, res: ServerResponse) => json(res, 401, { error: "token" })],
    ["redirected", (_: IncomingMessage, res: ServerResponse) => void res.writeHead(302, { location: "https://login.example/start" }).end()],
    ["failing", (_: IncomingMessage, res: ServerResponse) => json(res, 500, {})],
    ["not-understood", (_: IncomingMessage, res: ServerResponse) => json(res, 415, { error: "type" })],
    ["like-anything", (_: IncomingMessage, res: ServerResponse) => void res.writeHead(403 + 1, { "content-type": "text/html" }).end("<html>Request blocked</html>")],
    ["limited", (_: IncomingMessage, res: ServerResponse) => json(res, 429, { error: "slow down" })],
    ["unreachable", (_: IncomingMessage, res: ServerResponse) => void res.destroy()],
  ])("%s everywhere: it cannot be told, and says what to do", async (code, answer) => {
    const result = await probed(answer);
    expect(result.oracle).toBe("unproven");
    expect(result.doubts[0]).toMatchObject({ code });
    expect(result.doubts[0]?.remedy.length).toBeGreaterThan(20);
  });

  test("a page of HTML with a number of its own for every request is a firewall's, not the service's", async () => {
    let n = 0;
    const result = await probed((_, res) => void res.writeHead(403, { "content-type": "text/html" }).end(`<html>Blocked, incident ${n++}</html>`));
    expect(result.oracle).toBe("unproven");
  });

  test("a limit that says how long to wait is waited for", async () => {
    let n = 0;
    const result = await probed((req, res) => {
      if (nowhere(req)) return json(res, 404, {});
      if (n++ % 9 === 8) return void res.writeHead(429, { "retry-after": "0" }).end();
      return json(res, registered.includes(who(req)) ? 200 : 404, { id: "x" });
    });
    expect(result.oracle).toBe("yes");
    expect(result.judged.usable).toEqual([12, 12]);
  });

  test("in a batch the one asked about is told from made-up ones beside it", async () => {
    const sizes = new Set<number>();
    const result = await probed(
      (_, res, body) => {
        const { mails } = JSON.parse(body) as { mails: string[] };
        sizes.add(mails.length);
        json(res, 200, { known: mails.filter((mail) => registered.includes(mail)).map((mail) => ({ mail })) });
      },
      { method: "POST", path: "/sync", headers: [["content-type", "application/json"]], body: '{"mails":["{subject}"]}', batch: 10 },
    );
    expect(result.oracle).toBe("yes");
    expect([...sizes]).toEqual([10]);
  });

  test("an account by a variable of GraphQL, answered with 200 and an error, is told", async () => {
    const result = await probed(
      (_, res, body) => {
        const { variables } = JSON.parse(body) as { variables: { mail: string } };
        json(res, 200, registered.includes(variables.mail) ? { data: { user: { id: "1" } } } : { data: { user: null } });
      },
      {
        method: "POST",
        path: "/graphql",
        headers: [["content-type", "application/json"]],
        body: JSON.stringify({ query: "query q($mail:String!){user(mail:$mail){id}}", variables: { mail: "{subject}" } }),
      },
    );
    expect(result.oracle).toBe("yes");
  });
});

describe("a request about somebody", () => {
  const target: ProbeTarget = { name: "x", method: "GET", path: "/u/{subject}?q={subject}", headers: [["x-user", "{subject}"]], body: undefined, batch: 1 };

  test("is written as each place wants it", () => {
    expect(filled(target, "a b+c@d.example", [])).toMatchObject({ path: "/u/a%20b+c@d.example?q=a%20b%2Bc%40d.example", headers: [["x-user", "a b+c@d.example"]] });
    expect(filled({ ...target, body: '{"u":{"mail":"{subject}"}}' }, 'x"y', []).body).toBe('{"u":{"mail":"x\\"y"}}');
    const form: ProbeTarget = { ...target, headers: [["content-type", "application/x-www-form-urlencoded"]], body: "mail={subject}&go=1" };
    expect(filled(form, "a+b@c.example", []).body).toBe("mail=a%2Bb%40c.example&go=1");
  });

  test("needs a place for the identifier and values for all others", () => {
    expect(() => checkedTarget({ ...target, path: "/u", headers: [] })).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => checkedTarget({ ...target, path: "/{tenant}/{subject}" })).toThrow(/\{tenant\}/);
  });
});
