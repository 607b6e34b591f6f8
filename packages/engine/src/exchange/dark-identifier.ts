import { digitsOf, luhn } from "../inventory/checksums.ts";
import type { DarkRange } from "./dark-range.ts";
import type { SubjectType } from "./subject.ts";

/**
 * The range of an identifier's normal form in which nobody can be registered, if it is in one: country codes that are assigned to nobody (ITU-T E.164's list), numbers kept
 * for fiction (North America, Britain, France, Australia), mail domains of RFC 2606 and RFC 6761, and numbers that look like a card's or an IBAN but fail their checksum.
 *
 * A range by itself is no proof: a service may use `example.com` for its own tests, or ids that look like cards. Whoever counts such hits must first see that nobody
 * honest asks there. Constant time; reads the beginning of a number and the end of an address.
 */
export function darkRangeOf(type: SubjectType, normal: string): DarkRange | undefined {
  switch (type) {
    case "phone":
      return darkNumber(normal);
    case "email":
      return reservedDomain(normal) ? "reserved-domain" : undefined;
    case "integer":
    case "opaque":
      return wrongChecksum(normal);
    case "username":
    case "uuid":
      return undefined;
  }
}

/** Three digits after the plus that begin no country's numbers. `+999` is among them. */
const unassigned: ReadonlySet<string> = new Set(
  (
    "210 214 215 217 219 259 280 281 282 283 284 285 286 287 288 289 384 422 424 425 426 427 428 429 693 694 695 696 697 698 699 801 802 803 804 805 806 807 " +
    "830 831 832 833 834 835 836 837 838 839 851 854 857 858 859 884 885 887 889 890 891 892 893 894 895 896 897 898 899 978 990 999"
  ).split(" "),
);

/** Beginnings of numbers kept for fiction, by country: Ofcom's for drama, ARCEP's for works of fiction, ACMA's for creative works. */
const fictional: Readonly<Record<string, readonly string[]>> = {
  "+44": [
    "2079460",
    "1134960",
    "1144960",
    "1154960",
    "1164960",
    "1174960",
    "1184960",
    "1214960",
    "1314960",
    "1414960",
    "1514960",
    "1614960",
    "1914980",
    "1632960",
    "7700900",
    "8081570",
  ],
  "+33": ["19900", "26191", "35301", "46571", "53649", "63998"],
  "+61": ["25550", "27010", "35550", "37010", "75550", "77010", "85550", "87010"],
};

function darkNumber(normal: string): DarkRange | undefined {
  if (unassigned.has(normal.slice(1, 4))) return "unassigned-number";
  // Any area code, then 555-0100 to 555-0199.
  if (normal.startsWith("+1")) return normal.length === 12 && normal.startsWith("55501", 5) ? "fictional-number" : undefined;
  const beginnings = fictional[normal.slice(0, 3)];
  if (beginnings === undefined) return undefined;
  for (const beginning of beginnings) if (normal.startsWith(beginning, 3)) return "fictional-number";
  return undefined;
}

function reservedDomain(normal: string): boolean {
  const domain = normal.slice(normal.lastIndexOf("@") + 1);
  const last = domain.slice(domain.lastIndexOf(".") + 1);
  if (last === "test" || last === "example" || last === "invalid" || last === "localhost") return true;
  return last.length === 3 && (domain === `example.${last}` || domain.endsWith(`.example.${last}`)) && (last === "com" || last === "net" || last === "org");
}

function wrongChecksum(normal: string): DarkRange | undefined {
  const first = normal.charCodeAt(0);
  // Cards begin with 3 to 6 and have 15 or 16 digits.
  if (first >= 51 && first <= 54 && (normal.length === 15 || normal.length === 16)) {
    const digits = digitsOf(normal);
    return digits.length === normal.length && !luhn(digits) ? "card-checksum" : undefined;
  }
  if (normal.length < 15 || normal.length > 34 || first < 65) return undefined;
  return /^[a-z]{2}\d{2}[a-z\d]{11,30}$/i.test(normal) && !iban(normal) ? "account-checksum" : undefined;
}

/** ISO 13616: the first four to the end, letters as two digits, modulo 97 is 1. */
function iban(normal: string): boolean {
  let rest = 0;
  for (const char of normal.slice(4) + normal.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
