import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "../../exchange/exchange.ts";
import type { Ports } from "../../exchange/ports.ts";
import { viewOf } from "../../exchange/view-of.ts";
import { codesMax, readMax, voucherCodes } from "./voucher-tries.ts";

const ports: Ports = { hash: () => "0123456789abcdef", random: () => 7, decodeUtf8: (bytes) => new TextDecoder().decode(bytes) };

function codesOf(body: unknown): readonly string[] {
  const exchange: Exchange = {
    id: "x",
    at: 0,
    durationMs: 1,
    method: "POST",
    url: "https://shop.example/basket",
    client: { address: "10.0.0.1" },
    carries: carriesAll,
    request: { headers: [["Content-Type", "application/json"]], body: JSON.stringify(body) },
    response: { status: 200, headers: [], body: "" },
  };
  return voucherCodes(viewOf(exchange, ports), []);
}

test("codes are known by their names in several languages, and counts or dates of them are none", () => {
  for (const name of ["coupon", "giftCardCode", "aktionscode", "gutscheinNummer", "rechargePin"]) expect(codesOf({ [name]: "GS12AB34CD" })).toEqual(["GS12AB34CD"]);
  for (const name of ["couponCount", "gutscheinStatus", "pin", "voucher_date"]) expect(codesOf({ [name]: "GS12AB34CD" })).toEqual([]);
});

test("of one request so many codes are read and no more, however many it brings and however deep", () => {
  const many = Array.from({ length: codesMax + 50 }, (_, n) => `SAVE${1_000 + n}`);
  expect(codesOf({ coupons: many.slice(0, 3) })).toEqual(["SAVE1000", "SAVE1001", "SAVE1002"]);
  expect(codesOf({ coupons: many })).toHaveLength(codesMax);
  expect(codesOf({ a: { b: { c: { d: { e: { f: { coupon: "SAVE1000" } } } } } } })).toEqual([]);
});

test("padding hides no code up to the bound of what is read", () => {
  const padded = (many: number) => codesOf({ ...Object.fromEntries(Array.from({ length: many }, (_, n) => [`pad${n}`, "1"])), coupon: "SAVE1000" });
  expect([padded(readMax - 2), padded(readMax)]).toEqual([["SAVE1000"], []]);
});
