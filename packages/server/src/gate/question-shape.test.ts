import { describe, expect, it } from "vitest";
import { openedShapes, questionShape } from "./question-shape.ts";

const shape = (path: string, query = "", body = false): string =>
  questionShape(
    "GET",
    path.split("/").filter((one) => one !== ""),
    query,
    body,
  ).key;

describe("the shape of a question", () => {
  it.each([
    ["/subscribers/+447911123456", "/subscribers/+447911999999"],
    ["/users/999-4071552863/status", "/users/999-4071550001/status"],
    ["/api/v1/accounts/10001", "/api/v1/accounts/20002"],
    ["/accounts/anna.berg@mail.example", "/accounts/x@y.example"],
    ["/o/550e8400-e29b-41d4-a716-446655440000", "/o/123e4567-e89b-12d3-a456-426614174000"],
  ])("is that of another question to the same place: %s", (one, other) => {
    expect(shape(one)).toBe(shape(other));
  });

  it("counts values of the query by their kind and names as they are", () => {
    expect(shape("/check", "email=a%40b.example")).toBe(shape("/check", "email=zed%40q.example"));
    expect(shape("/check", "email=a%40b.example")).not.toBe(shape("/check", "mail=a%40b.example"));
    expect(shape("/check", "email=nobody")).not.toBe(shape("/check", "email=a%40b.example"));
  });

  it("tells words, methods, short and long numbers and bodies apart", () => {
    const shapes = [shape("/page/about"), shape("/page/imprint"), shape("/page/17"), shape("/page/4479111234567"), shape("/page/about", "", true), shape("/page/about", "a=1")];
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it("is fixed only where no value stands in it", () => {
    const fixed = (segments: readonly string[], query = "", body = false): boolean => questionShape("GET", segments, query, body).fixed;
    expect([fixed(["page", "about"]), fixed(["api", "v1", "terms"]), fixed([])]).toEqual([true, true, true]);
    expect([fixed(["page", "17"]), fixed(["page"], "q=a"), fixed(["lookup"], "", true)]).toEqual([false, false, false]);
  });

  it("says what names at one place have in common, the last words first", () => {
    expect(openedShapes(shape("/users/anna/status"))).toEqual(["GET/users/anna/*", "GET/users/*/status", "GET/*/anna/status"]);
    expect(openedShapes(shape("/users/anna", "full=1", true))).toEqual(["GET/users/*?full=# body", "GET/*/anna?full=# body"]);
    expect(openedShapes(shape("/subscribers/+447911123456"))).toEqual(["GET/*/~"]);
    expect(openedShapes(shape(""))).toEqual([]);
  });

  it("stays short whatever the query holds", () => {
    expect(shape("/check", Array.from({ length: 5_000 }, (_, n) => `${"n".repeat(200)}${n}=${"v".repeat(300)}`).join("&")).length).toBeLessThan(2_000);
  });
});
