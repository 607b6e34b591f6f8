import { defaultBudget, GateEngine, type GuardedEndpoint } from "@postern/engine";
import { expect, it } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import type { RequestHead } from "./gate-port.ts";
import { JudgingGate } from "./judging-gate.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const lookup: GuardedEndpoint = {
  id: "0000000000000001",
  method: "POST",
  host: "svc",
  template: "/api/?action=user/lookup",
  state: "budgeted",
  subjects: [{ location: { in: "json", name: "email" }, type: "email" }],
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [], body: "{}", learned: false },
  budget: defaultBudget,
};

/** Kinds of the rulings on a request with this query and body: what is guarded is held. */
function ruled(target: string, contentType: string, body: string, complete = true): string {
  const engine = new GateEngine({ newId: () => "s", sourceSlots: 1_024, pairs: 1_000, pending: 64 });
  const nothing = (): undefined => undefined;
  const gate = new JudgingGate({ engine, ports, epoch: "e", scope: "svc", limits: undefined, journal: nothing, signals: nothing, complete: nothing });
  const routes = ["user/lookup", "user/login"].map((value) => ports.hash("segment", value));
  gate.setPolicy({ version: 1, mode: "enforce", endpoints: [lookup], routeFronts: [{ host: "svc", path: "api", name: "action", routes }], principals: [] });
  const rawHeaders = ["Content-Type", contentType, "Content-Length", String(body.length)];
  const head: RequestHead = { at: 1_000, method: "POST", host: "svc", target, rawHeaders, address: "192.0.2.7" };
  const first = gate.onRequest(head);
  return first.kind === "body" ? gate.onRequestBody(first, Buffer.from(body), complete).kind : first.kind;
}

const json = "application/json";
const form = "application/x-www-form-urlencoded";

it.each<[string, string, string, string]>([
  ["in JSON", "/api", json, '{"action":"user/lookup","email":"a@b.example"}'],
  ["in JSON, in capitals", "/API/", json, '{"Action":"USER/lookup","email":"a@b.example"}'],
  ["in JSON with the key twice, last", "/api", json, '{"action":"user/login","action":"user/lookup","email":"a@b.example"}'],
  ["in JSON with the key twice, first", "/api", json, '{"action":"user/lookup","action":"user/login","email":"a@b.example"}'],
  ["in JSON with the key written in two ways", "/api", json, '{"\\u0061ction":"user/lookup","action":"user/login","email":"a@b.example"}'],
  ["in a form in place of JSON", "/api", form, "action=user%2Flookup&email=a%40b.example"],
  ["in the query beside a body", "/api?action=user/lookup", json, '{"email":"a@b.example"}'],
  ["after the same other one five times", "/api", form, `${"action=user%2Flogin&".repeat(5)}action=user%2Flookup&email=a%40b.example`],
  ["among more than are read", "/api", form, `${Array.from({ length: 5 }, (_, n) => `action=other${n}&`).join("")}action=user%2Flookup&email=a%40b.example`],
  ["behind two hundred other parameters", "/api", form, `${"pad=1&".repeat(200)}action=user%2Flookup&email=a%40b.example`],
  ["in the body beside a query that names another", "/api?action=user/login", json, '{"action":"user/lookup","email":"a@b.example"}'],
])("a guarded route named %s is guarded", (_, target, type, body) => {
  expect(ruled(target, type, body)).toBe("hold");
});

it("a body that was not read in full may name the guarded route, and is judged so", () => {
  expect(ruled("/api", json, '{"pad":"', false)).toBe("hold");
});

it.each<[string, string, string]>([
  ["another route", "/api", '{"action":"user/login","email":"a@b.example"}'],
  ["a route nobody knows", "/api", '{"action":"user/other","email":"a@b.example"}'],
  ["no route", "/api", '{"email":"a@b.example"}'],
  ["another path", "/other", '{"action":"user/lookup","email":"a@b.example"}'],
])("%s passes", (_, target, body) => {
  expect(ruled(target, json, body)).toBe("pass");
});
