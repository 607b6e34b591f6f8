/** Numbers of nobody, made the way each state makes them: from the digits to the check, so that what reads them is tested against another way. */
export const governmentIdMakers: Readonly<Record<string, (random: () => number) => string>> = {
  "us-ssn": (random) => `${pad(1 + pick(random, 665), 3)}-${pad(1 + pick(random, 99), 2)}-${pad(1 + pick(random, 9_999), 4)}`,
  "gb-nino": (random) => `${letter(random, "ABCEGHJLPRSTWXY")}${letter(random, "ACEHJLMPRSWXYZ")}${number(random, 6)}${letter(random, "ABCD")}`,
  "gb-nhs": (random) =>
    until(() => {
      const head = `9${number(random, 8)}`;
      const check = (11 - (Array.from(head).reduce((sum, digit, i) => sum + Number(digit) * (10 - i), 0) % 11)) % 11;
      return check === 10 ? undefined : `${head}${check}`;
    }),
  "de-tax": (random) => {
    // Ten places, one digit twice, one absent.
    const digits = shuffled(random, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).slice(0, 9);
    const head = shuffled(random, [...digits, digits[0] ?? 1]);
    if (head[0] === 0) head.push(...head.splice(0, 1));
    if (head[0] === 0) head.push(...head.splice(0, 1));
    return head.join("") + iso1110(head);
  },
  "es-dni": (random) => {
    const value = pick(random, 99_999_999);
    return pad(value, 8) + "TRWAGMYFPDXBNJZSQVHLCKE".charAt(value % 23);
  },
  "es-nie": (random) => {
    const [first, value] = [pick(random, 3), pick(random, 9_999_999)];
    return "XYZ".charAt(first) + pad(value, 7) + "TRWAGMYFPDXBNJZSQVHLCKE".charAt((first * 10_000_000 + value) % 23);
  },
  "fr-nir": (random) => {
    const head = `${1 + pick(random, 2)}${pad(pick(random, 100), 2)}${pad(1 + pick(random, 12), 2)}${pad(1 + pick(random, 95), 2)}${number(random, 6)}`;
    return head + pad(97 - Number(BigInt(head) % 97n), 2);
  },
  "it-cf": (random) => {
    const head = `${letters(random, 6)}${number(random, 2)}${letter(random, "ABCDEHLMPRST")}${pad(1 + pick(random, 28), 2)}${letter(random, "ABCDEFGHL")}${number(random, 3)}`;
    let sum = 0;
    Array.from(head).forEach(
      (one, i) => (sum += i % 2 === 0 ? (oddValues[/\d/.test(one) ? Number(one) : one.charCodeAt(0) - 65] ?? 0) : /\d/.test(one) ? Number(one) : one.charCodeAt(0) - 65),
    );
    return head + String.fromCharCode(65 + (sum % 26));
  },
  "nl-bsn": (random) =>
    until(() => {
      const head = `1${number(random, 7)}`;
      const check = Array.from(head).reduce((sum, digit, i) => sum + Number(digit) * (9 - i), 0) % 11;
      return check === 10 ? undefined : `${head}${check}`;
    }),
  "pl-pesel": (random) => {
    const head = `${pad(pick(random, 100), 2)}${pad(1 + pick(random, 12), 2)}${pad(1 + pick(random, 28), 2)}${number(random, 4)}`;
    const sum = Array.from(head).reduce((total, digit, i) => total + Number(digit) * ([1, 3, 7, 9][i % 4] ?? 0), 0);
    return `${head}${(10 - (sum % 10)) % 10}`;
  },
  "br-cpf": (random) => {
    const head = number(random, 9);
    const first = eleven(head, 10);
    const text = `${head}${first}${eleven(`${head}${first}`, 11)}`;
    return `${text.slice(0, 3)}.${text.slice(3, 6)}.${text.slice(6, 9)}-${text.slice(9)}`;
  },
  "br-cnpj": (random) => {
    const head = `${number(random, 8)}0001`;
    const weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    const check = (text: string): number => {
      const rest = Array.from(text).reduce((sum, digit, i) => sum + Number(digit) * (weights[i + 13 - text.length] ?? 0), 0) % 11;
      return rest < 2 ? 0 : 11 - rest;
    };
    const first = check(head);
    return `${head}${first}${check(`${head}${first}`)}`;
  },
  "in-aadhaar": (random) => {
    const head = `${2 + pick(random, 8)}${number(random, 10)}`;
    let check = 0;
    Array.from(head)
      .toReversed()
      .forEach((digit, i) => (check = verhoeffMultiply(check, verhoeffPermute(Number(digit), i + 1))));
    return `${head}${[0, 4, 3, 2, 1, 5, 6, 7, 8, 9][check]}`;
  },
  "in-pan": (random) => `${letters(random, 3)}${letter(random, "PCHFATBLJG")}${letters(random, 1)}${number(random, 4)}${letters(random, 1)}`,
  "se-personnummer": (random) => {
    const head = `${pad(pick(random, 100), 2)}${pad(1 + pick(random, 12), 2)}${pad(1 + pick(random, 28), 2)}${number(random, 3)}`;
    return `${head.slice(0, 6)}-${head.slice(6)}${luhnDigit(head)}`;
  },
  "fi-hetu": (random) => {
    const [date, serial] = [`${pad(1 + pick(random, 28), 2)}${pad(1 + pick(random, 12), 2)}${pad(pick(random, 100), 2)}`, pad(2 + pick(random, 897), 3)];
    return `${date}-${serial}${"0123456789ABCDEFHJKLMNPRSTUVWXY".charAt(Number(date + serial) % 31)}`;
  },
  "za-id": (random) => {
    const head = `${pad(pick(random, 100), 2)}${pad(1 + pick(random, 12), 2)}${pad(1 + pick(random, 28), 2)}${number(random, 4)}08`;
    return `${head}${luhnDigit(head)}`;
  },
  "ca-sin": (random) => {
    const head = `${1 + pick(random, 7)}${number(random, 7)}`;
    return `${head}${luhnDigit(head)}`;
  },
  "cn-id": (random) => {
    const head = `110101${1950 + pick(random, 60)}${pad(1 + pick(random, 12), 2)}${pad(1 + pick(random, 28), 2)}${number(random, 3)}`;
    let sum = 0;
    // Each place weighs 2 to the power of its distance from the end, modulo 11.
    Array.from(head).forEach((digit, i) => (sum += Number(digit) * (2 ** (17 - i) % 11)));
    return head + "10X98765432".charAt(sum % 11);
  },
  "tr-tckn": (random) => {
    const d = Array.from(`${1 + pick(random, 9)}${number(random, 8)}`, Number);
    const ninth = (((((d[0] ?? 0) + (d[2] ?? 0) + (d[4] ?? 0) + (d[6] ?? 0) + (d[8] ?? 0)) * 7 - ((d[1] ?? 0) + (d[3] ?? 0) + (d[5] ?? 0) + (d[7] ?? 0))) % 10) + 10) % 10;
    const all = [...d, ninth];
    return all.join("") + (all.reduce((sum, digit) => sum + digit, 0) % 10);
  },
};

export function luhnDigit(head: string): number {
  let sum = 0;
  Array.from(head)
    .toReversed()
    .forEach((digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
  return (10 - (sum % 10)) % 10;
}

export function number(random: () => number, digits: number): string {
  let text = "";
  for (let i = 0; i < digits; i++) text += pick(random, 10);
  return text;
}

export function pick(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

const oddValues: readonly number[] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}

function letter(random: () => number, from: string): string {
  return from.charAt(pick(random, from.length));
}

function letters(random: () => number, count: number): string {
  return Array.from({ length: count }, () => letter(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")).join("");
}

function shuffled(random: () => number, from: readonly number[]): number[] {
  const list = [...from];
  for (let i = list.length - 1; i > 0; i--) {
    const j = pick(random, i + 1);
    [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
  }
  return list;
}

function until(make: () => string | undefined): string {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

function eleven(text: string, weight: number): number {
  const rest = Array.from(text).reduce((sum, digit, i) => sum + Number(digit) * (weight - i), 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
}

function iso1110(head: readonly number[]): number {
  let product = 10;
  for (const digit of head) {
    const sum = (digit + product) % 10 === 0 ? 10 : (digit + product) % 10;
    product = (2 * sum) % 11;
  }
  return product === 1 ? 0 : 11 - product;
}

/** Multiplication in the dihedral group D5, by its table. */
function verhoeffMultiply(a: number, b: number): number {
  return Number(verhoeffTable[a]?.charAt(b));
}

function verhoeffPermute(digit: number, times: number): number {
  let value = digit;
  for (let i = 0; i < times % 8; i++) value = Number("1576283094".charAt(value));
  return value;
}

const verhoeffTable: readonly string[] = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
