import { isPlainWords } from "../exchange/plain-words.ts";

/**
 * Says at first sight that a path segment is a value, by its shape alone; undefined when it may as well be a constant.
 *
 * `pattern` is how the segment is written in a template: `{}` for one value, `{cc}-{phone}`, `{base}...{head}`, `{}.json`
 * where the segment is compound. Constants that merely hold digits stay constants: `v1`, `2fa`, `oauth2`, a date as the
 * first segment (an API version). Misses: short codes, slugs and words; those need siblings to tell.
 */
export function segmentPattern(segment: string, depth: number): string | undefined {
  const length = segment.length;
  if (length === 0) return undefined;
  const first = segment.charCodeAt(0);
  let digits = 0;
  let hex = 0;
  let upper = 0;
  let lower = 0;
  let other = 0;
  for (let i = 0; i < length; i++) {
    const code = segment.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if (code >= 97 && code <= 122) {
      lower++;
      if (code <= 102) hex++;
    } else if (code >= 65 && code <= 90) {
      upper++;
      if (code <= 70) hex++;
    } else other++;
  }
  if (digits === length) return "{}";
  if (other === 0) return ofWord(segment, digits, digits + hex, upper, lower);
  if (digits === 0 && !segment.includes("@") && !segment.includes("...")) return undefined;
  if (segment.includes("@")) return /^[^@\s/]{1,64}@[^@\s/]{1,190}\.[a-z]{2,24}$/i.test(segment) ? "{}" : undefined;
  if (first === plus && /^\+[\d ().-]{7,24}$/.test(segment)) return "{}";
  if (/^\d{1,3}-\d{4,14}$/.test(segment)) return "{cc}-{phone}";
  if (isDateLike(segment)) return depth === 0 ? undefined : "{}";
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(segment)) return "{}";
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(segment) || (segment.includes(":") && /^[0-9a-f:]{4,39}$/i.test(segment))) return "{}";
  const compare = segment.indexOf("...");
  if (compare > 0 && compare < length - 3) return "{base}...{head}";
  return withExtension(segment, depth) ?? ofSeparated(segment, digits, digits + hex, upper, lower, length);
}

/** True for a date as interfaces are versioned by, at the start of a path: `2010-04-01`. */
export function isDatedVersion(label: string): boolean {
  return /^20\d\d-\d\d-\d\d$/.test(label);
}

/** True for words that name an action or the caller, not a value: they stay constants beside a parameter. */
export function isReservedWord(lowerSegment: string): boolean {
  return reservedWords.has(lowerSegment) || (lowerSegment.charCodeAt(0) === letterV && /^v\d{1,3}(\.\d{1,3})?$/.test(lowerSegment));
}

const letterV = 118;

/** True for words that mean the caller or everything, whatever stands below them: never a value. */
export function isSelfWord(lowerSegment: string): boolean {
  return selfWords.has(lowerSegment);
}

const selfWords: ReadonlySet<string> = new Set("me self current mine all".split(" "));

/**
 * True for text as constants have it: words of interfaces, a plural noun (`stargazers`), words joined by underscores or written in `camelCase`; with or
 * without the ending of a format. Of GitHub's 227 constants 87 % are, of names and slugs about one in eight; so it says much of a set of siblings and
 * little of one.
 */
export function isConstantLike(label: string): boolean {
  if (isPlainWords(label)) return true;
  const dot = label.lastIndexOf(".");
  const stem = dot > 0 && formats.has(label.slice(dot + 1).toLowerCase()) ? label.slice(0, dot) : label;
  if (stem !== label && isPlainWords(stem)) return true;
  if (/^[A-Za-z]{2,64}$/.test(stem) && /[a-z][A-Z]/.test(stem)) return true;
  return /^[a-z]{2,}(?:[_-][a-z]{2,}){0,8}$/.test(stem) && (stem.includes("_") || isPluralNoun(stem));
}

const formats: ReadonlySet<string> = new Set(["json", "xml", "csv", "do", "action", "php", "asp", "aspx", "jsp", "cgi"]);

/** True for a word with a plural's ending: `stargazers`, and not `status` or `address`. */
export function isPluralNoun(label: string): boolean {
  return /[a-z]{2}s$/i.test(label) && !/(?:ss|us|is)$/i.test(label);
}

/** True for text that is rather a value than a constant: a number within a slug, a version, the name of a data file. `v2`, `oauth2` and `login.do` are not. */
export function isValueLike(label: string): boolean {
  if (/^[^.]{1,80}\.(?:html?|txt|md|pdf|png|jpe?g|gif|svg|webp|ico|ya?ml|js|css|map|woff2?|ttf|mp[34]|zip|gz)$/i.test(label)) return true;
  return /\d/.test(label) && !isPlainWords(label);
}

/** True for words joined by hyphens or underscores, as names of things are written in paths: `warm-bed`, `deploy_key`. */
export function isSlug(label: string): boolean {
  // Most words have neither, and every word that is a value is looked at.
  return (label.includes("-") || label.includes("_")) && /^[a-z0-9]{1,64}(?:[-_][a-z0-9]{1,64}){1,15}$/i.test(label);
}

/** True for a slug with a word for an action or the caller in it: `bulk-import`, `top-rated`. */
export function hasReservedWord(label: string): boolean {
  return label
    .toLowerCase()
    .split(/[-_]/)
    .some((part) => isReservedWord(part));
}

/** True for a constant after which a person is named: `/users/…`, `/by-email/…`. */
export function isPersonNoun(label: string): boolean {
  return personNouns.has(label.toLowerCase());
}

const personNouns: ReadonlySet<string> = new Set(
  (
    "users accounts members customers profiles people persons contacts subscribers patients employees players students followers friends " +
    "username usernames emails by-email by-phone by-username phones phone-numbers phonenumbers msisdn"
  ).split(" "),
);

const plus = 43;

/** Only letters and digits. Hex and mixed tokens are values; `users2` and `oauth2` are not. */
function ofWord(segment: string, digits: number, hexDigits: number, upper: number, lower: number): string | undefined {
  const length = segment.length;
  if (digits === 0) return undefined;
  if (hexDigits === length && length >= 16 && digits >= 2) return "{}";
  if (length === 26 && lower === 0 && /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(segment)) return "{}";
  if (length >= 18 && digits >= 3) return "{}";
  return length >= 12 && digits >= 2 && upper >= 2 && lower >= 2 ? "{}" : undefined;
}

/** A token with separators: base64url, `usr_8f3k2…`, a JWT. A slug of words with a number is not one. */
function ofSeparated(segment: string, digits: number, hexDigits: number, upper: number, lower: number, length: number): string | undefined {
  if (length < 16) return undefined;
  const cut = Math.max(segment.lastIndexOf("_"), segment.lastIndexOf("-"));
  const tail = segment.slice(cut + 1);
  if (cut > 0 && cut <= 12 && tail.length >= 12 && /^[A-Za-z0-9]+$/.test(tail) && /\d.*\d/.test(tail)) return "{}";
  if (hexDigits >= length - 2 && digits >= 4) return "{}";
  return length >= 20 && digits >= 3 && upper >= 3 && lower >= 3 && /^[A-Za-z0-9_=+.~-]+$/.test(segment) ? "{}" : undefined;
}

function isDateLike(segment: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T[\d:.]{4,15}(Z|[+-]\d{2}:?\d{2})?)?$/.test(segment);
}

/** `123.json` is a value with a constant ending; `report.json` may be a file. */
function withExtension(segment: string, depth: number): string | undefined {
  const match = /^([^.]{1,200})\.(json|xml|csv|html|txt|pdf|png|jpg|yaml)$/i.exec(segment);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return segmentPattern(match[1], depth) === "{}" ? `{}.${match[2].toLowerCase()}` : undefined;
}

const reservedWords: ReadonlySet<string> = new Set(
  (
    "me self current all new edit search find lookup count stats status health healthz ping info version config settings login logout signin signup " +
    "register verify confirm reset refresh token authorize callback export import upload download batch bulk latest public private starred archived recent top " +
    "active default profile graphql rpc admin internal metrics list create update delete validate preview check exists available"
  ).split(" "),
);
