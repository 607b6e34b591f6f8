/**
 * What kind of data a field holds. Decided for a field from many of its values (`field-classes.ts`); one value alone is a suspicion unless it is a secret that
 * says so itself or the field's name agrees.
 */
export type DataClass =
  | "address"
  | "birth-date"
  | "card"
  | "email"
  | "free-text"
  | "geo"
  | "government-id"
  | "health"
  | "iban"
  | "ip"
  | "jwt"
  | "mac"
  | "name"
  | "passport"
  | "phone"
  | "secret";

/** Classes that say something about a person; `jwt` and `secret` are dangerous for another reason, `ip`, `mac` and `free-text` need not be about anybody. */
export const personalDataClasses: ReadonlySet<string> = new Set<DataClass>([
  "address",
  "birth-date",
  "card",
  "email",
  "geo",
  "government-id",
  "health",
  "iban",
  "name",
  "passport",
  "phone",
]);
