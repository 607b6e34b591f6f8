import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitTarget } from "../exchange/split-target.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";
import { GuardMatcher, visitsMax } from "./guard-matcher.ts";
import { guardedLookup } from "../testing/guarded-lookup.ts";

function guarded(template: string, method = "GET", host = "api"): GuardedEndpoint {
  return guardedLookup({ id: `${method} ${host} ${template}`, method, host, template });
}

const lookup = guarded("/client/v1/users/{cc}-{phone}/status");
const find = (matcher: GuardMatcher, target: string, method = "GET", host = "api"): string | undefined => matcher.find(method, host, splitTarget(target).segments)?.id;

describe("GuardMatcher", () => {
  const matcher = new GuardMatcher([lookup]);

  it("finds the endpoint under every spelling of its path that a lenient router would serve", () => {
    for (const target of [
      "/client/v1/users/999-15550100/status",
      "/CLIENT/V1/Users/999-15550100/STATUS",
      "/client/v1/users/999-15550100/status/",
      "//client//v1/users/999-15550100/status",
      "/client/./v1/x/../users/999-15550100/status",
      "/client/v1/users/999%2D15550100/status",
      "/%63lient/v1/users/999-1555010%30/%73tatus",
      "/client/v1/x/%2e%2e/users/999-15550100/status",
      "/client/v1/users/999-15550100/status?x=1",
      "/client/v1/users/999-15550100/status#x",
      `${"/".repeat(2_000)}client/v1/users/999-15550100/status`,
      `${"/.".repeat(2_000)}/client/v1${"/x/..".repeat(2_000)}/users/999-15550100/status`,
    ]) {
      expect(find(matcher, target), target).toBe(lookup.id);
    }
  });

  it("takes HEAD for GET, and any other method for the endpoint of the same path", () => {
    const both = new GuardMatcher([guarded("/users/{id}"), guarded("/users/{id}", "POST"), guarded("/codes", "POST")]);
    expect(find(both, "/users/7", "HEAD")).toBe("GET api /users/{id}");
    expect(find(both, "/users/7", "POST")).toBe("POST api /users/{id}");
    // A method-override header would make any of these a GET behind us.
    for (const method of ["OPTIONS", "PUT", "get", "BREW"]) expect(find(both, "/users/7", method)).toBe("GET api /users/{id}");
    expect(find(both, "/codes", "PATCH")).toBe("POST api /codes");
  });

  it("judges HEAD and OPTIONS by the guard of the path when they were seen often enough for one of their own, unless theirs is the stricter", () => {
    const watched = (method: string): GuardedEndpoint => ({ ...guarded("/users/{id}", method), state: "watched" });
    const own = new GuardMatcher([watched("HEAD"), guarded("/users/{id}", "OPTIONS"), guarded("/users/{id}")]);
    for (const method of ["HEAD", "OPTIONS"]) expect(find(own, "/users/7", method), method).toBe("GET api /users/{id}");
    const posted = new GuardMatcher([watched("OPTIONS"), guarded("/users/{id}", "POST")]);
    expect(find(posted, "/users/7", "OPTIONS")).toBe("POST api /users/{id}");
    const stricter = new GuardMatcher([guarded("/users/{id}", "HEAD"), watched("GET")]);
    expect(find(stricter, "/users/7", "HEAD")).toBe("HEAD api /users/{id}");
    expect(find(new GuardMatcher([watched("HEAD")]), "/users/7", "OPTIONS")).toBe("HEAD api /users/{id}");
  });

  it("does not match what is another path", () => {
    for (const target of ["/client/v1/users/999-15550100", "/client/v1/users/status", "/client/v1/users/999-15550100/status/more", "/"]) {
      expect(find(matcher, target), target).toBeUndefined();
    }
    expect(find(matcher, "/client/v1/users/999-15550100/status", "GET", "other")).toBeUndefined();
  });

  it("takes a constant before a parameter, and comes back to the parameter when the constant leads nowhere", () => {
    const some = new GuardMatcher([guarded("/users/{id}"), guarded("/users/me"), guarded("/users/{id}/mail"), guarded("/users/me/settings")]);
    expect(find(some, "/users/me")).toBe("GET api /users/me");
    expect(find(some, "/users/you")).toBe("GET api /users/{id}");
    expect(find(some, "/users/me/mail")).toBe("GET api /users/{id}/mail");
  });

  it("takes the longer affixes first, and needs something between them", () => {
    const some = new GuardMatcher([guarded("/f/{name}"), guarded("/f/{name}.json"), guarded("/f/u-{name}.json"), guarded("/f/u-{name}")]);
    expect(find(some, "/f/u-7.json")).toBe("GET api /f/u-{name}.json");
    expect(find(some, "/f/7.json")).toBe("GET api /f/{name}.json");
    expect(find(some, "/f/u-7")).toBe("GET api /f/u-{name}");
    expect(find(some, "/f/u-")).toBe("GET api /f/{name}");
  });

  it("takes a rule for any host when the host has none of its own, also when the path of the host's own rule differs", () => {
    const some = new GuardMatcher([guarded("/users/{id}", "GET", "*"), guarded("/codes/{id}", "GET", "api")]);
    expect(find(some, "/users/7", "GET", "elsewhere")).toBe("GET * /users/{id}");
    expect(find(some, "/users/7", "GET", "api")).toBe("GET * /users/{id}");
  });

  it("gives up after 512 nodes instead of trying every way through templates that fan out", () => {
    // Each of the dead ends is a longer beginning of the segment asked, so all are tried first: root, dead ends, parameter and end are visited.
    const fan = (deadEnds: number): GuardMatcher =>
      new GuardMatcher([guarded("/{any}/end"), ...Array.from({ length: deadEnds }, (_, n) => guarded(`/${"a".repeat(n + 1)}{any}/dead`))]);
    const segments = ["a".repeat(600), "end"];
    expect(fan(visitsMax - 3).find("GET", "api", segments)?.template).toBe("/{any}/end");
    expect(fan(visitsMax - 2).find("GET", "api", segments)).toBeUndefined();
  });

  it("finds every template through a path made from it, whatever the others are", () => {
    const segment = fc.constantFrom("users", "me", "{id}", "{cc}-{phone}", "{id}.json", "v1");
    const template = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
    fc.assert(
      fc.property(fc.uniqueArray(template, { minLength: 1, maxLength: 12 }), (templates) => {
        const some = new GuardMatcher(templates.map((one) => guarded(one)));
        for (const one of templates) {
          const path = one.replaceAll("{cc}-{phone}", "999-1").replaceAll("{id}", "q7");
          expect(find(some, path)).toBeDefined();
        }
      }),
    );
  });
});
