import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Ports } from "./ports.ts";
import { base64CharactersMax, decodeBase64 } from "./decode-base64.ts";
import { keyCharactersMax, meaningOfKey } from "./masked-keys.ts";
import { cookiesMax } from "./redact-credential.ts";
import { redactCharactersMax, redactDepthMax, redactHeaders, redactJson, redactNodesMax, redactText, redactUrl } from "./redact.ts";
import type { Json } from "./view.ts";

const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "test key").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 1,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};

const digits = (min: number, max: number): fc.Arbitrary<string> => fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: min, maxLength: max });
const word = fc.string({ unit: fc.constantFrom(...Array.from("bcdfghjkmnpqrstvwxyz")), minLength: 6, maxLength: 14 });
const token = fc.string({ unit: fc.constantFrom(...Array.from("ghjkmnpqGHJKMNPQ23456789_")), minLength: 16, maxLength: 40 }).map((text) => `q${text}`);
const phone = digits(10, 14).map((rest) => `9${rest}`);
const email = fc.tuple(word, word).map(([local, domain]) => `${local}@${domain}.example`);
const card = digits(15, 15).map((base) => withCheckDigit(`4${base.slice(1)}`));

/** Fragments of the secret that would give it away: the whole, and any half of it. */
const traces = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("base64url"),
  secret.slice(0, Math.ceil(secret.length / 2) + 2),
];

function expectGone(shown: string, secret: string): void {
  for (const trace of traces(secret)) expect(shown.toLowerCase().includes(trace.toLowerCase()), `"${trace}" is still in ${shown}`).toBe(false);
}

const secretKeys = [
  "password",
  "pwd",
  "secret",
  "password_confirmation",
  "passwordConfirmation",
  "cc",
  "card_number",
  "cardNumber",
  "ccv",
  "ssn",
  "credit_score",
  "creditScore",
  "api_key",
  "accessToken",
  "X-Api-Key",
  "user[pin]",
  "newPassword",
];

describe("no planted secret survives", () => {
  test.each(secretKeys)("under %s: as text, as number, in a list, at any depth", (key) => {
    fc.assert(
      fc.property(token, fc.integer({ min: 100_000, max: 2 ** 50 }), fc.integer({ min: 0, max: redactDepthMax - 4 }), (secret, number, depth) => {
        let value: Json = { [key]: secret, also: [{ [key]: number }, { [key]: [secret, number] }] };
        for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? { inner: value } : [value];
        const shown = JSON.stringify(redactJson(value, ports));
        expectGone(shown, secret);
        expectGone(shown, String(number));
      }),
      { numRuns: 30 },
    );
  });

  test("phones, e-mails and cards, as text or number, under names that tell nothing", () => {
    fc.assert(
      fc.property(phone, email, card, (number, address, pan) => {
        const value: Json = {
          a: number,
          b: Number(number),
          c: `call +${number}!`,
          d: [address, `to <${address}>`],
          e: pan,
          f: Number(pan),
          [address]: 1,
          g: JSON.stringify({ h: address }),
        };
        const shown = JSON.stringify(redactJson(value, ports));
        for (const secret of [number, address, pan]) expectGone(shown, secret);
      }),
      { numRuns: 200 },
    );
  });

  test("phones in the ways people write them", () => {
    for (const text of ["+999 155 501 00", "999-15550100", "(999) 155-501.00", "00999/15550100", "tel:+99915550100", "x+9991555010"]) {
      const shown = redactText(`Number ${text} asked`, ports);
      expect(shown).toMatch(/\[phone:[0-9a-f]{16}\]/);
      expect(shown).not.toMatch(/1555|501/);
    }
  });

  test("user names under keys that name them, in JSON, query and header", () => {
    fc.assert(
      fc.property(word, (name) => {
        expectGone(JSON.stringify(redactJson({ username: name, user: name, customer: { login: name } }, ports)), name);
        expectGone(redactUrl(`/search?username=${name}&login=${name}`, ports), name);
        expectGone(
          JSON.stringify(
            redactHeaders(
              [
                ["X-Remote-User", name],
                ["X-Username", name],
              ],
              ports,
            ),
          ),
          name,
        );
        expectGone(redactText(`{"username":"${name}","cut`, ports), name);
      }),
    );
  });

  test("in a URL: user info, every path segment, query values, percent-encoded up to three times", () => {
    fc.assert(
      fc.property(fc.oneof(phone, email), word, token, fc.integer({ min: 1, max: 3 }), (identifier, name, secret, layers) => {
        let encoded = identifier;
        for (let i = 0; i < layers; i += 1) encoded = percentAll(encoded);
        for (const url of [
          `https://${name}:${secret}@api.example.com/users/${name}/${encoded}?q=${encoded}&token=${secret}#${secret}`,
          `/users/${name}/${encoded}?a=b&q=${encoded}&password=${encodeURIComponent(secret)}`,
        ]) {
          const shown = redactUrl(url, ports);
          for (const planted of [identifier, name, secret]) expectGone(shown, planted);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("in headers: credentials, cookies, keys, referers", () => {
    fc.assert(
      fc.property(token, email, (secret, address) => {
        const shown = JSON.stringify(
          redactHeaders(
            [
              ["Authorization", `Bearer ${secret}`],
              ["Authorization", `Basic ${Buffer.from(`${address}:${secret}`).toString("base64")}`],
              ["authorization", secret],
              ["Authorization", `${secret} rest`],
              ["Cookie", `sid=${secret}; mail=${address}; ${secret}`],
              ["Set-Cookie", `sid=${secret}; Path=/${address}; HttpOnly; SameSite=Lax`],
              ["X-Api-Key", secret],
              ["X-Auth-Token", secret],
              ["Referer", `https://example.com/reset/${secret}?mail=${address}`],
              ["X-Note", `for ${address}`],
            ],
            ports,
          ),
        );
        for (const planted of [secret, address, Buffer.from(`${address}:${secret}`).toString("base64").slice(0, 16)]) expectGone(shown, planted);
      }),
    );
  });

  test("in free text: pairs, cut JSON, escaped JSON, log lines, base64", () => {
    fc.assert(
      fc.property(token, email, phone, (secret, address, number) => {
        for (const text of [
          `password=${secret}&x=1`,
          `{"a":1,"password":"${secret}","b":`,
          `body: {\\"password\\":\\"${secret}\\",\\"n\\":1}`,
          `Authorization: Bearer ${secret}`,
          `sent bearer ${secret} to them`,
          `password: '${secret}`,
          `{"password" : ${Number(number)}`,
        ])
          expectGone(redactText(text, ports), text.includes(secret) ? secret : number);
        for (const text of [
          `1.2.3.4 - - "GET /u/${encodeURIComponent(address)} HTTP/1.1" 200`,
          `x ${Buffer.from(`mail ${address}`).toString("base64")} y`,
          `${address},${number}`,
        ]) {
          const shown = redactText(text, ports);
          expectGone(shown, address);
          expect(shown).not.toContain(Buffer.from(`mail ${address}`).toString("base64"));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("of a JWT neither claims nor signature", () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const jwt = `${part({ alg: "HS256" })}.${part({ sub: "alice", email: "alice@victim.example" })}.c2lnbmF0dXJlLXNpZ25hdHVyZQ`;
    const shown = [
      redactText(`token is ${jwt}.`, ports),
      JSON.stringify(redactHeaders([["Authorization", `Bearer ${jwt}`]], ports)),
      JSON.stringify(redactJson({ data: jwt }, ports)),
    ].join("\n");
    for (const piece of jwt.split(".")) expect(shown).not.toContain(piece);
    expect(shown).toContain("Bearer hash:");
    expect(shown).toContain("[jwt:");
  });
});

describe("what is kept", () => {
  test("the scheme word, cookie names and flags, harmless values, IPv4 addresses, promoted segments", () => {
    expect(
      redactHeaders(
        [
          ["Authorization", "Bearer abc"],
          ["Accept", "*/*"],
        ],
        ports,
      ),
    ).toEqual([
      ["Authorization", expect.stringMatching(/^Bearer hash:[0-9a-f]{16}$/)],
      ["Accept", "*/*"],
    ]);
    expect(redactHeaders([["Set-Cookie", "sid=1; HttpOnly; Path=/x; SameSite=Lax"]], ports)[0]?.[1]).toMatch(/^sid=hash:[0-9a-f]{16}; HttpOnly; SameSite=Lax$/);
    expect(redactJson({ count: 12, ok: true, none: null, note: "fine" }, ports)).toEqual({ count: 12, ok: true, none: null, note: "fine" });
    expect(redactText("from 203.0.113.77 at noon", ports)).toBe("from 203.0.113.77 at noon");
    expect(redactUrl("https://api.example.com/users/7?page=2", ports, { promoted: (_, segment) => segment === "users" })).toMatch(
      /^https:\/\/api\.example\.com\/users\/\{d1~[0-9a-f]{16}\}\?page=2$/,
    );
  });

  test("the same secret gives the same mark, another gives another", () => {
    const mark = (value: string): string | undefined => redactHeaders([["X-Api-Key", value]], ports)[0]?.[1];
    expect(mark("one")).toBe(mark("one"));
    expect(mark("one")).not.toBe(mark("two"));
  });

  test("a mask has one length, or in the compatible mode the value's own", () => {
    expect(redactJson({ password: "x", pwd: "a much longer one" }, ports)).toEqual({ password: "********", pwd: "********" });
    expect(redactJson({ password: "abc", ccv: 1234 }, ports, { mask: "same-length" })).toEqual({ password: "***", ccv: "****" });
  });

  test("more keys can be named", () => {
    expect(redactJson({ mutterName: "Schmidt" }, ports, { keys: ["mutter-name"] })).toEqual({ mutterName: "********" });
  });
});

describe("bounds", () => {
  test("text is cut at its bound and says so", () => {
    const shown = redactText("a ".repeat(40_000), ports);
    expect(shown.endsWith("[cut]")).toBe(true);
    expect(shown.length).toBeLessThan(66_000);
    const words = (length: number): string => "a ".repeat(length).slice(0, length);
    expect(redactText(words(redactCharactersMax), ports)).toBe(words(redactCharactersMax));
    expect(redactText(words(redactCharactersMax + 1), ports)).toBe(`${words(redactCharactersMax)}[cut]`);
  });

  test("JSON is cut at its depth and node bounds without overflowing", () => {
    let deep: Json = "hunter2";
    for (let i = 0; i < 5_000; i += 1) deep = [deep];
    expect(JSON.stringify(redactJson(deep, ports))).toContain("[cut]");
    const wide = redactJson(
      Array.from({ length: 30_000 }, (_, i) => i),
      ports,
    );
    expect(JSON.stringify(wide)).toContain("[cut]");
    const items = redactJson(
      Array.from({ length: redactNodesMax + 1 }, () => true),
      ports,
    );
    // The list itself is a node.
    expect(Array.isArray(items) ? [items.length, items.indexOf("[cut]")] : []).toEqual([redactNodesMax, redactNodesMax - 1]);
  });

  test("64 cookies are kept apart and the rest is one hash; base64 is read to its bound; a name of more than 256 characters means nothing", () => {
    const cookies = (count: number): string => redactHeaders([["Cookie", Array.from({ length: count }, (_, n) => `c=${n}`).join("; ")]], ports)[0]?.[1] ?? "";
    expect(cookies(cookiesMax).split("; ")).toHaveLength(cookiesMax);
    expect(cookies(cookiesMax + 9).split("; ")).toHaveLength(cookiesMax + 1);
    expect(cookies(cookiesMax + 9)).toMatch(/; hash:[0-9a-f]{16}$/);
    expect([decodeBase64("A".repeat(base64CharactersMax)), decodeBase64("A".repeat(base64CharactersMax + 4))].map((bytes) => bytes?.length)).toEqual([49_152, 49_152]);
    expect([keyCharactersMax, keyCharactersMax + 1].map((length) => meaningOfKey("password".padStart(length, "x")))).toEqual(["secret", undefined]);
  });

  test.each([["@"], ["1-"], ["a@"], ["="], ["password="], ["eyJ."], ["%25"], ['\\"'], ["+1 "], ["bearer  "], ["{"], ["A"]])("64 KiB of %s take no time", (piece) => {
    const started = performance.now();
    redactText(piece.repeat(65_536 / piece.length), ports);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

function percentAll(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function withCheckDigit(base: string): string {
  let sum = 0;
  for (let i = 0; i < base.length; i += 1) {
    const digit = Number(base[base.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return `${base}${(10 - (sum % 10)) % 10}`;
}
