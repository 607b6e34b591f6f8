import { describe, expect, it } from "vitest";
import { codedCharactersMax, codedDepthMax, codedValue } from "./coded-value.ts";
import { seededRandom } from "../testing/seeded-random.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const times = (count: number, text: string): string => (count === 0 ? text : times(count - 1, base64(text)));

describe("a value with something coded inside", () => {
  it.each<[string, string, string]>([
    ["base64 of a number", base64("+447700900123"), "+447700900123"],
    ["base64 of bare digits", base64("447700900123"), "447700900123"],
    ["base64url without padding", Buffer.from("anna@mail.example").toString("base64url"), "anna@mail.example"],
    ["base64 whose plus became a blank in a query", base64("k~~o@mail.example").replaceAll("+", " "), "k~~o@mail.example"],
    ["base64 with a line break", `${base64("anna.long.name@mail.example").slice(0, 20)}\r\n${base64("anna.long.name@mail.example").slice(20)}`, "anna.long.name@mail.example"],
    ["several in base64", base64("anna@mail.example,bert@mail.example"), "anna@mail.example,bert@mail.example"],
    ["percent-encoding once more", "anna%40mail.example", "anna@mail.example"],
    ["base64 of percent-encoding", base64("%2B447700900123"), "+447700900123"],
  ])("%s gives the text", (_, coded, text) => {
    expect(codedValue(coded)).toEqual({ kind: "text", text });
  });

  it.each<[string, string, object]>([
    ["JSON", ' {"a":[1]}', { a: [1] }],
    ["a list", '["x"]', ["x"]],
    ["JSON in base64", base64('{"phone":"+44","n":"Zoë"}'), { phone: "+44", n: "Zoë" }],
    ["JSON percent-encoded once more", encodeURIComponent('{"a":1}'), { a: 1 }],
    ["a token nobody signed", `${base64('{"alg":"none"}')}.${Buffer.from('{"sub":"7"}').toString("base64url")}.`, { sub: "7" }],
    ["a global id", base64("User:123"), { UserId: "123" }],
  ])("%s gives the tree", (_, coded, tree) => {
    expect(codedValue(coded)).toMatchObject({ kind: "tree", tree });
  });

  it("says of a token whether somebody signed it", () => {
    const signed = `${base64('{"alg":"HS256"}')}.${Buffer.from('{"sub":"7"}').toString("base64url")}.${"x".repeat(43)}`;
    expect(codedValue(signed)).toMatchObject({ signed: true });
  });

  it("takes no more than two codings apart, and nothing that is longer than its bound", () => {
    expect(codedValue(times(codedDepthMax, "+447700900123"))).toEqual({ kind: "text", text: "+447700900123" });
    expect(codedValue(times(codedDepthMax + 1, "+447700900123"))).toBeUndefined();
    const long = (length: number): string => `{"a":"${"x".repeat(length - 8)}"}`;
    expect(codedValue(long(codedCharactersMax))).toMatchObject({ kind: "tree" });
    expect(codedValue(long(codedCharactersMax + 1))).toEqual({ kind: "tooMuch" });
  });

  it("leaves alone what is what it looks like", () => {
    for (const text of ["", "en", "anna", "Anna", "anna@mail.example", "+447700900123", "page=2", "{not json", "100%", "100%25", "VXNlcg==", "Aladdin", "AAAAAAAAAAAA", "User:123"])
      expect(codedValue(text), text).toBeUndefined();
    for (const secret of [base64("Anna:hunter2"), base64("anna:12345"), base64("just a text")]) expect(codedValue(secret)).toBeUndefined();
  });

  it("finds nothing in values drawn at random, and never throws", () => {
    const random = seededRandom(5);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=%.{}[]" \u00e4\ud83d';
    const texts = (letters: number): string[] =>
      Array.from({ length: 10_000 }, () => Array.from({ length: 8 + Math.floor(random() * 40) }, () => alphabet[Math.floor(random() * letters)]).join(""));
    expect(texts(64).filter((text) => codedValue(text) !== undefined)).toEqual([]);
    expect(texts(alphabet.length).filter((text) => codedValue(text)?.kind === "tooMuch")).toEqual([]);
  });
});
