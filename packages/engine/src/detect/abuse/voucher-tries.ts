import { wordsOf } from "../../inventory/field-hints.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import type { Json } from "../../exchange/view.ts";
import type { RequestView } from "../../exchange/view-of.ts";
import type { ResponseClass } from "../../understood.ts";
import { labelOf, plainOutcome, type TryOutcome } from "../kinds/outcome.ts";

/**
 * The codes of coupons, vouchers and gift cards that a request tries, in clear, for one call only; at most {@link codesMax}. A field is one by its own name (`coupon`, `giftCardCode`), or by a plain
 * name (`code`, `number`, `pin`) under a path or an object whose name says so (`/vouchers/redeem`, `/gift-cards/{number}`); a number and its PIN are one code.
 *
 * Misses: codes under names that say nothing (`/x`, `{"k": …}`), names in other scripts, headers; codes behind {@link readMax} other values of a JSON body.
 */
export function voucherCodes(view: RequestView, pathValues: readonly string[]): readonly string[] {
  const path = view.segments.findIndex((segment) => /^[a-z_-]{3,40}$/i.test(segment) && namesVoucher(segment));
  if (path < 0 && view.query.length === 0 && view.form.length === 0 && view.requestJson === undefined) return none;
  const named: string[] = [];
  const plain: string[] = [];
  const take = (name: string, value: string, under: boolean): void => {
    if (!isCode(value)) return;
    const says = saysOf(name.slice(0, namesMax));
    if (says === "voucher") named.push(value);
    else if (says === "plain" && under && plain.length < partsMax) plain.push(value);
  };
  for (const [name, value] of view.query) take(name, value, path >= 0);
  for (const [name, value] of view.form) take(name, value, path >= 0);
  if (view.requestJson !== undefined) walk(view.requestJson, "", path >= 0, 0, { left: readMax }, take);
  if (named.length > 0) return [...new Set(named.map(normal))].slice(0, codesMax);
  if (plain.length > 0) return [plain.map(normal).join("\n")];
  const after = path < 0 ? undefined : view.segments[path + 1];
  return after !== undefined && pathValues.includes(after) && isCode(after) ? [normal(after)] : none;
}

/** How the service took it: by status and flags, `valid` and its like among them. 401 and 403 are about the caller, 405 and 411 to 415 about the form. */
export function voucherOutcome(responseClass: ResponseClass, answer: Json | undefined): TryOutcome {
  const { status } = responseClass;
  if (status === 401 || status === 403 || status === 405 || status === 407 || (status >= 411 && status <= 415)) return "none";
  const plain = plainOutcome(labelOf(responseClass));
  if (plain === "none" || plain === "refused") return plain;
  if (plain === "missing") return "refused";
  const flag = validOf(answer, 0);
  return flag === false ? "refused" : status < 300 ? "accepted" : "unclear";
}

function validOf(json: Json | undefined, depth: number): boolean | undefined {
  if (json === undefined || json === null || typeof json !== "object" || Array.isArray(json)) return undefined;
  let read = 0;
  for (const [name, value] of Object.entries(json)) {
    if (++read > walkMax) break;
    if (typeof value === "boolean" && validWords.has(name.toLowerCase().replaceAll("_", ""))) return value;
    const inner = depth < 1 ? validOf(value, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function walk(json: Json, name: string, under: boolean, depth: number, budget: { left: number }, take: (name: string, value: string, under: boolean) => void): void {
  if (depth > depthMax || json === null || budget.left-- <= 0) return;
  if (typeof json === "string") take(name, json, under);
  else if (typeof json === "number") take(name, String(json), under);
  else if (Array.isArray(json)) {
    for (const item of (json as readonly Json[]).slice(0, codesMax)) walk(item, name, under, depth + 1, budget, take);
  } else if (typeof json === "object") {
    const inside = under || namesVoucher(name);
    for (const [key, value] of Object.entries(json)) {
      if (budget.left <= 0) return;
      walk(value, key, inside, depth + 1, budget, take);
    }
  }
}

function isCode(value: string): boolean {
  return value.length >= 3 && value.length <= 64 && /^[\w -]+$/.test(value);
}

/** As shops read them: spaces, dashes and case make no other code. */
function normal(value: string): string {
  return value.replaceAll(/[\s_-]/g, "").toUpperCase();
}

function namesVoucher(name: string): boolean {
  return saysOf(name.slice(0, namesMax)) === "voucher";
}

/** Names are few and come again. */
const saysOf = rememberText((name): "voucher" | "plain" | "other" => {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (otherEnds.has(last)) return "other";
  const pairs = words.map((word, n) => `${word}${words[n + 1] ?? ""}`);
  if (voucherWords.has(words.join("")) || words.some((word) => voucherWords.has(word)) || pairs.some((pair) => voucherWords.has(pair))) return "voucher";
  return plainWords.has(last) ? "plain" : "other";
}, 4_096);

const voucherWords: ReadonlySet<string> = new Set(
  (
    "coupon coupons couponcode couponcodes voucher vouchers vouchercode vouchercodes giftcard giftcards giftcode giftcodes giftvoucher promocode promocodes promotioncode discountcode redeemcode redemptioncode " +
    "gutschein gutscheine gutscheincode gutscheinnummer rabattcode aktionscode aktioncode werbecode guthabencode guthabenkarte aufladecode geschenkkarte geschenkcode bonuscode bonuscodes " +
    "referral referrals referralcode referralcodes refcode refercode invite invites invitecode invitecodes invitation invitations invitationcode empfehlungscode einladungscode werbercode parrainage codeparrainage " +
    "topupcode topupvoucher rechargecode rechargepin rechargecard scratchcard prepaidcode couponnummer kuponcode rabattkode cupon cupones cuponcode cupom cupons codepromo buono buoni kortingscode kortingsbon cadeaubon cartecadeau rabattkod kupon kupong"
  ).split(" "),
);
const plainWords: ReadonlySet<string> = new Set("code codes number no pin key value serial card id".split(" "));
/** `couponCount`, `voucher_type` are no codes. */
const otherEnds: ReadonlySet<string> = new Set("count total amount type kind name status enabled limit price currency date at description title email phone balance".split(" "));
const validWords: ReadonlySet<string> = new Set("valid isvalid applied accepted redeemable redeemed eligible applicable success ok found".split(" "));
const none: readonly string[] = [];
/** Codes read of one request, parts of one code, values read of an answer, levels, characters of a name. */
export const codesMax = 64;
const partsMax = 4;
const walkMax = 128;
/** Values read of a request's JSON: three milliseconds where every name is new. An honest basket has some dozens. */
export const readMax = 1_024;
const depthMax = 5;
const namesMax = 64;
