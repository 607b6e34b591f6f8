import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExchangeView, Json } from "../../exchange/view.ts";
import { carriesAll } from "../../exchange/exchange.ts";
import { isProofName, requestScalars, responseScalars, tokenLike } from "./scalars.ts";

function view(requestJson: Json | undefined, responseJson: Json | undefined): ExchangeView {
  return {
    exchange: { id: "e", at: 1, method: "GET", url: "/", client: { address: "" }, request: { headers: [] }, response: { status: 200, headers: [] }, carries: carriesAll },
    host: "",
    segments: [],
    query: [],
    form: [],
    requestJson,
    responseJson,
    credential: undefined,
    userAgent: "",
  };
}

describe("scalars", () => {
  it("takes ids from a request, and a proof as a sign only", () => {
    const { values, proof } = requestScalars(view({ request_id: "r-17", code: "123456", nested: { n: 4711 } }, undefined), ["999-15550100"]);
    expect(values).toEqual(["999-15550100", "r-17", "4711"]);
    expect(proof).toBe(true);
    expect(requestScalars(view({ code: "" }, undefined), []).proof).toBe(false);
  });

  it("takes no counts, flags or prose for ids", () => {
    expect(responseScalars(view(undefined, { ok: true, n: 3, f: 10.5, text: "two words", a: "x", id: 1000234 }))).toEqual(["1000234"]);
  });

  it("reads at most 32 values of a message, 256 places and six levels deep, however large it is", () => {
    const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 9 }) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(json, (body) => {
        expect(responseScalars(view(undefined, body)).length).toBeLessThanOrEqual(32);
      }),
    );
    expect(
      responseScalars(
        view(
          undefined,
          Array.from({ length: 1_000 }, (_, n) => `id-${n}`),
        ),
      ),
    ).toHaveLength(32);
    expect(responseScalars(view(undefined, [...Array.from({ length: 300 }, () => null), "late"]))).toEqual([]);
    expect(responseScalars(view(undefined, { a: { a: { a: { a: { a: { a: "six" } } } } } }))).toEqual(["six"]);
    expect(responseScalars(view(undefined, { a: { a: { a: { a: { a: { a: { a: "seven" } } } } } } }))).toEqual([]);
  });

  it("knows a secret from a word, a date and an id", () => {
    for (const secret of ["lkd_0f1e2d3c4b5a69788796a5b4", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "AbCdEfGhIjKlMnOpQrStUvWx"]) expect(tokenLike(secret)).toBe(true);
    for (const other of ["1000234", "User not found, try again", "2026-03-02T10:00:00", "a".repeat(30), "1".repeat(30), `a1${"x".repeat(5_000)}`])
      expect(tokenLike(other)).toBe(false);
  });

  it("knows the names of proofs in any spelling", () => {
    for (const name of ["password", "Verification_Code", "otp-code", "PIN"]) expect(isProofName(name)).toBe(true);
    for (const name of ["", "country_code", "zipcode", `${"x".repeat(60)}password`]) expect(isProofName(name)).toBe(false);
  });
});
