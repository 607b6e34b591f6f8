import { allFakers, type Faker } from "@faker-js/faker";
import { type CountryCode, getCountries, getCountryCallingCode, parsePhoneNumberFromString } from "libphonenumber-js/min";
import type { DataClass } from "../inventory/data-classes.ts";
import { lookAlikes } from "./look-alikes.ts";
import { governmentIdMakers, luhnDigit, number, pick } from "./make-government-id.ts";
import { seededRandom } from "./seeded-random.ts";

/** A field with the class it is of, or none. */
export interface LabelledField {
  readonly label: DataClass | undefined;
  /** Of a field without a class: what it holds. */
  readonly kind?: string;
  readonly name: string;
  readonly values: readonly (string | number)[];
}

/**
 * A labelled set of fields, built anew for each seed: numbers of every region from the `examples` given, values of an independent generator in every language it
 * has, ids made the way states make them, and what must not be taken for any of it. Field names are often such that they say nothing.
 */
export function labelledFields(seed: number, examples: Readonly<Partial<Record<string, string>>>): readonly LabelledField[] {
  const next = seededRandom(seed);
  const fields: LabelledField[] = [];
  const languages = Object.entries(allFakers).filter(([name]) => name !== "base" && name !== "dv");
  for (const [, faker] of languages) faker.seed(seed);
  const count = (): number => 10 + pick(next, 16);
  const name = (...names: readonly string[]): string => names[pick(next, names.length)] ?? "value";
  const many = (make: () => string | number): readonly (string | number)[] => Array.from({ length: count() }, make);
  const add = (label: DataClass | undefined, field: string, make: () => string | number): void => {
    try {
      fields.push({ label, name: field, values: many(make) });
    } catch (error) {
      // Not every language has postal codes, or telephones.
      if (!(error instanceof Error && error.message.includes("applicable to this locale"))) throw error;
    }
  };
  const silent = (): string => name("value", "data", "field1", "a", "content", "item.value", "result", "x1", "col7", "answer.entry");

  // Phones: an example of every region, its last digits drawn, as the region's plan allows.
  for (const country of getCountries()) {
    const national = examples[country];
    if (national === undefined) continue;
    const numbers = plausible(country, national, next);
    if (numbers.length < 10) continue;
    const code = getCountryCallingCode(country);
    fields.push({ label: "phone", name: silent(), values: numbers.map((one) => `+${code}${one}`) });
    fields.push({ label: "phone", name: name("phone", "mobileNumber", "contact_phone", "user.telefon", "msisdn", "celular"), values: numbers.map((one) => `${code}${one}`) });
    fields.push({ label: "phone", name: name("phone", "tel", "customer.mobile", "phone.number"), values: numbers });
    if (national.length >= 8) fields.push({ label: "phone", name: silent(), values: numbers.map((one) => (pick(next, 2) === 0 ? `${code}${one}` : Number(`${code}${one}`))) });
  }

  for (const [language, faker] of languages) {
    const person = has(faker, "firstName");
    if (person) {
      add("name", name("firstName", "first_name", "givenName", "vorname", "prenom"), () => faker.person.firstName());
      add("name", name("lastName", "surname", "family_name", "apellido"), () => faker.person.lastName());
      add("name", name("fullName", "customer.full_name", "cardholderName", "legalName"), () => faker.person.fullName());
    }
    if (/^(en|en_US|en_GB|de|fr|es|it|pt_BR|nl)$/.test(language)) {
      for (let n = 0; n < 6; n++) add("name", name("user.name", "customer.name", "author", "createdBy"), () => `${faker.person.firstName()} ${faker.person.lastName()}`);
      if (!/^(es|it)$/.test(language)) for (let n = 0; n < 4; n++) add("address", silent(), () => faker.location.streetAddress());
    }
    add("email", name("email", "e_mail", silent(), silent()), () => faker.internet.email());
    if (has(faker, "street")) add("address", name("address", "streetAddress", "street", "shipping.addressLine1", "adresse"), () => faker.location.streetAddress());
    add("phone", name("phone", "phoneNumber", "mobile", "work_phone"), () => faker.phone.number({ style: "national" }).replace(/\s+/g, " "));
    add("address", name("zip", "postalCode", "plz", "post_code"), () => faker.location.zipCode());
  }

  const { faker } = { faker: allFakers.en };
  for (let n = 0; n < 60; n++) {
    add("card", name("cardNumber", "pan", silent(), silent()), () => faker.finance.creditCardNumber().replaceAll("-", pick(next, 2) === 0 ? "" : "-"));
    add("iban", name("iban", "account", silent()), () => faker.finance.iban());
    add("ip", name("ip", "clientIp", silent()), () => faker.internet.ip());
    add("mac", name("mac", silent()), () => faker.internet.mac(pick(next, 2) === 0 ? ":" : "-"));
    add("jwt", name("token", silent()), () => faker.internet.jwt());
    add("birth-date", name("dob", "birthDate", "date_of_birth", "geburtsdatum"), () => birth(faker, n));
    add("geo", name("lat", "latitude", "location.lat"), () => faker.location.latitude({ precision: 5 }));
    add("geo", name("position", "coordinates", "geo", silent()), () => `${faker.location.latitude({ precision: 5 })},${faker.location.longitude({ precision: 5 })}`);
    add("passport", name("passportNumber", "passport_no", "reisepassNummer"), () => faker.helpers.fromRegExp(/[A-Z][0-9]{8}/));
    add("secret", name("apiKey", "client_secret", "password", "refresh_token"), () => faker.string.alphanumeric(32));
    add("secret", silent(), () => secrets(faker, n));
    add(
      "health",
      name("diagnosis", "icd10", "diagnosis.code"),
      () => `${faker.helpers.arrayElement(Array.from("ABCDEFGHIJKLMNOPQRSTVWXYZ"))}${number(next, 2)}.${number(next, 1)}`,
    );
    add("health", name("bloodType", "allergies", "medication"), () =>
      faker.helpers.arrayElement(["Penicillin", "Ibuprofen 400 mg", "A+", "Peanuts", "Type 2 diabetes", "Metformin", "0-"]),
    );
    add("free-text", name("comment", "description", "notes", silent()), () => faker.lorem.paragraph(3));
  }
  for (const [scheme, make] of Object.entries(governmentIdMakers)) {
    for (let n = 0; n < 4; n++) add("government-id", name("nationalId", "taxId", "identityNumber", "personalId"), () => make(next));
    for (let n = 0; n < 4; n++) add("government-id", silent(), () => make(next));
    add("government-id", `person.${scheme.split("-")[1] ?? ""}`, () => make(next));
  }

  add(undefined, name("name", "label", silent()), () => faker.music.songName());
  for (let n = 0; n < 30; n++) {
    add(undefined, name("username", "login", silent()), () => faker.internet.username());
    add(undefined, name("url", "avatar", silent()), () => faker.internet.url());
    add(undefined, name("loyaltyNumber", "reference"), () => luhnNumber(number(next, 10)));
    let step = 1e9 + pick(next, 9e9);
    add(undefined, name("sequence", silent()), () => `49151${String((step += 1 + pick(next, 3))).slice(-8)}`);
    add(undefined, name("order", silent()), () => `2024${number(next, 7)}`);
  }
  for (const { kind, names, make } of lookAlikes(next, seed))
    for (const one of names)
      for (let n = 0; n < 2; n++) fields.push({ label: undefined, kind, name: one === "" ? silent() : one, values: Array.from({ length: count() }, (_, i) => make(i)) });
  return fields;
}

function luhnNumber(head: string): string {
  return `${head}${luhnDigit(head)}`;
}

/** Numbers of one region: its example with the last digits drawn, those the plan allows. */
function plausible(country: CountryCode, example: string, next: () => number): readonly string[] {
  const keep = Math.max(2, example.length - 6);
  const found = new Set<string>();
  for (let n = 0; n < 400 && found.size < 16; n++) {
    const drawn = example.slice(0, keep) + number(next, example.length - keep);
    if (parsePhoneNumberFromString(drawn, country)?.isValid() === true) found.add(drawn);
  }
  return [...found];
}

function has(faker: Faker, what: "firstName" | "street"): boolean {
  try {
    return what === "firstName" ? /\p{L}/u.test(faker.person.fullName()) : /\p{L}/u.test(faker.location.streetAddress());
  } catch {
    return false;
  }
}

function birth(faker: Faker, style: number): string | number {
  const date = faker.date.birthdate();
  const iso = date.toISOString();
  return (
    [iso.slice(0, 10), iso, `${iso.slice(8, 10)}.${iso.slice(5, 7)}.${iso.slice(0, 4)}`, `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)}`, date.getTime()][style % 5] ??
    iso
  );
}

/** Put together here, so that no scanner takes the source for a leak. */
function secrets(faker: Faker, style: number): string {
  const text = (length: number): string => faker.string.alphanumeric(length);
  return (
    [
      `${["gh", "p_"].join("")}${text(36)}`,
      `AKIA${faker.string.alphanumeric({ length: 16, casing: "upper" })}`,
      `${["sk", "live", ""].join("_")}${text(24)}`,
      `${["xox", "b-"].join("")}${faker.string.numeric(12)}-${text(24)}`,
      `AIza${text(35)}`,
      `-----BEGIN ${["PRI", "VATE"].join("")} KEY-----\n${text(64)}`,
      `postgres://${faker.internet.username().replaceAll(/\W/g, "")}:${text(12)}@db.example.org/app`,
    ][style % 7] ?? ""
  );
}
