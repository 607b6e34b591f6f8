import { describe, expect, it } from "vitest";
import { ports } from "../testing/ports.ts";
import { guardedLookup } from "../testing/guarded-lookup.ts";
import { splitTarget } from "../exchange/split-target.ts";
import type { SubjectRule } from "./gate-policy.ts";
import { coresMax, GuardVariants, kinOf } from "./guard-variants.ts";

const tells = [
  { id: "hit", status: 200, fields: "active", denies: false },
  { id: "miss", status: 404, fields: "error", denies: true },
];
const inPath = (name: string, type: SubjectRule["type"] = "phone"): SubjectRule => ({ location: { in: "path", name }, type });
const guard = (template: string, subjects: readonly SubjectRule[], more: Parameters<typeof guardedLookup>[0] = {}) =>
  guardedLookup({ id: template, template, subjects, tells, ...more });
const lookup = guard("/api/v1/users/lookup/{phone}", [inPath("phone")]);

/** The guarded path that a request would be asked at; "" for none. */
function asked(endpoints: readonly ReturnType<typeof guard>[], path: string, method = "GET", host = "api"): string {
  const found = new GuardVariants(endpoints, ports).find(method, host, splitTarget(path).segments);
  return found === undefined ? "" : `/${found.segments.join("/")}`;
}

describe("paths that may be variants of a guarded one", () => {
  it.each([
    "/api/v2/users/lookup/+49151",
    "/users/lookup/+49151",
    "/mobile/api/v1/Users/Lookup/+49151",
    "/api/v1/users/lookup/+49151/x/y",
    "/api/v1/users/lookup/{x}/word/+49151",
    "/api/v1/users/lookup/lookup/+49151",
    "/lookup/+49151",
  ])("%s is asked about whom the guarded one would be", (path) => {
    expect(asked([lookup], path)).toBe("/api/v1/users/lookup/+49151");
  });

  it.each(["/api/v1/users/lookup", "/api/v1/users/+49151/lookup", "/api/v1/users/lookup/me", "/api/v1/users/status/+49151", "/users/lookup/+49151.json", "/"])(
    "%s is none",
    (path) => {
      expect(asked([lookup], path)).toBe("");
    },
  );

  it("keep all that stands behind the identifier, and what stands around it", () => {
    const status = guard("/client/v1/users/{cc}-{phone}/status", [inPath("cc-phone")]);
    expect(asked([status], "/client/v2/users/999-15550100/status")).toBe("/client/v1/users/999-15550100/status");
    expect(asked([status], "/users/999-15550100/x/status/y")).toBe("/client/v1/users/999-15550100/status");
    expect(asked([status], "/client/v2/users/999-15550100/devices")).toBe("");
    const file = guard("/users/u-{phone}.json", [inPath("phone")]);
    expect(asked([file], "/x/users/a-99915/U-99915.json")).toBe("/users/U-99915.json");
    expect(asked([guard("/{phone}/status", [inPath("phone")])], "/x/99915/status")).toBe("/99915/status");
    expect(asked([guard("/{phone}/status", [inPath("phone")])], "/x/status")).toBe("");
  });

  it("hide no name behind words: what is no number is asked about with all that stands there, and needs more of the path", () => {
    const name = guard("/api/users/lookup/{name}", [inPath("name", "username")]);
    expect(asked([name], "/v2/users/lookup/ann")).toBe("/api/users/lookup/ann");
    expect(asked([name], "/v2/users/lookup/x/ann")).toBe("/api/users/lookup/x/ann");
    expect(asked([name], "/v2/lookup/ann")).toBe("");
    const status = guard("/users/{name}/status", [inPath("name", "username")]);
    expect(asked([status], "/v2/users/x/ann/status")).toBe("/users/x/ann/status");
  });

  it("are known by their end where people stand in a query or a body", () => {
    const query = guard("/api/v1/presence", [{ location: { in: "query", name: "phone" }, type: "phone" }]);
    expect(asked([query], "/mobile/presence/x")).toBe("/api/v1/presence");
    expect(asked([query], "/api/v1/absence")).toBe("");
  });

  it("know constants by their hash, whether a request or a template names them", () => {
    const hash = ports.hash("segment", "nachschlag");
    const hidden = guard(`/v1/{a10~${hash}}/{phone}`, [inPath("phone")]);
    expect(asked([hidden], "/v2/Nachschlag/+49151")).toBe(`/v1/{a10~${hash}}/+49151`);
    const variants = new GuardVariants([hidden], ports);
    expect(variants.find("GET", "api", ["{id}", `{a10~${hash}}`, "{phone}"], true)?.endpoint).toBe(hidden);
    expect(variants.find("GET", "api", ["{id}", "{id}"], true)).toBeUndefined();
  });

  it("belong to the same host on any port, and rather to the guard of their method", () => {
    const post = guard("/lookup/{phone}", [inPath("phone")], { id: "post", method: "POST", host: "api:8080" });
    expect(asked([post], "/v2/lookup/+49151", "GET", "api")).not.toBe("");
    expect(asked([post], "/v2/lookup/+49151", "GET", "other")).toBe("");
    const variants = new GuardVariants([lookup, post], ports);
    expect(variants.find("POST", "api", ["v2", "lookup", "+49151"])?.endpoint).toBe(post);
    expect(variants.find("GET", "api", ["v2", "lookup", "+49151"])?.endpoint).toBe(lookup);
  });

  it("there are none of guards that only watch, judge callers by name, or know no answer that tells", () => {
    for (const more of [{ state: "watched" as const }, { signedIn: true as const }, { owned: true as const }, { tells: [] }, { tells: tells.slice(1) }])
      expect(asked([{ ...lookup, ...more }], "/v2/lookup/+49151")).toBe("");
  });

  it("at the bound of guards under one constant the next has none", () => {
    const guards = Array.from({ length: coresMax + 1 }, (_, n) => guard(`/lookup/{phone}/a${n}`, [inPath("phone")]));
    expect(asked(guards, `/v2/lookup/+49151/a${coresMax - 1}`)).not.toBe("");
    expect(asked(guards, `/v2/lookup/+49151/a${coresMax}`)).toBe("");
  });
});

describe("an answer at such a path", () => {
  const seen = (id: string, status: number, ...fields: string[]) => kinOf({ tells }, { id, status, fields }, false);

  it("is the guard's by its class, or by status and fields together", () => {
    expect(seen("hit", 200, "active")).toBe("told");
    expect(seen("miss", 404, "error")).toBe("denied");
    expect(seen("x", 200, "active")).toBe("told");
    expect(seen("x", 404, "error")).toBe("denied");
    for (const [status, ...fields] of [[200, "items"], [201, "active"], [200], [200, "active", "items"], [400, "error"]] as const)
      expect(seen("x", status, ...fields)).toBe("other");
    expect(kinOf({}, { id: "hit", status: 200, fields: ["active"] }, false)).toBe("other");
  });

  it("without a body is known by its status alone", () => {
    expect(kinOf({ tells }, { id: "x", status: 200, fields: [] }, true)).toBe("told");
    expect(kinOf({ tells }, { id: "x", status: 404, fields: [] }, true)).toBe("denied");
    expect(kinOf({ tells }, { id: "x", status: 405, fields: [] }, true)).toBe("other");
  });
});
