import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { digitsOf, isIban, luhn } from "./checksums.ts";
import type { FieldHints } from "./field-hints.ts";
import { isFirstName } from "./first-names.ts";
import { governmentIdCharactersMax, governmentIds } from "./government-ids.ts";
import { looksRandom, secretShapeOf } from "./secret-shapes.ts";

/** What one value looks like, as votes: a field's class is decided from many (`field-classes.ts`). */
export const voteNames = [
  "jwt",
  "vendor-key",
  "private-key",
  "url-credentials",
  "random",
  "email",
  "phone-plus",
  "phone-plan",
  "phone-grouped",
  "phone-shape",
  "card",
  "card-grouped",
  "iban",
  "ipv4",
  "ipv4-high",
  "ipv6",
  "mac",
  "geo-pair",
  "geo-fine",
  "degrees",
  "degrees-fine",
  "date",
  "name",
  "group",
  "first-name",
  "two-names",
  "street",
  "address",
  "postcode",
  "passport",
  "mrz",
  "icd",
  "words",
  "text",
  "year-first",
  "secret-like",
] as const;
export type VoteName = (typeof voteNames)[number];

/**
 * Casts the votes of one value. Linear; a value longer than {@link charactersMax} is read as free text, or for the secrets it may be. The number plan
 * (20 µs) is asked only when `plan` says so. `scheme` gets the index of each government id whose checks hold.
 */
export function castVotes(value: string, hints: FieldHints, plan: boolean, vote: (name: VoteName) => void, scheme: (index: number) => void): void {
  const secret = secretShapeOf(value);
  if (secret !== undefined) {
    vote(secret);
    return;
  }
  if (value.length > charactersMax) {
    if (isText(value.slice(0, charactersMax))) vote("text");
    return;
  }
  const kinds = kindsOf(value);
  if (hints.secret || hints.token) {
    if (looksRandom(value)) vote("random");
    if (value.length >= 4 && value.length <= 256 && !value.includes(" ") && (kinds.letters > 0 || hints.password)) vote("secret-like");
  }
  if (kinds.ats === 1 && isEmail(value)) {
    vote("email");
    return;
  }
  if (kinds.digits >= 4) numbers(value, kinds, hints, plan, vote, scheme);
  if (kinds.digits === 0 || kinds.letters >= 2) words(value, kinds, hints, vote);
  if (hints.health && /^[A-Za-z]\d[0-9A-Za-z](\.[0-9A-Za-z]{1,4})?$/.test(value)) vote("icd");
  if (hints.health && /^(A|B|AB|0|O)(Rh)? ?([+-]|pos|neg|positive|negative)$/i.test(value)) vote("words");
  if (hints.birth && isBirthDate(value, kinds)) vote("date");
  if (hints.postcode && value.length >= 3 && value.length <= 12 && kinds.digits >= 2 && /^[A-Za-z0-9][A-Za-z0-9 -]{1,10}[A-Za-z0-9]$/.test(value)) vote("postcode");
}

/** Longer values hold text or a blob, and no number of anybody. */
export const charactersMax = 512;

/** Digits, letters and what else a value is made of. */
interface Kinds {
  readonly digits: number;
  readonly letters: number;
  readonly spaces: number;
  readonly dots: number;
  readonly colons: number;
  readonly hyphens: number;
  readonly ats: number;
  /** Characters that are none of these, nor `(`, `)`, `+`, `/`. */
  readonly others: number;
}

function kindsOf(value: string): Kinds {
  let [digits, letters, spaces, dots, colons, hyphens, ats, others] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
    else if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 0xbf) letters++;
    else if (code === 32 || code === 0xa0) spaces++;
    else if (code === 46) dots++;
    else if (code === 58) colons++;
    else if (code === 45) hyphens++;
    else if (code === 64) ats++;
    else if (code !== 40 && code !== 41 && code !== 43 && code !== 47) others++;
  }
  return { digits, letters, spaces, dots, colons, hyphens, ats, others };
}

function numbers(value: string, kinds: Kinds, hints: FieldHints, plan: boolean, vote: (name: VoteName) => void, scheme: (index: number) => void): void {
  const { digits, letters, spaces, dots, colons, hyphens, others } = kinds;
  const bare = digits === value.length;
  if (colons === 0 && others === 0 && (letters === 0 || phoneTail(value))) phone(value, digits, bare, plan, vote);
  if (letters === 0 && digits >= 12 && digits <= 19 && dots === 0 && colons === 0 && others === 0 && digits + spaces + hyphens === value.length) {
    const all = digitsOf(value);
    if (isCard(value.replaceAll(" ", "").replaceAll("-", ""), all)) {
      vote("card");
      if (spaces + hyphens > 0) vote("card-grouped");
    }
  }
  if (letters >= 2 && digits >= 12 && value.length <= 42 && dots === 0 && others === 0 && isIban(value.replaceAll(" ", "").toUpperCase())) vote("iban");
  if (dots === 3 && letters === 0 && spaces === 0 && isIpv4(value)) {
    vote("ipv4");
    if (isNoVersion(value)) vote("ipv4-high");
  }
  if (colons === 5 || hyphens === 5 || (dots === 2 && value.length === 14)) {
    if (isMac(value)) vote("mac");
  }
  if (colons >= 2 && colons <= 7 && isIpv6(value)) vote("ipv6");
  if (dots === 2 && letters === 0 && value.includes(",") && isGeoPair(value)) {
    vote("geo-pair");
    if (/\.\d{4}.{0,20}\.\d{4}/.test(value)) vote("geo-fine");
  }
  if (bare && digits >= 8 && /^20[0-4]\d/.test(value)) vote("year-first");
  if (hints.passport && /^[A-Z0-9]{6,10}$/.test(value) && digits >= 5 && letters <= 3) vote("passport");
  if (value.length === 44 && isMrz(value)) vote("mrz");
  if (value.length <= governmentIdCharactersMax && digits >= 4 && others <= 0) {
    const text = value.toUpperCase();
    const all = digitsOf(text);
    for (let index = 0; index < governmentIds.length; index++) if (governmentIds[index]?.fits(text, all) === true) scheme(index);
  }
}

function phone(value: string, digits: number, bare: boolean, plan: boolean, vote: (name: VoteName) => void): void {
  if (digits < 5 || digits > 17 || value.length > 32) return;
  const first = value.charCodeAt(0);
  if (first === 43 && digits >= 7 && digits <= 15) {
    vote("phone-plus");
    vote("phone-shape");
    return;
  }
  if (first !== 43 && first !== 40 && (first < 48 || first > 57)) return;
  // A number with a fraction, a date, an address of the network and a time are written with dots too.
  if (/^\d{4}-\d\d-\d\d/.test(value) || /^\d{1,2}[./]\d{1,2}[./]\d{4}$/.test(value) || isIpv4(value) || /^\d+\.\d+$/.test(value)) return;
  if (digits <= 15 || (first === 48 && digits <= 17)) vote("phone-shape");
  if (!bare) {
    if (
      digits >= 9 &&
      digits <= 15 &&
      (/^\(\d{2,5}\) ?\d/.test(value) || /^(?:[2-9]\d\d[-.][2-9]\d\d[-.]|\d{3} \d{3}[ -])\d{4}( ?x\d{1,6})?$/.test(value) || /^(1[-. ]\(?\d{3}|0\d{1,4}[-. /]\d)/.test(value))
    )
      vote("phone-grouped");
    return;
  }
  if (!plan || digits < 8 || digits > 17) return;
  const international = value.startsWith("00") ? value.slice(2) : value;
  if (international.length <= 15 && !international.startsWith("0") && isPlanned(international)) vote("phone-plan");
}

function isPlanned(digits: string): boolean {
  try {
    return parsePhoneNumberFromString(`+${digits}`)?.isValid() === true;
  } catch {
    return false;
  }
}

/** Letters only as an extension: `x123`, `ext. 4`. */
function phoneTail(value: string): boolean {
  return /^[\d ().+-]{7,24} ?(x|ext\.?) ?\d{1,6}$/i.test(value);
}

function words(value: string, kinds: Kinds, hints: FieldHints, vote: (name: VoteName) => void): void {
  const { digits, letters, spaces, others } = kinds;
  if (value.includes("://") || value.includes("@")) return;
  if (isText(value)) vote("text");
  if (letters < 1) return;
  if (digits === 0 && value.length <= 80 && isName(value)) {
    vote("name");
    if (spaces >= 1 && spaces <= 4) vote("two-names");
    if (hints.name !== "sure" && value.split(/[ ,]/, 5).some(isFirstName)) vote("first-name");
    if (
      hints.name !== "sure" &&
      value
        .toLowerCase()
        .split(/[ ,.]/, 8)
        .some((one) => groupWords.has(one))
    )
      vote("group");
  }
  if (hints.health && letters >= 2 && value.length <= 200 && !looksRandom(value)) vote("words");
  if (value.length >= 4 && value.length <= 200 && others <= 12) {
    if (hints.address && letters >= 3 && (spaces > 0 || value.length <= 40) && !(spaces === 0 && digits > 2 && value.charCodeAt(value.length - 1) < 128)) vote("address");
    if (digits > 0 && spaces > 0 && isStreet(value)) vote("street");
  }
}

/** A dot after the `@`, no blanks, letters at the end. */
function isEmail(value: string): boolean {
  const at = value.indexOf("@");
  if (at < 1 || at > 64 || value.length > 254) return false;
  const domain = value.slice(at + 1);
  const dot = domain.lastIndexOf(".");
  if (dot < 1 || domain.length - dot < 3) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code <= 32 || code === 34 || code === 58 || code === 60 || code === 62 || code === 44 || code === 47) return false;
  }
  if (/^\.(?:png|jpe?g|gif|svg|webp|avif|css|js|json|html?|xml|pdf|txt)$/i.test(domain.slice(dot))) return false;
  return /^\.(?:[\p{L}]{2,24}|xn--[a-z0-9-]{2,59})$/u.test(domain.slice(dot));
}

/** The issuer range and length of a card scheme, and Luhn. */
function isCard(text: string, digits: readonly number[]): boolean {
  const length = text.length;
  const four = Number(text.slice(0, 4));
  const two = Math.floor(four / 100);
  const known =
    (text.startsWith("4") && (length === 13 || length === 16 || length === 19)) ||
    (length === 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) || (four >= 2200 && four <= 2204) || two === 60 || two === 81 || two === 82 || four === 9792)) ||
    (length === 15 && (two === 34 || two === 37)) ||
    (length >= 16 && length <= 19 && (two === 62 || four === 6011 || two === 65 || (four >= 6440 && four <= 6499) || (four >= 3528 && four <= 3589))) ||
    (length >= 14 && length <= 19 && (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059))) ||
    (length >= 12 && length <= 19 && (two === 50 || (two >= 56 && two <= 58) || two === 63 || two === 67));
  return known && luhn(digits);
}

function isIpv4(value: string): boolean {
  if (value.length < 7 || value.length > 15) return false;
  const parts = value.split(".", 5);
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255 && (part === "0" || !part.startsWith("0")));
}

/** A version of four parts begins with a small number; so does an address of few networks, of which 10.x.x.x is the one in use. */
function isNoVersion(value: string): boolean {
  const [first = 0, ...rest] = value.split(".", 4).map(Number);
  return first >= 24 || (first === 10 && rest.some((part) => part >= 32));
}

function isIpv6(value: string): boolean {
  if (value.length > 45 || !/^[0-9a-fA-F:.]+$/.test(value)) return false;
  const halves = value.split("::", 3);
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group, index) => /^[0-9a-fA-F]{1,4}$/.test(group) || (index === groups.length - 1 && isIpv4(group)))) return false;
  // Eight bytes written with colons are a hardware address or a fingerprint.
  return halves.length === 2 ? groups.length <= 7 && groups.length >= 1 : groups.length === 8 && groups.some((group) => group.length > 2);
}

function isMac(value: string): boolean {
  return /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$|^[0-9a-fA-F]{2}(?:-[0-9a-fA-F]{2}){5}$|^[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}$/.test(value);
}

/** `52.5200,13.4050`: two decimals with three places or more, inside the globe. */
function isGeoPair(value: string): boolean {
  const parts = /^\(?(-?\d{1,3}\.\d{3,12}) ?, ?(-?\d{1,3}\.\d{3,12})\)?$/.exec(value);
  return parts !== null && Math.abs(Number(parts[1])) <= 90 && Math.abs(Number(parts[2])) <= 180;
}

/** Second line of a machine readable passport (ICAO 9303): its number's check digit holds. */
function isMrz(value: string): boolean {
  if (/^P[A-Z<][A-Z<]{42}$/.test(value)) return true;
  if (!/^[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{16}$/.test(value)) return false;
  let sum = 0;
  for (let i = 0; i < 9; i++) {
    const code = value.charCodeAt(i);
    sum += (code === 60 ? 0 : code <= 57 ? code - 48 : code - 55) * ([7, 3, 1][i % 3] ?? 0);
  }
  return sum % 10 === value.charCodeAt(9) - 48;
}

/** A date of a year from 1900 on, a bare year, or a Unix time that can be somebody's birth. */
function isBirthDate(value: string, kinds: Kinds): boolean {
  if (kinds.digits === value.length || (value.startsWith("-") && kinds.digits === value.length - 1)) {
    if (value.length === 4) return value >= "1900" && value <= "2035";
    if (value.length === 8) return /^(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d$/.test(value) || /^[0-3]\d(0[1-9]|1[0-2])(19|20)\d\d$/.test(value) || value.startsWith("-");
    return value.length >= 8 && value.length <= 14;
  }
  if (kinds.digits < 3 || kinds.digits > 17 || value.length > 40) return false;
  return /(^|\D)(19|20)\d\d(\D|$)/.test(value) || /^\d{1,2}[./-]\d{1,2}[./-]\d{2}$/.test(value);
}

/** Letters of any script, blanks, apostrophes, hyphens, dots; a capital first where the script has capitals. */
function isName(value: string): boolean {
  const first = value.charAt(0);
  // Georgian has capitals that names do not use; scripts beyond have none.
  if (
    first < "\u0530" &&
    first === first.toLowerCase() &&
    first !== first.toUpperCase() &&
    !/^(de|da|do|dos|del|della|di|van|von|zu|den|der|ten|ter|le|la|el|al|bin|ibn|d'|d’|af|av|o'|y) ?/.test(value)
  )
    return false;
  return /^[\p{L}\p{M}'’`ʻʼ.\- ,()·・\u200c\u200d]+$/u.test(value) && /\p{L}/u.test(value);
}

/** A house number beside a word that streets have, before or after. Of English and eleven other languages. */
function isStreet(value: string): boolean {
  if (value.length > 160) return false;
  const text = value.toLowerCase();
  if (/^\d{1,6}[a-z]? [\p{L}'’. -]+$/u.test(text) && usSuffixes.has(text.slice(text.lastIndexOf(" ") + 1))) return true;
  return streetWord.test(text) && /(^|[ ,#])\d{1,6}[a-z]?([ ,/.-]|$)/.test(text);
}

const streetWord =
  /(?:^|[ ,.])(?:street|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|drive|dr|court|ct|square|sq|place|pl|terrace|way|highway|hwy|parkway|pkwy|crescent|alley|route|rue|allée|chemin|impasse|quai|cours|calle|avenida|av|plaza|paseo|carrera|rua|travessa|rodovia|estrada|alameda|praça|via|viale|vía|camino|carretera|glorieta|pasaje|rambla|ronda|travesía|urbanización|barrio|polígono|cuesta|senda|subida|contrada|borgo|strada|rotonda|voie|passage|cité|faubourg|piazza|corso|vicolo|ulica|ul|aleja|jalan|jl|weg|am|platz)(?:[ ,.]|$)|(?:straße|strasse|str\.|gasse|allee|weg|platz|ufer|ring|damm|straat|laan|dijk|kade|plantsoen|singel|plein|gracht|vej|gade|veien|gata|gatan|vägen|katu|tie|utca|út)(?:[ ,]|$)/;

/** How the last word of a street is called where the house number comes first. */
const usSuffixes: ReadonlySet<string> = new Set(
  (
    "alley annex arcade avenue bayou beach bend bluff bluffs bottom boulevard branch bridge brook brooks brow burg bypass camp canyon cape causeway center centers chase circle circles cliff cliffs " +
    "close club common commons copse corner corners course court courts cove coves creek crescent crest croft crossing crossroad curve dale dam divide drive drives end estate estates expressway " +
    "extension fall falls ferry field fields flat flats ford fords forest forge forges fork forks fort freeway garden gardens gate gateway glen glens grange green greens grove groves " +
    "harbor harbors haven heights highway hill hills hollow inlet island islands isle junction junctions key keys knoll knolls lake lakes land landing lane leas light lights loaf lock locks " +
    "lodge loop mall manor manors mead meadow meadows mews mill mills mission motorway mount mountain mountains neck orchard oval overpass park parks parkway parkways pass passage path pike pine " +
    "pines place plain plains plaza point points port ports prairie radial ramp ranch rapid rapids rest ridge ridges rise river road roads route row rue run shoal shoals shore shores side skyway " +
    "spring springs spur spurs square squares station stravenue stream street streets summit terrace throughway trace track trafficway trail trailer tunnel turnpike underpass union unions valley " +
    "valleys via viaduct view views village villages ville vista walk walks wall way ways well wells wood woods yard"
  ).split(" "),
);

/** In the names of those who are nobody: teams, houses, services. */
const groupWords: ReadonlySet<string> = new Set(
  (
    "the and of team teams press inc ltd llc gmbh ag sa plc corp corporation company co group guild board news service services support system systems platform department office bank university " +
    "college school institute foundation association society union council ministry agency club studio studios labs media security infra infrastructure admin operations engineering billing"
  ).split(" "),
);

/** Several words of prose: most of them letters, not a list, no markup, no JSON in a string, no trace of a program. Scripts without blanks by their length. */
function isText(value: string): boolean {
  if (value.length < proseLettersMin || "<{[".includes(value.charAt(0)) || /\n[ \t]{1,8}(?:at|File|from) /.test(value)) return false;
  let [words, pure, commas, wide] = [0, 0, 0, 0];
  let letters = 0;
  let other = false;
  for (let i = 0; i <= value.length; i++) {
    const code = i < value.length ? value.charCodeAt(i) : 32;
    if (code === 32 || code === 10 || code === 13 || code === 9) {
      if (letters > 0 || other) words++;
      if (letters > 0 && !other) pure++;
      if (i > 0 && value.charCodeAt(i - 1) === 44) commas++;
      [letters, other] = [0, false];
    } else if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 0xbf) {
      letters++;
      if ((code >= 0x3040 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) wide++;
    } else if ((code >= 48 && code <= 57) || code === 47 || code === 95 || code === 61 || code === 64) other = true;
  }
  if (wide >= proseLettersMin && wide >= value.length * 0.7) return true;
  return value.length >= proseMin && words >= 7 && pure >= words * 0.7 && value.length / words < 12 && commas < words * 0.6;
}

/** Characters of prose: fewer are a title, a place, a name. */
const proseMin = 40;
const proseLettersMin = 24;
