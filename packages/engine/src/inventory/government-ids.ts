import { at, type Digits, digitsOf, luhn, mod1110, modulo, verhoeff, weighted } from "./checksums.ts";

/** Numbers states give to people (and, where it is the same register, to companies): a shape, a checksum or a date in it, or both. */
export interface GovernmentId {
  /** Country and name: `es-dni`. */
  readonly name: string;
  /** True when the value has the shape and every check holds. `text` is trimmed and in capitals, at most 24 characters; `digits` are its digits. */
  readonly fits: (text: string, digits: Digits) => boolean;
  /** Bits of evidence in one value that fits: minus the logarithm of the share of look-alikes (same length, same kinds of characters) that fit by chance. */
  readonly bits: number;
  /** How people call it in field names, beside words for all of them (`national id`, `tax id`): in lower case, words joined. */
  readonly words: readonly string[];
}

/**
 * The numbers known. Not known: numbers without any check whose shape is that of any other number (Japan's passports, Hungary's identity cards), and states
 * not listed. A number of nine digits with one check digit is taken only when its name says so or many values of the field fit.
 */
export const governmentIds: readonly GovernmentId[] = [
  id("us-ssn", shape("###-##-####"), usSsn, 4, "ssn socialsecurity socialsecuritynumber social_security"),
  id("us-ssn-plain", shape("#########"), usSsn, 0.2, "ssn socialsecurity socialsecuritynumber"),
  id("us-itin", shape("9##-##-####"), (_, d) => within(d, 3, 5, 50, 99), 4, "itin"),
  id("gb-nino", nino, always, 4, "nino nationalinsurance nationalinsurancenumber"),
  id("gb-nhs", plain(10, "### ### ####"), (_, d) => nhs(d), 3.4, "nhs nhsnumber"),
  id("de-tax", plain(11, "## ### ### ###"), (_, d) => at(d, 0) !== 0 && mod1110(d) && repeats(d), 4.5, "steuerid steueridentifikationsnummer idnr steueridnr taxid tin"),
  id("de-pension", shape("########A###"), dePension, 9, "sozialversicherungsnummer svnr rentenversicherungsnummer svnummer"),
  id("es-dni", either("########A", "########-A"), (t, d) => "TRWAGMYFPDXBNJZSQVHLCKE".charAt(modulo(d, 23, 0, 8)) === t.charAt(t.length - 1), 4.5, "dni nif"),
  id("es-nie", either("A#######A", "A-#######-A"), esNie, 7, "nie"),
  id("fr-nir", frNirShape, frNir, 10, "nir secu numerosecu insee numerosecuritesociale securitesociale"),
  id("it-cf", shape("AAAAAA&&A&&A&&&A"), itCf, 9, "codicefiscale cf codfiscale fiscalcode"),
  id("nl-bsn", plain(9), (_, d) => weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && distinctDigits(d), 3.4, "bsn burgerservicenummer sofinummer"),
  id("pl-pesel", plain(11), (_, d) => pesel(d), 8, "pesel"),
  id("br-cpf", either("###.###.###-##", "###########", "#########-##"), (_, d) => cpf(d), 6.6, "cpf"),
  id("br-cnpj", either("##.###.###/####-##", "##############"), (_, d) => cnpj(d), 6.6, "cnpj"),
  id("in-aadhaar", plain(12, "#### #### ####", "####-####-####"), (_, d) => at(d, 0) > 1 && verhoeff(d) && distinctDigits(d), 3.3, "aadhaar aadhar uidai"),
  id("in-pan", shape("AAAAA####A"), (t) => "ABCFGHLJPT".includes(t.charAt(3)), 3, "pan pannumber panno permanentaccountnumber"),
  id("se-personnummer", either("######-####", "######+####", "########-####"), (_, d) => sePersonnummer(d), 8, "personnummer personalnumber personalidentitynumber pnr"),
  id("se-personnummer-plain", plain(10), (_, d) => sePersonnummer(d), 7, "personnummer personalnumber pnr"),
  id("se-personnummer-long", plain(12), (_, d) => sePersonnummer(d), 9, "personnummer personalnumber pnr"),
  id("fi-hetu", hetuShape, hetu, 9, "hetu henkilotunnus personalidentitycode"),
  id("no-fnr", plain(11, "###### #####"), (_, d) => fnr(d), 10, "fnr fodselsnummer personnummer"),
  id("dk-cpr", shape("######-####"), (_, d) => dayMonth(d, 0), 1, "cpr cprnummer cprnr"),
  id("dk-cpr-plain", plain(10), (_, d) => dayMonth(d, 0), 0.5, "cpr cprnummer cprnr"),
  id("be-nrn", either("##.##.##-###.##", "###########"), (_, d) => beNrn(d), 10, "rijksregisternummer niss nrn insz nationalregisternumber"),
  id("ch-ahv", either("756.####.####.##", "756##########"), (_, d) => at(d, 0) === 7 && ean(d), 12, "ahv avs ahvn ahvnummer"),
  id(
    "at-svnr",
    plain(10, "#### ######"),
    (_, d) => weighted(d, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === at(d, 3) && at(d, 0) > 0 && dayMonth(d, 4),
    7,
    "svnr sozialversicherungsnummer",
  ),
  id("tr-tckn", plain(11), (_, d) => tckn(d), 6.6, "tckn tckimlik tckimlikno"),
  id("ro-cnp", plain(13), (_, d) => at(d, 0) > 0 && yearMonthDay(d, 1) && cnpCheck(d), 9, "cnp"),
  id("bg-egn", plain(10), (_, d) => egnDate(d) && (weighted(d, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === at(d, 9), 8, "egn"),
  id("cz-rc", either("######/####", "##########"), (_, d) => czDate(d) && modulo(d, 11) === 0, 8, "rodnecislo rc birthnumber"),
  id(
    "pt-nif",
    plain(9, "### ### ###"),
    (_, d) => [1, 2, 3, 5, 6, 8, 9].includes(at(d, 0)) && elevenZero(weighted(d, [9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 8),
    3.6,
    "nif contribuinte",
  ),
  id("za-id", plain(13), (_, d) => yearMonthDay(d, 0) && at(d, 10) < 3 && luhn(d), 10, "said rsaid idnumber saidnumber"),
  id("cn-id", cnShape, cnId, 12, "shenfenzheng sfz idcard 身份证 身份证号 identitycard"),
  id("kr-rrn", shape("######-#######"), (_, d) => yearMonthDay(d, 0) && at(d, 6) > 0 && at(d, 6) < 9, 1, "rrn jumin juminnumber residentregistrationnumber"),
  id("jp-mynumber", plain(12, "#### #### ####"), (_, d) => jpMyNumber(d) && distinctDigits(d), 3.4, "mynumber kojinbango"),
  id("sg-nric", shape("A#######A"), sgNric, 7, "nric fin nricfin"),
  id(
    "ca-sin",
    plain(9, "### ### ###", "###-###-###"),
    (_, d) => at(d, 0) !== 0 && at(d, 0) !== 8 && luhn(d) && distinctDigits(d),
    3.5,
    "sin socialinsurance socialinsurancenumber",
  ),
  id("au-tfn", plain(9, "### ### ###"), (_, d) => weighted(d, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 && distinctDigits(d), 3.4, "tfn taxfilenumber"),
  id("mx-curp", shape("AAAA######AAAAAA&#"), mxCurp, 14, "curp"),
  id("cl-rut", clShape, clRut, 4, "rut run"),
  id("ar-cuit", either("##-########-#", "###########"), (_, d) => arCuit(d), 7, "cuit cuil"),
  id("il-id", plain(9), (_, d) => luhn(d) && distinctDigits(d), 3.3, "teudatzehut israeliid"),
  id("ie-pps", either("#######A", "#######AA"), iePps, 4.5, "pps ppsn ppsnumber"),
  id("ee-isikukood", plain(11), (_, d) => at(d, 0) > 0 && at(d, 0) < 7 && yearMonthDay(d, 1) && balticCheck(d), 8, "isikukood asmenskodas asmenskodas personalcode"),
  id("gr-amka", plain(11), (_, d) => dayMonth(d, 0) && luhn(d), 8, "amka"),
  id("gr-afm", plain(9), (_, d) => (weighted(d, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === at(d, 8) && distinctDigits(d), 3.3, "afm"),
  id("hr-oib", plain(11), (_, d) => mod1110(d) && distinctDigits(d), 3.3, "oib"),
  id("rs-jmbg", plain(13), (_, d) => dayMonth(d, 0) && jmbg(d), 9, "jmbg emso embg"),
  id("th-id", either("#-####-#####-##-#", "#############"), (_, d) => at(d, 0) > 0 && thCheck(d) && distinctDigits(d), 3.5, "thaiid thainationalid citizenid"),
  id("tw-id", shape("A#########"), twId, 5, "taiwanid"),
  id("ru-inn", plain(12), (_, d) => ruInn(d), 6.6, "inn инн"),
  id("ru-snils", either("###-###-### ##", "###########"), (_, d) => snils(d), 6.6, "snils снилс"),
  id("hk-hkid", either("A######(#)", "A######(A)", "A######&"), hkid, 4, "hkid"),
];

/** Characters above which no number of these is written. */
export const governmentIdCharactersMax = 24;

/** Words that stand for any of them in a field's name. */
export const governmentIdWords: readonly string[] =
  "nationalid nationalidnumber nationalidentity nationalnumber nationalidentifier governmentid govid govtid citizenid identitynumber identitycard personalid personalidnumber personalcode personalnumber idcard idcardnumber taxid taxnumber taxidentifier taxidentificationnumber taxpayerid tin documentnumber socialsecurity socialsecuritynumber socialinsurancenumber nationalinsurancenumber identificationnumber steuernummer ausweisnummer documento nationaliteitsnummer identiteitsnummer numerofiscal numerodocumento".split(
    " ",
  );

type Fits = (text: string, digits: Digits) => boolean;

function id(name: string, shaped: (text: string) => boolean, check: Fits, bits: number, words: string): GovernmentId {
  return { name, fits: (text, digits) => shaped(text) && check(text, digits), bits, words: words.split(" ") };
}

/** A pattern: `#` a digit, `A` a capital, `&` either, anything else itself. */
function shape(pattern: string): (text: string) => boolean {
  return (text) => {
    if (text.length !== pattern.length) return false;
    for (let i = 0; i < pattern.length; i++) {
      const code = text.charCodeAt(i);
      const digit = code >= 48 && code <= 57;
      const capital = code >= 65 && code <= 90;
      const wanted = pattern.charCodeAt(i);
      if (wanted === 35 ? !digit : wanted === 65 ? !capital : wanted === 38 ? !digit && !capital : wanted !== code) return false;
    }
    return true;
  };
}

function either(...patterns: readonly string[]): (text: string) => boolean {
  const shapes = patterns.map(shape);
  return (text) => shapes.some((fits) => fits(text));
}

/** So many bare digits, or grouped as the patterns say. */
function plain(length: number, ...patterns: readonly string[]): (text: string) => boolean {
  return either("#".repeat(length), ...patterns);
}

function always(): boolean {
  return true;
}

function two(d: Digits, index: number): number {
  return at(d, index) * 10 + at(d, index + 1);
}

function within(d: Digits, from: number, to: number, min: number, max: number): boolean {
  let value = 0;
  for (let i = from; i < to; i++) value = value * 10 + at(d, i);
  return value >= min && value <= max;
}

function validDay(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31);
}

/** `DDMM` at an index. */
function dayMonth(d: Digits, index: number): boolean {
  return validDay(two(d, index), two(d, index + 2));
}

/** `YYMMDD` at an index. */
function yearMonthDay(d: Digits, index: number): boolean {
  return validDay(two(d, index + 4), two(d, index + 2));
}

/** More than two different digits: `000000000` and `111111111` pass checksums and are nobody's. */
function distinctDigits(d: Digits): boolean {
  let seen = 0;
  for (let i = 0; i < d.length; i++) seen |= 1 << at(d, i);
  let count = 0;
  for (; seen !== 0; seen &= seen - 1) count++;
  return count > 2;
}

/** Of the first ten digits, one stands two or three times and at least one is absent. */
function repeats(d: Digits): boolean {
  const times = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 10; i++) times[at(d, i)] = (times[at(d, i)] ?? 0) + 1;
  const most = Math.max(...times);
  return (most === 2 || most === 3) && times.filter((count) => count > 1).length === 1;
}

function elevenZero(sum: number): number {
  const rest = 11 - (sum % 11);
  return rest > 9 ? 0 : rest;
}

function usSsn(_: string, d: Digits): boolean {
  const area = two(d, 0) * 10 + at(d, 2);
  return area !== 0 && area !== 666 && area < 900 && two(d, 3) !== 0 && within(d, 5, 9, 1, 9_999);
}

function nino(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  if (!shape("AA######A")(bare)) return false;
  const prefix = bare.slice(0, 2);
  return !/[DFIQUV]/.test(prefix) && prefix.charAt(1) !== "O" && !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].includes(prefix) && "ABCD".includes(bare.charAt(8));
}

function nhs(d: Digits): boolean {
  const check = 11 - (weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  // England and Wales begin with 4, 6 or 7, Northern Ireland with 3; 9 is for tests. Old book numbers have the same check and any beginning.
  return [3, 4, 6, 7, 9].includes(at(d, 0)) && check !== 10 && check % 11 === at(d, 9) && distinctDigits(d);
}

function dePension(text: string, d: Digits): boolean {
  if (!dayMonth(d, 2)) return false;
  const letter = text.charCodeAt(8) - 64;
  const expanded = [...Array.from({ length: 8 }, (_, i) => at(d, i)), Math.floor(letter / 10), letter % 10, at(d, 8), at(d, 9)];
  let sum = 0;
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
  for (let i = 0; i < 12; i++) {
    const product = (expanded[i] ?? 0) * (weights[i] ?? 0);
    sum += Math.floor(product / 10) + (product % 10);
  }
  return sum % 10 === at(d, 10);
}

function esNie(text: string, d: Digits): boolean {
  const first = "XYZ".indexOf(text.charAt(0));
  return first >= 0 && "TRWAGMYFPDXBNJZSQVHLCKE".charAt(modulo([first, ...Array.from({ length: 7 }, (_, i) => at(d, i))], 23)) === text.charAt(text.length - 1);
}

function frNirShape(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  return bare.length === 15 && either("###############", "#####2A########", "#####2B########")(bare);
}

function frNir(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  const d = digitsOf(bare.replace("2A", "19").replace("2B", "18"));
  const month = two(d, 3);
  return (at(d, 0) === 1 || at(d, 0) === 2) && ((month >= 1 && month <= 12) || (month >= 20 && month <= 42)) && 97 - modulo(d, 97, 0, 13) === two(d, 13);
}

function itCf(text: string): boolean {
  if (!"ABCDEHLMPRST".includes(text.charAt(8))) return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const code = text.charCodeAt(i);
    const value = code <= 57 ? code - 48 : code - 65;
    sum += i % 2 === 0 ? (cfOdd[value] ?? 0) : value;
  }
  return sum % 26 === text.charCodeAt(15) - 65;
}

const cfOdd: readonly number[] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function pesel(d: Digits): boolean {
  const month = two(d, 2) % 20;
  return validDay(two(d, 4), month) && weighted(d, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
}

function cpf(d: Digits): boolean {
  return distinctDigits(d) && elevenZero(weighted(d, [10, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 9) && elevenZero(weighted(d, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 10);
}

function cnpj(d: Digits): boolean {
  return (
    distinctDigits(d) &&
    elevenZero(weighted(d, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 12) &&
    elevenZero(weighted(d, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === at(d, 13)
  );
}

/** Also coordination numbers, whose day is moved by 60. */
function sePersonnummer(d: Digits): boolean {
  const from = d.length === 12 ? 2 : 0;
  if (from === 2 && two(d, 0) !== 19 && two(d, 0) !== 20) return false;
  const day = two(d, from + 4);
  return validDay(day > 60 ? day - 60 : day, two(d, from + 2)) && luhn(d, from, from + 10);
}

function hetuShape(text: string): boolean {
  return text.length === 11 && "-+ABCDEFUVWXY".includes(text.charAt(6));
}

function hetu(text: string, d: Digits): boolean {
  if (!either("###", "######")(text.slice(0, 6)) || !shape("###&")(text.slice(7)) || !dayMonth(d, 0)) return false;
  return "0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(modulo(d, 31, 0, 9)) === text.charAt(10);
}

function fnr(d: Digits): boolean {
  const day = two(d, 0);
  if (!validDay(day > 40 ? day - 40 : day, two(d, 2) % 40)) return false;
  return weighted(d, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
}

function beNrn(d: Digits): boolean {
  if (two(d, 2) > 12 || two(d, 4) > 31) return false;
  const check = two(d, 9);
  const before = modulo(d, 97, 0, 9);
  return 97 - before === check || 97 - ((2 * (1_000_000_000 % 97) + before) % 97) === check;
}

function ean(d: Digits): boolean {
  let sum = 0;
  for (let i = 0; i < d.length; i++) sum += at(d, i) * ((d.length - 1 - i) % 2 === 0 ? 1 : 3);
  return sum % 10 === 0;
}

function tckn(d: Digits): boolean {
  const odd = at(d, 0) + at(d, 2) + at(d, 4) + at(d, 6) + at(d, 8);
  const even = at(d, 1) + at(d, 3) + at(d, 5) + at(d, 7);
  return at(d, 0) > 0 && (((odd * 7 - even) % 10) + 10) % 10 === at(d, 9) && (odd + even + at(d, 9)) % 10 === at(d, 10);
}

function cnpCheck(d: Digits): boolean {
  const rest = weighted(d, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
  return (rest === 10 ? 1 : rest) === at(d, 12);
}

function egnDate(d: Digits): boolean {
  const month = two(d, 2);
  return validDay(two(d, 4), month > 40 ? month - 40 : month > 20 ? month - 20 : month);
}

function czDate(d: Digits): boolean {
  const month = two(d, 2) % 50;
  return validDay(two(d, 4), month > 20 ? month - 20 : month);
}

function cnShape(text: string): boolean {
  return shape("#################&")(text);
}

function cnId(text: string, d: Digits): boolean {
  const year = two(d, 6) * 100 + two(d, 8);
  if (at(d, 0) === 0 || year < 1900 || year > 2099 || !validDay(two(d, 12), two(d, 10))) return false;
  return "10X98765432".charAt(weighted(d, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === text.charAt(17);
}

function jpMyNumber(d: Digits): boolean {
  const rest = weighted(d, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === at(d, 11);
}

function sgNric(text: string, d: Digits): boolean {
  const first = text.charAt(0);
  const sum = weighted(d, [2, 7, 6, 5, 4, 3, 2]) + (first === "T" || first === "G" ? 4 : first === "M" ? 3 : 0);
  const last = text.charAt(8);
  if (first === "S" || first === "T") return "JZIHGFEDCBA".charAt(sum % 11) === last;
  if (first === "F" || first === "G") return "XWUTRQPNMLK".charAt(sum % 11) === last;
  return first === "M" && "XWUTRQPNJLK".charAt(sum % 11) === last;
}

function mxCurp(text: string, d: Digits): boolean {
  return yearMonthDay(d, 0) && "HMX".includes(text.charAt(10)) && /^[AEIOUX]$/.test(text.charAt(1));
}

function clShape(text: string): boolean {
  const bare = text.replaceAll(".", "");
  return either("#######-&", "########-&")(bare);
}

function clRut(text: string): boolean {
  const bare = text.replaceAll(".", "");
  let sum = 0;
  for (let i = bare.length - 3, weight = 2; i >= 0; i--, weight = weight === 7 ? 2 : weight + 1) sum += (bare.charCodeAt(i) - 48) * weight;
  const rest = 11 - (sum % 11);
  return (rest === 11 ? "0" : rest === 10 ? "K" : String(rest)) === bare.charAt(bare.length - 1);
}

function arCuit(d: Digits): boolean {
  const prefix = two(d, 0);
  if (![20, 23, 24, 25, 26, 27, 30, 33, 34].includes(prefix)) return false;
  const rest = 11 - (weighted(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return (rest === 11 ? 0 : rest === 10 ? 9 : rest) === at(d, 10);
}

function iePps(text: string, d: Digits): boolean {
  const second = text.length === 9 ? text.charCodeAt(8) - 64 : 0;
  return second <= 9 && "WABCDEFGHIJKLMNOPQRSTUV".charAt((weighted(d, [8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23) === text.charAt(7);
}

function balticCheck(d: Digits): boolean {
  let rest = weighted(d, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  if (rest === 10) rest = weighted(d, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return (rest === 10 ? 0 : rest) === at(d, 10);
}

function jmbg(d: Digits): boolean {
  const rest = weighted(d, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return rest !== 1 && (rest === 0 ? 0 : 11 - rest) === at(d, 12);
}

function thCheck(d: Digits): boolean {
  return (11 - (weighted(d, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === at(d, 12);
}

function twId(text: string, d: Digits): boolean {
  const letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(text.charAt(0)) + 10;
  if (at(d, 0) !== 1 && at(d, 0) !== 2) return false;
  return (Math.floor(letter / 10) + (letter % 10) * 9 + weighted(d, [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}

function ruInn(d: Digits): boolean {
  return distinctDigits(d) && (weighted(d, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(d, 10) && (weighted(d, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(d, 11);
}

function snils(d: Digits): boolean {
  return distinctDigits(d) && (weighted(d, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === two(d, 9);
}

function hkid(text: string, d: Digits): boolean {
  const letter = text.charCodeAt(0) - 55;
  const last = text.charAt(text.endsWith(")") ? text.length - 2 : text.length - 1);
  const sum = 36 * 9 + letter * 8 + weighted(d, [7, 6, 5, 4, 3, 2]);
  const check = (11 - (sum % 11)) % 11;
  return (check === 10 ? "A" : String(check)) === last;
}
