import { governmentIds, governmentIdWords } from "./government-ids.ts";
import { isSecretName } from "./secret-names.ts";

/** What a field's name says about its values, before any was seen. A hint never sets a class alone: the values must fit. */
export interface FieldHints {
  readonly phone: boolean;
  readonly email: boolean;
  /** `sure` for names that only people have (`firstName`, `user.name`); `role` for what people do (`author`); `maybe` where things have names too (`name`). */
  readonly name: "sure" | "role" | "maybe" | "none";
  readonly address: boolean;
  readonly postcode: boolean;
  readonly birth: boolean;
  readonly card: boolean;
  readonly iban: boolean;
  readonly government: boolean;
  /** Names of {@link governmentIds} the field's name says. */
  readonly schemes: readonly string[];
  readonly passport: boolean;
  readonly health: boolean;
  readonly geo: "latitude" | "longitude" | "both" | "none";
  readonly secret: boolean;
  readonly token: boolean;
  readonly ip: boolean;
  /** It says a number of something else: an order, a version, a hash, a time, an amount. */
  readonly otherwise: boolean;
  /** It says a number that has a check digit of its own: of a book, an article, a device. */
  readonly checked: boolean;
  readonly version: boolean;
  /** Only things have it: a price, a stock. */
  readonly thing: boolean;
  /** A password that people choose: it may be of digits only. */
  readonly password: boolean;
  /** It is a captcha, or what solves one. */
  readonly captcha: "puzzle" | "solution" | "none";
}

/**
 * Reads the last name of a path (`user.phones[]` → `phones`) and, for `name` and `number`, the one before it. Takes names apart at capitals, digits,
 * `_`, `-`, `.`; words of twelve languages. Never throws; at most 128 characters are read. Remembers nothing.
 *
 * Mistakes: a field called `address` may hold an IP, a mail or a wallet address: then its values decide.
 */
export function fieldHints(path: readonly string[]): FieldHints {
  const leaf = last(path, 1);
  const own = wordsOf(leaf);
  const owner = wordsOf(last(path, 2));
  // `phone.number`, `diagnosis.code`: a name that says nothing by itself borrows from the one before.
  const words = own.length > 0 && own.every((one) => genericWords.has(one)) ? [...owner, ...own] : own;
  const joined = words.join("");
  const has = (set: ReadonlySet<string>): boolean => set.has(joined) || words.some((one) => set.has(one)) || pairs(words).some((one) => set.has(one));
  const ends = (set: ReadonlySet<string>): boolean => set.has(joined) || set.has(words.at(-1) ?? "") || set.has(words.slice(-2).join(""));
  const isId = [
    "id",
    "ids",
    "uuid",
    "guid",
    "hash",
    "type",
    "kind",
    "verified",
    "count",
    "at",
    "date",
    "format",
    "template",
    "enabled",
    "label",
    "extension",
    "ext",
    "policy",
    "hint",
    "length",
    "expires",
    "expiry",
    "confirmed",
    "status",
    "ttl",
    "code",
    "model",
    "version",
    "os",
    "brand",
    "reminder",
  ].includes(words.at(-1) ?? "");
  const schemes = governmentIds.filter((scheme) => scheme.words.some((one) => one === joined || words.includes(one) || pairs(words).includes(one))).map((scheme) => scheme.name);
  // Where to go on in a list, how many pieces a text has, how strong a password is: no secret.
  const other = own.some((one) => noSecretWords.has(one));
  const person = owner.some((one) => personWords.has(one));
  return {
    phone: has(phoneWords) && !isId,
    email: has(emailWords) && !isId,
    name:
      (sureNames.has(own.join("")) || sureNames.has(joined) || pairs(words).some((one) => sureNames.has(one))) && !isId
        ? "sure"
        : joined.endsWith("name") && person
          ? "sure"
          : roleNames.has(joined)
            ? "role"
            : thingNames.has(joined)
              ? "maybe"
              : "none",
    address: has(addressWords) && !isId && !has(otherAddresses),
    postcode: has(postcodeWords),
    birth: has(birthWords) && (!isId || words.at(-1) === "date"),
    card: has(cardWords) && !isId,
    iban: has(ibanWords),
    government: schemes.length > 0 || has(governmentWords),
    schemes,
    passport: has(passportWords),
    health: has(healthWords) && !["id", "ids", "uuid", "count", "at", "date", "enabled"].includes(words.at(-1) ?? ""),
    geo: ends(latitudeWords) ? "latitude" : ends(longitudeWords) ? "longitude" : has(geoWords) ? "both" : "none",
    // A code in a name is a country's, a status or an ICD code as often as one to sign in with.
    secret: isSecretName(leaf.slice(0, 128)) && !notSecrets.has(own.join("")) && own.at(-1) !== "code" && own.at(-1) !== "name" && !isId && !other && !own.includes("captcha"),
    token: has(tokenWords) && !other && own.at(-1) !== "name" && !notSecrets.has(own.join("")) && !isId,
    ip: has(ipWords),
    otherwise: has(otherWords) || has(thingWords),
    checked: has(checkedWords),
    version: has(versionWords),
    thing: has(thingWords),
    password: ends(passwordWords),
    captcha: own.some((one) => one === "answer" || one === "solution") ? "solution" : own.includes("captcha") ? "puzzle" : "none",
  };
}

/** The words of a name: `homePhone_2` is `home`, `phone`. */
export function wordsOf(name: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let before = "";
  for (const character of name.slice(0, 128)) {
    const lower = character.toLowerCase();
    const letter = lower !== character.toUpperCase() || character > "\u02ff";
    const starts = letter && lower !== character && before !== "" && before === before.toLowerCase();
    if ((!letter || starts) && word !== "") {
      words.push(plain(word));
      word = "";
    }
    if (letter) word += lower;
    before = letter ? character : "";
  }
  if (word !== "") words.push(plain(word));
  return words;
}

/** Without accents: `téléphone` is `telephone`. */
function plain(word: string): string {
  return word
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .normalize("NFC");
}

function last(path: readonly string[], back: number): string {
  return path.at(-back) ?? "";
}

function pairs(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i + 1 < words.length; i++) {
    joined.push(`${words[i]}${words[i + 1]}`);
    if (i + 2 < words.length) joined.push(`${words[i]}${words[i + 1]}${words[i + 2]}`);
  }
  return joined;
}

function set(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

const genericWords = set(
  "number value values no nr raw formatted primary home work main national international local code display text description data full line private business secondary preferred",
);
const phoneWords = set(
  "phone phones phonenumber phonenumbers telephone telephones tel telnumber telephonenumber mobile mobiles mobilenumber mobileno msisdn cell cellphone cellular whatsapp whatsappnumber fax faxnumber landline handy handynummer telefon telefonnummer telefonnumber mobil mobilnummer rufnummer festnetz telefono telefonos movil celular telefone telefones telemovel portable numerotelephone telefoonnummer mobiel gsm cellulare puhelin puhelinnumero matkapuhelin telefonszam telefoon callerid calleridnumber caller callee dialednumber phonee164 e164 sms smsnumber 电话 手机 手机号 電話 電話番号 携帯 телефон 전화번호 handphone nohp nomorhp",
);
const emailWords = set("email emails mail mails emailaddress mailaddress correo correoelectronico courriel mailadresse emailadresse eposta epost sahkoposti 邮箱 почта");
const sureNames = set(
  "firstname lastname fullname givenname givennames familyname surname surnames forename middlename maidenname legalname realname personname patientname employeename holdername cardholdername cardholder accountholder accountholdername contactname recipientname beneficiaryname authorname ownername sendername guestname passengername studentname teachername drivername doctorname membername nameoncard firstnames fname lname vorname nachname familienname kundenname nombrecompleto apellido apellidos primerapellido segundoapellido prenom nomdefamille nomcomplet nomecompleto sobrenome cognome voornaam achternaam fornavn etternavn efternamn fornamn imie nazwisko etunimi sukunimi inhaber 姓名 氏名 имя фамилия 이름 namakamu namalengkap spousename mothername fathername mothersmaidenname nextofkin",
);
const roleNames = set(
  "author authors owner contact recipient sender assignee createdby updatedby modifiedby reviewer reporter approver manager holder beneficiary passenger customer patient guest attendee employee signee signatory instructor teacher driver physician doctor nurse",
);
const thingNames = set("name displayname accountname customername nombre nom nome naam navn namn");
const personWords = set(
  "user users customer customers client clients person persons people patient patients employee employees member members contact contacts author owner holder guest guests passenger passengers student students teacher driver drivers recipient sender payer payee beneficiary candidate applicant tenant resident doctor nurse staff manager attendee attendees subscriber profile cardholder buyer spouse parent guardian player kunde cliente utilisateur",
);
const addressWords = set(
  "address addresses addr streetaddress street streetname streetline addressline addressone addresstwo homeaddress postaladdress mailingaddress billingaddress shippingaddress deliveryaddress residence residentialaddress fulladdress formattedaddress strasse hausnummer anschrift adresse wohnort direccion domicilio calle rue voie endereco logradouro indirizzo straat adres adresa ulica osoite katuosoite gatuadress gateadresse adress jalan alamat 住所 地址 адрес 주소",
);
const otherAddresses = set("email mail ip mac wallet url web memory contract token ethereum bitcoin bitcoinaddress network hardware bluetooth remote host server");
const postcodeWords = set("zip zipcode postalcode postcode postcodes plz postleitzahl cep codigopostal codepostal postnummer postinumero kodpocztowy pincode");
const birthWords = set(
  "dob birth birthday birthdate bday dateofbirth birthdat born bornon geburtsdatum geburtstag fechanacimiento fechadenacimiento nacimiento datenaissance datedenaissance naissance datanascimento datadenascimento nascimento datadinascita nascita geboortedatum fodelsedatum fodselsdato syntymaaika dataurodzenia yearofbirth birthyear 生日 出生日期 生年月日",
);
const cardWords = set(
  "card cards cardnumber cardno ccnumber ccnum creditcard creditcardnumber debitcard debitcardnumber pan paymentcard kartennummer kreditkarte tarjeta numerotarjeta carte numerocarte cartao numerocartao kaartnummer cardnum",
);
const ibanWords = set("iban ibans bankaccount accountiban kontonummer");
const governmentWords: ReadonlySet<string> = new Set(governmentIdWords);
const passportWords = set(
  "passport passportnumber passportno passnummer reisepass reisepassnummer pasaporte numeropasaporte passeport passaporte passaporto paspoort paspoortnummer traveldocument traveldocumentnumber mrz",
);
const healthWords = set(
  "icd icd10 diagnosis diagnoses diagnosiscode diagnose disease diseases illness medicalcondition medicalconditions conditioncode bloodtype bloodgroup blutgruppe allergy allergies allergen medication medications prescription prescriptions drug drugs symptom symptoms medicalhistory medicalrecord mrn medicalrecordnumber immunization vaccine vaccination vaccinations procedurecode diagnostico maladie enfermedad disability disabilities hba1c bloodpressure snomed comorbidity comorbidities chiefcomplaint primarydiagnosis hiv vih hepatitis tuberculosis syphilis cancer tumor tumour diabetes diabetic asthma epilepsy dementia depression pregnancy pregnant pregnancystatus gravidity menstrual menstruation lastmenstrualperiod miscarriage mentalhealth mentalillness psychiatric psychiatrichistory substanceuse substanceabuse smokingstatus tobaccouse alcoholuse covidstatus covidtest covidresult healthcondition healthconditions chroniccondition chronicconditions preexistingcondition preexistingconditions labresult labresults medicalnotes clinicalnotes clinicalfindings prognosis biopsy surgery surgeries surgicalhistory familyhistory treatmentplan dosage rhfactor bloodsugar bloodglucose immunisation loinc krankheit krankheiten medikament medikamente allergien schwangerschaft impfstatus medicament medicaments grossesse alergia alergias medicamento medicamentos embarazo enfermedades",
);
const latitudeWords = set("lat latitude latitud latdeg breitengrad breite");
const longitudeWords = set("lon lng long longitude longitud londeg lngdeg laengengrad langengrad");
const geoWords = set("geo geolocation latlng latlon latlong lnglat gps gpslocation geopoint geohash coordinates coords coordinate position location lastlocation geocoordinates");
const tokenWords = set(
  "token tokens secret secrets apikey apisecret accesskey secretkey privatekey clientsecret password passwd pwd passphrase credential credentials signingkey encryptionkey refreshtoken accesstoken sessiontoken authtoken bearer webhooksecret sessionid sessionkey masterkey",
);
const ipWords = set("ip ips ipaddress ipaddr ipv4 ipv6 remoteaddr remoteip clientip sourceip srcip dstip lastip loginip hostip serverip lastloginip");
const passwordWords = set("password passwd pwd passwort contrasena motdepasse senha wachtwoord");
const noSecretWords = set("next page continuation cursor sync delta resume pagination skip max min prompt completion total input output used remaining strength required");
const checkedWords = set("isbn ean gtin barcode upc imei imsi iccid vin isin lei issn asin");
/** Not `sku`, `quantity`: orders of people have them. */
const thingWords = set("price prices stock isbn ean gtin barcode upc manufacturer genre species breed brand vendor population altitude director album artist band timezone");
const versionWords = set(
  "driver assembly component firmwares kernel sdk engine fileversion productversion version versions ver build release revision firmware semver appversion osversion apiversion browserversion oid",
);
const notSecrets = set(
  "countrycode code key keys answer challenge verification verified statuscode errorcode zipcode postalcode currencycode languagecode keyword publickey idempotencykey primarykey sortkey partitionkey foreignkey nextpagetoken pagetoken nexttoken cursortoken etag",
);
const otherWords = set(
  "order orders orderid ordernumber orderno invoice invoiceno invoicenumber sku upc ean isbn asin gtin barcode serial serialnumber tracking trackingnumber shipment reference ref refno referencenumber ticket ticketnumber casenumber transaction transactionid txn txid receipt hash checksum sha md5 sha1 sha256 digest etag commit version build revision sequence seq offset timestamp time epoch created updated modified expires expiry createdat updatedat duration bytes size length count total amount price balance quantity qty score rating population views likes width height rank port pid imei imsi iccid vin batch lot product productid trace span request requestid correlation nonce salary parcel waybill flight revisionid snowflake confirmation booking reservation pnr voucher coupon license licence plate merchant city town station stop brand vendor manufacturer product model company band title label album artist track song movie language category",
);
