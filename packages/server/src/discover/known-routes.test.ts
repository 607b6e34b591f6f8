import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { keepRoutes, sourceKnows } from "./known-routes.ts";

const dir = mkdtempSync(join(tmpdir(), "postern-routes-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("an endpoint is known by source when a tree that was read declares it; reading the tree again replaces what it said", () => {
  const ports = makePorts({ secret: Buffer.alloc(32, 7) }, 1);
  keepRoutes(dir, "shop", [{ method: "GET", path: "/old" }]);
  keepRoutes(dir, "shop", [
    { method: "GET", path: "/users/{id}" },
    { method: "ANY", path: "/echo" },
  ]);
  writeFileSync(join(dir, "source", "damaged.json"), "{");
  const knows = sourceKnows(dir, ports);
  const answers = [
    ["GET", "/users/{userId}"],
    ["HEAD", "/users/{userId}"],
    ["PUT", "/echo"],
    ["POST", "/users/{userId}"],
    ["GET", "/old"],
  ].map(([method = "", template = ""]) => knows({ method, template }));
  expect(answers).toEqual([true, true, true, false, false]);
});
