import { normalForm } from "@postern/engine";
import { describe, expect, test } from "vitest";
import { typeOfIdentifier } from "../config/canary-lists.ts";
import { madeKinds, madeMax, neverRegistered } from "./never-registered.ts";

describe("identifiers that nobody can have registered", () => {
  test.each(madeKinds)("%s: all different, the same for the same seed, others for another", (kind) => {
    const made = neverRegistered(kind, 200, "a");
    expect(new Set(made.map((one) => normalForm(kind, one))).size).toBe(200);
    expect(neverRegistered(kind, 200, "a")).toEqual(made);
    expect(neverRegistered(kind, 200, "b")).not.toEqual(made);
  });

  test("telephone numbers are in ranges kept for fiction, mail in RFC 2606's domains, UUIDs are of version 4", () => {
    for (const phone of neverRegistered("phone", madeMax, "s")) {
      expect(phone).toMatch(/^(?:\+1[2-9]\d\d555(?:01)\d\d|\+44(?:2079460|1\d\d4960|1914980|7700900)\d{3})$/);
      expect(typeOfIdentifier(phone)).toBe("phone");
    }
    for (const mail of neverRegistered("email", 100, "s")) expect(mail).toMatch(/^[a-z]+\.[0-9a-f]{10}@example\.(?:com|net|org)$/);
    for (const uuid of neverRegistered("uuid", 100, "s")) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("more than its bound is refused", () => {
    expect(() => neverRegistered("email", madeMax + 1, "s")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});
