import { expect, test } from "vitest";
import { annotated, auditDetail } from "./endpoint-patch.ts";

const purpose = { owner: "status page", until: "2027-01-01", reason: "everybody may see it" };

test("a patch changes what it names, keeps the rest, and takes back what it names as null", () => {
  const first = annotated(undefined, { owner: "identity", tags: ["pii"], retired: true, publicOnPurpose: purpose }, { at: 10, by: "ada" });
  expect(first).toEqual({ at: 10, by: "ada", owner: "identity", tags: ["pii"], retiredAt: 10, publicOnPurpose: purpose });
  expect(annotated(first, { owner: "payments", retired: true }, { at: 20, by: "bob" })).toEqual({ ...first, at: 20, by: "bob", owner: "payments" });
  expect(annotated(first, { owner: null, tags: null, retired: false, publicOnPurpose: null }, { at: 30, by: "bob" })).toEqual({ at: 30, by: "bob", retiredAt: null });
});

test("the audit log holds what was named, flat", () => {
  expect(auditDetail({ tags: ["a", "b"], publicOnPurpose: purpose })).toEqual({ tags: "a, b", publicOnPurpose: "status page, until 2027-01-01: everybody may see it" });
  expect(auditDetail({ owner: null, tags: null, retired: false, publicOnPurpose: null })).toEqual({ owner: null, tags: null, retired: false, publicOnPurpose: null });
});
