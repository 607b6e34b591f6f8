import { expect, it } from "vitest";
import { leafOfField, withoutIndexes } from "./field-index.ts";

it("drops indexes of lists and keeps names in brackets", () => {
  expect(["phone[]", "phone[3]", "guests[0][mail][]", "user[email]", "plain"].map(withoutIndexes)).toEqual(["phone", "phone", "guests[mail]", "user[email]", "plain"]);
});
it("finds the last part of a name", () => {
  expect(["user.email", "user[Email]", "users[].email", "email[]", "email"].map(leafOfField)).toEqual(Array.from({ length: 5 }, () => "email"));
});
