import { Agent, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sourceLeadMax } from "../gate/hub-lead.ts";
import { type RunningService, startService } from "../gate/proxy/testbed.ts";
import { ProtectedService } from "./protected-service.ts";

/**
 * A list asked all at once at a service just started: every question is on its way before the first is answered. What the hub needs to know an endpoint that tells who
 * exists, with half of the list existing, is {@link evidence} questions (`guard-holds.test.ts` says so for one at a time); what is learned beyond is what the gate runs ahead.
 */
const list = 96;
const evidence = 16;

let service: RunningService;
let postern: ProtectedService;
const agent = new Agent({ keepAlive: true, maxSockets: list });

beforeAll(async () => {
  service = await startService((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    req.on("end", () => {
      const { pathname, searchParams } = new URL(req.url ?? "/", "http://a");
      const say = (status: number, value: unknown): void => void res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (pathname.startsWith("/subscribers/")) return existing(pathname) ? say(200, { status: "active" }) : say(404, { error: "not found" });
      if (pathname === "/check") return say(200, { registered: existing((searchParams.get("email") ?? "").split("@")[0] ?? "") });
      if (pathname === "/lookup") return say(200, existing((JSON.parse(body) as { phone: string }).phone) ? { found: true, devices: 2 } : { found: false });
      say(200, { page: pathname });
    });
  });
  postern = await ProtectedService.start(`http://127.0.0.1:${service.port}`, { args: ["--mode", "enforce"] });
});
afterAll(async () => {
  await postern.stop();
  service.close();
  agent.destroy();
  postern.remove();
});

describe("a list asked at full speed at a service just started", () => {
  it.each<[string, (n: number) => readonly [path: string, body?: string], (answer: string) => boolean]>([
    ["numbers in the path", (n) => [`/subscribers/+4479${10_000_000 + n * 7_919}`], (answer) => answer.startsWith("200") && answer.includes("active")],
    ["addresses in the query", (n) => [`/check?email=user${n * 7_919}@mail${n % 5}.example`], (answer) => answer.includes("true")],
    ["numbers in a JSON body", (n) => ["/lookup", JSON.stringify({ phone: `+4479${10_000_000 + n * 7_919}` })], (answer) => answer.includes("true")],
  ])("is stopped after what it takes to know the endpoint, and the few questions that were under way: %s", async (_, question, learned) => {
    const before = await overdue();
    const answers = await Promise.all(Array.from({ length: list }, (_unused, n) => ask(...question(n))));
    expect(answers.every((answer) => /^[24]/.test(answer))).toBe(true);
    // On a machine too slow to read within the longest wait some go on unread; they are counted.
    expect(answers.filter(learned).length).toBeLessThanOrEqual(evidence + sourceLeadMax + (await overdue()) - before);
  });

  it("and a page of it goes on at once when the hub has read it, however many ask for it", async () => {
    // Ends when nobody had to wait; that what was read is known at the gate takes a moment.
    for (let before = -1; before !== (before = await metric("postern_gate_waited_total"));) {
      const answers = await Promise.all(Array.from({ length: list }, () => ask("/page/about")));
      expect(answers.every((answer) => answer === '200{"page":"/page/about"}')).toBe(true);
    }
  });
});

function existing(name: string): boolean {
  let sum = 0;
  for (const digit of name) sum += digit.charCodeAt(0);
  return sum % 2 === 0;
}

async function overdue(): Promise<number> {
  return metric("postern_gate_overdue_total");
}

/** What the gate told last: it tells along with what it sends next. */
async function metric(name: string): Promise<number> {
  await ask("/page/terms");
  const { body } = await postern.api("/metrics");
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(body.toString("utf8"))?.[1]);
}

function ask(path: string, body?: string): Promise<string> {
  const { hostname, port } = new URL(postern.gate);
  return new Promise((resolve, reject) => {
    const out = request(
      { hostname, port, path, agent, method: body === undefined ? "GET" : "POST", headers: body === undefined ? {} : { "content-type": "application/json" } },
      (answer) => {
        let text = String(answer.statusCode);
        answer.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
        answer.on("end", () => resolve(text));
      },
    );
    out.on("error", reject);
    out.end(body);
  });
}
