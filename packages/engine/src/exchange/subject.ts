import type { DarkRange } from "./dark-range.ts";

/**
 * The person or thing a request asks about. Kept only as a keyed hash of its normal form.
 *
 * Normal forms: `phone` E.164 with `+` (`+999 155 501 00` and `999-15550100` are both `+99915550100`); `email`
 * trimmed, domain lower-cased, local part lower-cased; `username` trimmed and lower-cased (an IBAN counts as one, without blanks); ids as they are, trimmed, with hex
 * and UUID lower-cased.
 */
export interface Subject {
  readonly type: SubjectType;
  /** 16 lower-case hex digits, see {@link Ports.hash}. */
  readonly hash: string;
  /** Where in the request it stood. */
  readonly location: ParameterLocation;
  /** The range in which nobody can be registered, when it lies in one. */
  readonly dark?: DarkRange;
}

export type SubjectType = "phone" | "email" | "username" | "integer" | "uuid" | "opaque";

/** Types that name a person by themselves; built-in budgets start from these. */
export const naturalKeyTypes: readonly SubjectType[] = ["phone", "email", "username"];

/**
 * Where a parameter stands. `name` is: the template's parameter name(s) for `path` (compound segment `{cc}-{phone}`
 * is one parameter named `cc-phone`), the key for `query`/`header`/`cookie`/`form`, the path with `[]` for arrays for
 * `json` (`user.phones[]`).
 */
export interface ParameterLocation {
  readonly in: "path" | "query" | "header" | "cookie" | "form" | "json";
  readonly name: string;
}
