import { expect, test } from "vitest";
import { hashedSegment } from "@postern/engine";
import type { SourceRoute } from "../../discover/collect-routes.ts";
import type { Discovery } from "../../discover/discover.ts";
import { discoveredPage, type KnownEndpoint } from "./discovered-page.ts";
import { renderDiscovery } from "./render-discovery.ts";

const route = (method: string, path: string): SourceRoute => ({
  method,
  path,
  pattern: path,
  framework: "express",
  handler: "list",
  file: "app.js",
  line: 1,
  column: 1,
  app: "app.js:1",
  conditional: false,
  assumes: [],
  auth: { names: [], verdict: "unproven" },
});
const discovery = (routes: readonly SourceRoute[]): Discovery => ({
  routes,
  unresolved: [],
  problems: [],
  openapi: [],
  files: 1,
  skipped: { installed: 0, built: 0, hidden: 0, links: 0, tests: 0, tooLarge: 0, unreadable: 0 },
  stoppedAt: null,
  otherLanguages: { Go: 2 },
});
const seen = (id: string, method: string, path: string, posture: KnownEndpoint["posture"] = "unproven"): KnownEndpoint => ({
  id,
  method,
  host: "api.test",
  path,
  clearPath: path,
  posture,
});

test("a constant that is kept as its hash only joins the route that has it in clear, and no other", () => {
  const ports = { hash: (_type: string, normal: string) => Buffer.from(normal.padEnd(8, ".")).toString("hex").slice(0, 16) };
  const hidden = hashedSegment("insurer", ports);
  const page = discoveredPage(discovery([route("POST", "/hooks/{name}"), route("POST", "/hooks/insurer"), route("POST", "/hooks/bank")]), {
    limit: 10,
    seen: [seen("one", "POST", `/hooks/${hidden}`)],
    ports,
  });
  expect(page.seenOnly).toEqual([]);
  expect(page.items.filter(({ endpoints }) => endpoints.length > 0).map(({ path }) => path)).toEqual(["/hooks/insurer"]);
});

test("an endpoint that was seen joins the route with the same constants, whatever parameters are called; the rest is told apart", () => {
  const routes = [route("GET", "/users/{id}"), route("GET", "/users/me"), route("ANY", "/files/{path*}"), route("POST", "/users")];
  const page = discoveredPage(discovery(routes), {
    limit: 10,
    seen: [seen("1", "GET", "/users/{userId}"), seen("2", "GET", "/users/me"), seen("3", "PUT", "/files/a/b"), seen("4", "GET", "/shadow"), seen("5", "DELETE", "/users")],
  });
  expect(page.items.map((one) => [`${one.method} ${one.path}`, one.knownBy, one.endpoints])).toEqual([
    ["ANY /files/{path*}", ["source", "traffic"], ["3"]],
    ["POST /users", ["source"], []],
    ["GET /users/me", ["source", "traffic"], ["2"]],
    ["GET /users/{id}", ["source", "traffic"], ["1"]],
  ]);
  expect(page.seenOnly?.map((one) => one.id)).toEqual(["4", "5"]);
});

test("pages follow each other without a gap, and a cursor from elsewhere is refused", () => {
  const routes = ["/a", "/b", "/c"].map((path) => route("GET", path));
  const first = discoveredPage(discovery(routes), { limit: 2 });
  const second = discoveredPage(discovery(routes), { limit: 2, cursor: first.next ?? "" });
  expect([...first.items, ...second.items].map((one) => one.path)).toEqual(["/a", "/b", "/c"]);
  expect(second.next).toBeNull();
  expect(() => discoveredPage(discovery(routes), { limit: 2, cursor: "%" })).toThrow("cursor");
});

test("the table says what was not read, fits its width, and nothing in a name steers the terminal", () => {
  const text = renderDiscovery(discoveredPage(discovery([route("GET", "/x\u001b[2J")]), { limit: 10 }), { color: false, width: 80, textWidth: 80 });
  expect(text).toContain("Not read: 2 files of Go.");
  expect(text).not.toContain("\u001b");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("a check in source on a route that traffic shows open is said, and the reverse; what is unproven is no disagreement", () => {
  const guarded = (path: string): SourceRoute => ({ ...route("GET", path), auth: { names: ["requireUser"], verdict: "unproven" } });
  const page = discoveredPage(discovery([guarded("/open"), guarded("/some"), guarded("/shut"), guarded("/unclear"), route("GET", "/plain"), route("GET", "/behind")]), {
    limit: 10,
    seen: [
      seen("1", "GET", "/open", "not enforced"),
      seen("2", "GET", "/some", "optional"),
      seen("3", "GET", "/shut", "enforced"),
      seen("4", "GET", "/unclear"),
      seen("5", "GET", "/plain", "not enforced"),
      seen("6", "GET", "/behind", "enforced"),
    ],
  });
  const kinds = Object.fromEntries(page.items.map((one) => [one.path, one.disagreements.map((each) => `${each.kind}: ${each.traffic}`)]));
  expect(kinds).toEqual({
    "/open": ["guarded in source, open in traffic: not enforced"],
    "/some": ["guarded in source, open in traffic: optional"],
    "/shut": [],
    "/unclear": [],
    "/plain": [],
    "/behind": ["no check in source, enforced in traffic: enforced"],
  });
  const text = renderDiscovery(page, { color: false, width: 80, textWidth: 80 });
  expect(text).toContain("Guarded in source, open in traffic: 2 endpoints");
  expect(text).toContain("GET /open: source has requireUser before it, traffic shows it not enforced");
  expect(text).toContain("hint, not a verdict");
  expect(text).toContain("No check in source, enforced in traffic: 1 endpoint");
});
