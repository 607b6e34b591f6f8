import { PosternError } from "@postern/engine";
import { describe, expect, test } from "vitest";
import { findEndpoint, type NamedEndpoint } from "./find-endpoint.ts";

const endpoint = (id: string, method: string, path: string, change: Partial<NamedEndpoint> = {}): NamedEndpoint => ({
  id,
  ids: [id],
  method,
  host: "api.example.com",
  path,
  disclosures: 0,
  ...change,
});
const known = [
  endpoint("aaaa1111bbbb2222", "GET", "/client/v1/users/{cc}-{phone}/status", { disclosures: 40, ids: ["aaaa1111bbbb2222", "0ld0ld0ld"] }),
  endpoint("aaaa1111cccc3333", "GET", "/client/v1/devices/{uuid}"),
  endpoint("dddd4444eeee5555", "POST", "/client/v1/devices/{uuid}"),
  endpoint("ffff6666aaaa7777", "GET", "/orders/{id}", { host: "a.example.com" }),
  endpoint("ffff6666bbbb8888", "GET", "/orders/{id}", { host: "b.example.com" }),
];
const id = (text: string): string => findEndpoint(text, known).id;
const refusal = (text: string): PosternError => {
  try {
    findEndpoint(text, known);
  } catch (error) {
    if (error instanceof PosternError) return error;
  }
  throw new Error("found one");
};

describe("the endpoint a person means", () => {
  test.each([
    ["its id", "aaaa1111bbbb2222"],
    ["an id it had before its paths merged", "0ld0ld0ld"],
    ["a unique beginning of its id", "aaaa1111b"],
    ["method and path under other parameter names", "GET /client/v1/users/{a}-{b}/status"],
    ["one name for the whole segment", "get /Client/v1/users/{user}/status"],
    ["its path alone", "/client/v1/users/{any}/status"],
    ["with its host", "GET api.example.com/client/v1/users/{x}/status"],
    ["a unique beginning of its path", "GET /client/v1/users"],
  ])("is found by %s", (_, text) => {
    expect(id(text)).toBe("aaaa1111bbbb2222");
  });

  test("the method tells two of the same path apart", () => {
    expect([id("GET /client/v1/devices/{id}"), id("POST /client/v1/devices/{id}")]).toEqual(["aaaa1111cccc3333", "dddd4444eeee5555"]);
  });

  test("when several fit none is guessed: all are named", () => {
    for (const text of ["GET /orders/{x}", "aaaa1111"]) expect(refusal(text).code).toBe("USAGE");
    expect(refusal("GET /orders/{x}").message).toContain("b.example.com");
    expect(id("GET b.example.com/orders/{x}")).toBe("ffff6666bbbb8888");
  });

  test("when none fits, those that disclosed something are named, with how much", () => {
    const { code, message } = refusal("GET /nothing");
    expect(code).toBe("NOT_FOUND");
    expect(message).toContain("/client/v1/users/{cc}-{phone}/status  (40 disclosures)");
    expect(message).not.toContain("/devices/");
  });

  test("a text of any length is answered at once, and shown cut", () => {
    expect(refusal(`GET ${"/x".repeat(200_000)}`).message.length).toBeLessThan(1_000);
  });
});
