import type { HashType } from "./ports.ts";

/** What a key's name says about its value: a secret that is masked, an identifier that is hashed by type, or nothing. */
export type KeyMeaning = "secret" | Extract<HashType, "phone" | "email" | "username"> | undefined;

/**
 * What a member, parameter or header of this name holds. Case, `-`, `_`, `.`, spaces and `[]` do not matter: `cardNumber`, `card_number` and
 * `Card-Number` are one key. A name that ends in one of the long secret words counts too (`new_password`, `csrfToken`).
 *
 * It misses names it does not know and names in other languages.
 */
export function meaningOfKey(key: string): KeyMeaning {
  if (key.length > keyCharactersMax) return undefined;
  // `user[pin]` and `user.pin` hold a pin: the whole name is asked first, then its last part.
  const last = key.replace(/\]$/, "");
  const part = last.slice(Math.max(last.lastIndexOf("["), last.lastIndexOf(".")) + 1);
  return meaningOfName(normalKey(key)) ?? (part === key ? undefined : meaningOfName(normalKey(part)));
}

function meaningOfName(name: string): KeyMeaning {
  if (secrets.has(name)) return "secret";
  for (const ending of secretEndings) if (name.endsWith(ending)) return "secret";
  const type = identifiers.get(name);
  if (type !== undefined) return type;
  for (const [ending, kind] of identifierEndings) if (name.endsWith(ending)) return kind;
  return undefined;
}

/** The form keys are compared in. */
function normalKey(key: string): string {
  let name = "";
  for (const c of key.toLowerCase()) if ((c >= "a" && c <= "z") || (c >= "0" && c <= "9") || c > "\u007f") name += c;
  return name;
}

/** No real key is longer; a longer one is data. */
export const keyCharactersMax = 256;

const secrets: ReadonlySet<string> = new Set(
  [
    "password pwd passwd pass passphrase passcode secret passwordconfirmation pin otp totp mfa mfacode otpcode smscode verificationcode recoverycode backupcode",
    "cc cardnumber card pan ccv cvv cvv2 cvc ssn socialsecuritynumber creditscore iban accountnumber",
    "apikey key token auth authorization jwt session sessionid sid cookie signature sig credential credentials privatekey assertion samlresponse",
  ].flatMap((line) => line.split(" ")),
);
const secretEndings = [
  "password",
  "passwd",
  "passphrase",
  "secret",
  "token",
  "apikey",
  "privatekey",
  "secretkey",
  "accesskey",
  "sessionid",
  "cardnumber",
  "otp",
  "creditscore",
  "passwordconfirmation",
];

const identifiers: ReadonlyMap<string, "phone" | "email" | "username"> = new Map([
  ["phone", "phone"],
  ["tel", "phone"],
  ["mobile", "phone"],
  ["msisdn", "phone"],
  ["cell", "phone"],
  ["email", "email"],
  ["mail", "email"],
  ["user", "username"],
  ["login", "username"],
  ["username", "username"],
  ["nickname", "username"],
  ["handle", "username"],
  ["remoteuser", "username"],
]);
const identifierEndings: readonly (readonly [string, "phone" | "email" | "username"])[] = [
  ["phonenumber", "phone"],
  ["mobilenumber", "phone"],
  ["phone", "phone"],
  ["phones", "phone"],
  ["telephone", "phone"],
  ["msisdn", "phone"],
  ["email", "email"],
  ["emails", "email"],
  ["emailaddress", "email"],
  ["username", "username"],
  ["usernames", "username"],
  ["loginname", "username"],
  ["screenname", "username"],
];
