import { at, type Digits, luhn, mod1110, modulo, verhoeff, weighted } from "./checksums.ts";
import {
  nino,
  nhs,
  dePension,
  esNie,
  frNirShape,
  frNir,
  itCf,
  pesel,
  sePersonnummer,
  hetuShape,
  hetu,
  fnr,
  beNrn,
  ean,
  cnpCheck,
  egnDate,
  czDate,
  iePps,
  balticCheck,
  jmbg,
  ruInn,
  snils,
} from "./european-ids.ts";
import { dayMonth, distinctDigits, elevenZero, repeats, within, yearMonthDay } from "./government-id-parts.ts";
import { either, plain, shape } from "./government-id-shapes.ts";
import { usSsn, cpf, cnpj, tckn, cnShape, cnId, jpMyNumber, sgNric, mxCurp, clShape, clRut, arCuit, thCheck, twId, hkid } from "./world-ids.ts";

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

function always(): boolean {
  return true;
}
