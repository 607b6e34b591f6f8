import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { extractSubjects } from "./exchange/subjects.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import type { Exchange, HeaderList } from "./exchange/exchange.ts";

/** One source that walks through a list is stopped wherever the identifier stands, also coded inside another value. */
const random = seededRandom(11);
const digits = (length: number): string => Array.from({ length }, () => Math.floor(random() * 10)).join("");
const phone = (): string => `+447${digits(9)}`;
const email = (): string => `ann${digits(6)}@mail.example`;
const number = (): string => `1${digits(6)}`;

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const base64url = (text: string): string => Buffer.from(text).toString("base64url");
const inUrl = encodeURIComponent;
const token = (claims: object): string => `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify(claims))}.`;
const graphql = (id: string): unknown => ({ query: "query Q($id: ID!) { node(id: $id) { id } }", variables: { id: base64(`User:${id}`) } });
const exists = (id: string): boolean => createHash("sha256").update(id).digest().readUInt8(0) % 2 === 0;

interface Asked {
  readonly path: string;
  readonly headers?: HeaderList;
  readonly form?: string;
  readonly sent?: unknown;
}

function exchange(n: number, address: string, id: string, { path, headers = [], form, sent }: Asked): Exchange {
  const at = Date.UTC(2026, 2, 2, 10) + n * 1_500;
  const made = jsonExchange({ id: `x${n}`, at, address, path, headers: [["User-Agent", "curl/8"], ...headers], sent, answer: { known: exists(id) } });
  if (form === undefined) return made;
  const request = { headers: [...made.request.headers, ["Content-Type", "application/x-www-form-urlencoded"] as const], body: form };
  return { ...made, method: "POST", request };
}

/** What one source learns that asks about each of these people once; `first` others were asked about by another source before. */
function learned(ids: readonly string[], how: (id: string, n: number) => Asked, first = 0): { told: number; refused: number } {
  const judged = new Judged().all(ids.map((id, n) => exchange(n, n < first ? "203.0.113.9" : "198.51.100.77", id, how(id, n))));
  const told = judged.decisions.slice(first).filter(({ action }) => action === "allow").length;
  return { told, refused: ids.length - first - told };
}

const list = (of: () => string, count: number): string[] => Array.from({ length: count }, of);

describe("one source that walks through a list is stopped where the identifier stands", () => {
  it.each<[string, () => string, (id: string) => Asked]>([
    ["in base64 in the query", email, (id) => ({ path: `/status?u=${inUrl(base64(id))}` })],
    ["in base64url in the path", phone, (id) => ({ path: `/people/${base64url(id)}/status` })],
    ["in base64 in a form", phone, (id) => ({ path: "/status", form: `who=${inUrl(base64(id))}&lang=en` })],
    ["in base64 in JSON", email, (id) => ({ path: "/status", sent: { who: { ref: base64(id) }, lang: "en" } })],
    ["in JSON in the query", phone, (id) => ({ path: `/status?filter=${inUrl(JSON.stringify({ phone: id, page: 1 }))}` })],
    ["in a list in JSON in the query", email, (id) => ({ path: `/status?in=${inUrl(JSON.stringify([id]))}` })],
    ["in JSON in a form field", email, (id) => ({ path: "/status", form: `data=${inUrl(JSON.stringify({ user: { email: id } }))}` })],
    ["in JSON in base64 in the path", phone, (id) => ({ path: `/status/${base64url(JSON.stringify({ phone: id, v: 1 }))}` })],
    ["in JSON in a text in JSON", phone, (id) => ({ path: "/status", sent: { payload: JSON.stringify({ phone: id }) } })],
    ["percent-encoded twice in the query", email, (id) => ({ path: `/status?email=${inUrl(inUrl(id))}` })],
    ["percent-encoded twice in the path", phone, (id) => ({ path: `/people/${inUrl(inUrl(id))}/status` })],
    ["in a header of its own", phone, (id) => ({ path: "/status", headers: [["X-Phone", id]] })],
    ["in base64 in a header", phone, (id) => ({ path: "/status", headers: [["X-Account-Ref", base64(id)]] })],
    ["in the payload of a token that nobody signed", phone, (id) => ({ path: `/status?request=${token({ phone: id, iat: 1 })}` })],
    ["in a global id in the path", number, (id) => ({ path: `/node/${base64(`User:${id}`)}` })],
    ["in a global id in a variable of GraphQL", number, (id) => ({ path: "/graphql", sent: graphql(id) })],
    ["in a digest the client made", phone, (id) => ({ path: `/contacts/${createHash("sha256").update(id).digest("hex")}` })],
    ["in a short digest the client made, in the query", email, (id) => ({ path: `/avatar?email_hash=${createHash("md5").update(id).digest("hex")}` })],
    ["in a digest in a list", phone, (id) => ({ path: "/sync", sent: { contacts: [createHash("sha1").update(id).digest("hex")] } })],
  ])("%s", (_, of, how) => {
    const { told, refused } = learned(list(of, 60), how);
    expect(told).toBeLessThanOrEqual(26);
    expect(refused).toBeGreaterThan(33);
  });
});

describe("a guarded question is guarded however it is coded", () => {
  const coded = (text: string) => (): Asked => ({ path: `/status?u=${inUrl(text)}` });
  const byJson = (id: string): Asked => ({ path: `/status?filter=${inUrl(JSON.stringify({ phone: id }))}` });

  it("one person in many spellings of base64 is charged once", () => {
    const [one = "", ...others] = list(email, 45);
    const spellings = [base64(one), base64url(one), base64(` ${one}`), inUrl(base64(one)), base64(base64(one)), inUrl(inUrl(one))];
    const asked = [...others.map((id) => [id, base64(id)]), ...spellings.map((text) => [one, text]), ...list(email, 6).map((id) => [id, base64(id)])];
    const { told } = learned(
      asked.map(([id = ""]) => id),
      (_id, n) => coded(asked[n]?.[1] ?? "")(),
      44,
    );
    expect(told).toBeGreaterThanOrEqual(spellings.length + 5);
  });

  it.each<[string, (id: string) => string]>([
    ["with a key twice", (id) => `{"phone":"+1","phone":"${id}"}`],
    ["with a comma too much, as some readers accept it", (id) => `{"phone":"${id}",}`],
    ["in another coding", (id) => base64url(JSON.stringify({ phone: id }))],
    ["padded beyond what is read", (id) => JSON.stringify({ phone: id, pad: "x".repeat(9_000) })],
    ["as a list", (id) => JSON.stringify([{ phone: id }])],
    ["under a key in capitals", (id) => JSON.stringify({ PHONE: id })],
  ])("JSON in the query %s", (_, how) => {
    const { told } = learned(list(phone, 84), (id, n) => (n < 44 ? byJson(id) : { path: `/status?filter=${inUrl(how(id))}` }), 44);
    expect(told).toBeLessThanOrEqual(12);
  });
});

it("a declared cookie is read, in clear and coded", () => {
  const asked = (name: string, cookie: string): number =>
    extractSubjects([{ location: { in: "cookie", name }, type: "email" }], "/status", { ...noParts, header: (header) => (header === "cookie" ? cookie : undefined) }, ports)
      .subjects.length;
  expect(asked("who", `lang=en; who=${inUrl("anna@mail.example")}`)).toBe(1);
  expect(asked("who", `lang=en; who=${base64("anna@mail.example,ben@mail.example")}`)).toBe(2);
  expect(asked("state.email", `state=${inUrl(JSON.stringify({ email: "anna@mail.example" }))}`)).toBe(1);
  expect(asked("state.email", `state=${inUrl(base64(JSON.stringify({ email: "anna@mail.example" })))}`)).toBe(1);
  expect(asked("state.email", "lang=en")).toBe(0);
});
const noParts = { segments: ["status"], query: "", contentType: "", body: "" };

describe("what is coded and names nobody", () => {
  it.each<[string, () => Asked]>([
    ["the state of a sign-in", () => ({ path: `/callback?state=${inUrl(base64(JSON.stringify({ nonce: digits(12), to: "/home" })))}` })],
    ["a token that somebody signed", () => ({ path: `/inbox?jwt=${base64url('{"alg":"HS256"}')}.${base64url(JSON.stringify({ phone: phone() }))}.${"s".repeat(43)}` })],
    ["a place in a list", () => ({ path: `/items?cursor=${inUrl(base64(`offset:${digits(3)}`))}` })],
  ])("%s is no identifier", (_, how) => {
    expect(learned(list(number, 60), how).refused).toBe(0);
  });
});
