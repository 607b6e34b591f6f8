import { leafOfField } from "../exchange/field-index.ts";
import { rememberText } from "../exchange/remember-text.ts";
import { fieldHints } from "./field-hints.ts";
import { isPersonNumber } from "./names-person.ts";

/** Whether a parameter may be the country of a number beside it, by its key (see `Parameters`): not where its name speaks of something else. */
export function mayBeCountry(key: string): boolean {
  return !named(key).thing;
}

/** The same of a number. */
export function mayBeNational(key: string): boolean {
  return !named(key).otherwise;
}

/** Whether the name says that it is a country. */
export function speaksOfCountry(key: string): boolean {
  return named(key).country;
}

/** Whether the name says that it is a number of a telephone. */
export function saysPhone(key: string): boolean {
  return named(key).phone;
}

/** Whether a path, with its constants in clear, asks for what has numbers of its own: orders, parcels, tickets. */
export function asksForThings(template: string): boolean {
  return things.test(template);
}

/** What a parameter's name says, by its key. */
const named = rememberText((key) => {
  const path = key.slice(2).split(".");
  const leaf = leafOfField(key.slice(2)).toLowerCase();
  const hints = fieldHints(path);
  const thing = hints.otherwise || hints.thing || counted.test(leaf);
  const { government, card, iban, postcode, birth, passport, geo, ip, checked, version } = hints;
  return {
    thing,
    phone: hints.phone,
    country: countryWords.test(leaf),
    otherwise:
      !hints.phone &&
      (thing || government || card || iban || postcode || birth || passport || geo !== "none" || ip || checked || version || numbered.test(leaf) || isPersonNumber(leaf)),
  };
}, 4_096);

const countryWords = /country|nation|dial|calling|prefix|vorwahl|indicatif|prefijo|^(?:cc|code|phone_?code|area|region|land|pais|pays|intl|idd|isd)$/;
/** Numbers of somebody or something that a service gave them. */
const numbered = /id$|account|customer|member|client|policy|employee|date|day$/;
const counted = /^(?:limit|offset|page|per_?page|skip|take|top|step|days?|hours?|level|sort|format|lang|locale|language|channel|type|kind|status|state|v|version|max|min)$/;
/** What people ask about by a number of its own. */
const things =
  /[/_-](?:order|parcel|package|shipment|track|tracking|invoice|ticket|booking|reservation|transaction|payment|flight|waybill|consignment|delivery|voucher|contract|claim|meter|vehicle|product|item)s?(?=[/_-]|$)/i;
