import type { SubjectRule } from "../decide/gate-policy.ts";
import { isPersonNoun } from "./segment-kind.ts";

/**
 * True when an identifier stands where a person is named: after `/users/…` or `/accounts/…` in the path, or under a name such as `customer_id`. The value
 * itself may be a number or a UUID that says nothing. `template` with its constants in clear.
 *
 * Misses: people under words of another language or of one trade (`/drivers/{id}`); a phone number or an e-mail address needs no such word.
 */
export function namesPerson(rules: readonly SubjectRule[], template: string): boolean {
  return rules.some((rule) => (rule.location.in === "path" ? isPersonNoun(ownerOf(rule.location.name, template)) : personName.test(leafOf(rule.location.name))));
}

/** True when what an identifier names is usually one customer's own: an order, an invoice, a message. */
export function namesPrivateThing(rules: readonly SubjectRule[], template: string): boolean {
  return rules.some((rule) => (rule.location.in === "path" ? privateNouns.has(ownerOf(rule.location.name, template).toLowerCase()) : privateName.test(leafOf(rule.location.name))));
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

const personName = /^(?:user|account|customer|member|patient|employee|subscriber|student|player|person|client|profile|contact)s?[_-]?(?:id|number|no|uuid|guid|ref)s?$/i;
const privateName =
  /^(?:order|invoice|payment|transaction|booking|reservation|ticket|message|document|claim|policy|card|wallet|device|cart|shipment)s?[_-]?(?:id|number|no|uuid|guid|ref)s?$/i;
const privateNouns: ReadonlySet<string> = new Set(
  (
    "orders invoices payments transactions transfers bookings reservations tickets messages conversations documents statements claims prescriptions records " +
    "cards wallets devices sessions carts addresses shipments contracts policies subscriptions receipts refunds appointments applications loans"
  ).split(" "),
);
