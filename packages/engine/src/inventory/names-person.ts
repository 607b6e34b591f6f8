import type { SubjectRule } from "../decide/gate-policy.ts";
import { governmentIds, governmentIdWords } from "./government-ids.ts";
import { isPersonNoun } from "./segment-kind.ts";

/**
 * True when an identifier stands where a person is named: after `/users/…` or `/accounts/…` in the path, or under a name such as `customer_id` or `phone_hash`. The value
 * itself may be a number or a UUID that says nothing. `template` with its constants in clear.
 *
 * Misses: people under words of another language or of one trade (`/stylists/{id}`); a phone number or an e-mail address needs no such word.
 */
export function namesPerson(rules: readonly SubjectRule[], template: string): boolean {
  return rules.some(({ location, type }) =>
    isOwned(location)
      ? isPersonNoun(ownerOf(location.name, template)) || byTrade.has(ownerOf(location.name, template).toLowerCase())
      : isPersonNumber(leafOf(location.name)) || (type === "opaque" && (isPersonNoun(leafOf(location.name).replace("[]", "")) || personDigest.test(leafOf(location.name)))),
  );
}

/**
 * True for the name of a number that is one person's: `memberNumber`, `customer_no`, `patientRef`, `ssn`, `passportNumber`, `matrikelnummer`. At most 64 characters
 * are read.
 *
 * Misses: trades and languages that have other words for it.
 */
export function isPersonNumber(leaf: string): boolean {
  const words = leaf
    .slice(0, 64)
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  const name = words.join("");
  return personNumber.test(name) || compound.test(name) || official.has(name);
}

/** True when what an identifier names is usually one customer's own: an order, an invoice, a message. */
export function namesPrivateThing(rules: readonly SubjectRule[], template: string): boolean {
  return rules.some(({ location }) => (isOwned(location) ? privateNouns.has(ownerOf(location.name, template).toLowerCase()) : privateName.test(leafOf(location.name))));
}

/** The word before it in the path says what it is; what stands coded inside a segment has a name of its own. */
function isOwned({ in: place, name }: SubjectRule["location"]): boolean {
  return place === "path" && !name.includes(".");
}

/** The constant before the path parameter of this name. */
function ownerOf(name: string, template: string): string {
  const segments = template.split("/");
  for (let index = segments.length - 1; index > 0; index--) {
    const segment = segments[index] ?? "";
    if (!segment.includes("{")) continue;
    if (
      segment
        .slice(segment.indexOf("{") + 1, segment.lastIndexOf("}"))
        .split(/\}[^{]{0,100}\{/)
        .join("-") === name
    )
      return segments[index - 1] ?? "";
  }
  return "";
}

function leafOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).slice(0, 64);
}

const byTrade: ReadonlySet<string> = new Set(
  "staff drivers riders passengers teachers lecturers professors doctors tenants residents citizens donors pupils alumni policyholders cardholders guests attendees".split(" "),
);
/** What a client made of somebody's number or address before it asked. */
const personDigest =
  /(?:phone|mobile|msisdn|mail|user|account|customer|member|contact|person)s?[_-]?(?:hash|hashed|digest|sha_?\d{1,3}|md5)(?:es|s)?$|^(?:hash|hashed|sha_?\d{1,3}|md5)[_-]?(?:of[_-]?)?(?:phone|mobile|msisdn|mail|email|user|account|contact)s?/i;
const personNumber =
  /^(?:user|account|customer|member|membership|patient|employee|personnel|staff|subscriber|student|pupil|player|person|client|profile|contact|policyholder|insured|insurance|driver|rider|passenger|guest|tenant|resident|citizen|taxpayer|voter|donor|beneficiary|cardholder|loyalty|frequentflyer|badge)s?(?:id|number|num|no|nr|uuid|guid|ref|reference)s?$/;
const compound = /^(?:kunden|mitglieds?|mitglieder|patienten|versicherten|versicherungs|personal|matrikel|vertrags|teilnehmer)(?:nummer|nr|id)$/;
/** Words of states for people's numbers that are more often something else: a run, a booking, an end. */
const doubtful: ReadonlySet<string> = new Set("run rut rc cf fin said pan pnr nie nir cnp egn afm oib tin inn nif documentnumber documento".split(" "));
/** Numbers that states give people. */
const official: ReadonlySet<string> = new Set(
  [...governmentIdWords, ...governmentIds.flatMap(({ words }) => words), "passport", "passportnumber", "passportno", "mrn", "kvnr"].filter((word) => !doubtful.has(word)),
);
const privateName =
  /^(?:order|invoice|payment|transaction|booking|reservation|ticket|message|document|claim|policy|card|wallet|device|cart|shipment)s?[_-]?(?:id|number|no|uuid|guid|ref)s?$/i;
const privateNouns: ReadonlySet<string> = new Set(
  (
    "orders invoices payments transactions transfers bookings reservations tickets messages conversations documents statements claims prescriptions records " +
    "cards wallets devices sessions carts addresses shipments contracts policies subscriptions receipts refunds appointments applications loans"
  ).split(" "),
);
