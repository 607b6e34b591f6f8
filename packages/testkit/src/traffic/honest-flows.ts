import { jsonObject } from "../latchkey/message.ts";
import { customerKeyOf, customerLoginOf, deviceKeyOf, pinOf } from "../latchkey/secrets.ts";
import { countryCode, dashed, international, type Population, strangersFrom } from "../population.ts";
import { bookPart, type BookSizes, contactBook } from "./contact-book.ts";
import { ask, askStatus, type Conversation, headersOf, patiently, type Talk } from "./conversation.ts";
import type { Outcome, Script, TrafficRequest } from "./session.ts";
import { browserUserAgent, crawlerUserAgent, partnerUserAgent } from "./user-agents.ts";

/** Somebody with a telephone: the population's index and the number there. */
export interface Person {
  readonly index: number;
  readonly national: number;
}

/** The whole sign-in of the app: lookup, start, poll, pin, tokens. Done within about one to three minutes. */
export function* signIn(talk: Conversation, people: Population, person: Person, via: "sms" | "call" | "push", leaveChance = 0): Script {
  const { reference } = yield* askStatus(talk, 0, person.national, true);
  if (reference === undefined) return "gave-up";
  // Somebody who only looked whether the app still knows him.
  if (talk.source.chance(leaveChance)) return "left";
  return yield* register(talk, people, person, reference, via);
}

/** One digit wrong first, then the right number. */
export function* typoThenSignIn(talk: Conversation, people: Population, person: Person): Script {
  const digits = String(person.national).split("");
  const place = 1 + talk.source.int(7);
  digits[place] = String((Number(digits[place] ?? "0") + 1 + talk.source.int(8)) % 10);
  yield* askStatus(talk, 0, Number(digits.join("")), false);
  talk.at += talk.source.between(4_000, 15_000);
  return yield* signIn(talk, people, person, "sms");
}

/** The app finds nobody; the shop he signs up at creates the user; the app asks again and goes through. */
export function* signUp(talk: Conversation, people: Population, person: Person, customer: number): Script {
  const first = yield* askStatus(talk, 0, person.national, false);
  const created = yield* ask(talk, talk.source.between(15_000, 60_000), {
    method: "POST",
    path: "/customer/v1/users",
    headers: customerHeaders(people.seed, customer),
    body: JSON.stringify({ email: people.emailAt(person.index), cellphone: String(person.national), country_code: String(countryCode) }),
  });
  if (created.status !== 200) return "gave-up";
  const second = yield* askStatus(talk, talk.source.between(3_000, 12_000), person.national, true);
  const reference = second.reference ?? first.reference;
  return reference === undefined ? "gave-up" : yield* register(talk, people, person, reference, "sms");
}

/** An address book, sent by a signed-in device in parts. */
export function* syncContacts(talk: Conversation, people: Population, person: Person): Script {
  const deviceId = people.deviceIdAt(person.index);
  if (deviceId === undefined) return "left";
  const key = deviceKeyOf(people.seed, deviceId);
  let outcome: Outcome = "completed";
  for (let part = 0; part < 1 + talk.source.int(3); part += 1) {
    const numbers = Array.from({ length: 20 + talk.source.int(80) }, () =>
      people.numberAt(talk.source.chance(0.3) ? talk.source.int(people.accounts) : talk.source.int(20_000_000)),
    );
    const answer = yield* ask(talk, part === 0 ? 0 : 700, {
      method: "POST",
      path: "/client/v1/contacts/sync",
      headers: headersOf(talk, key, true),
      body: JSON.stringify({ numbers: numbers.map(international) }),
      contacts: numbers.filter((national) => people.holds(national)),
    });
    if (answer.status !== 200) outcome = "gave-up";
  }
  const approvals = yield* ask(talk, 2_000, { method: "GET", path: "/client/v1/approvals", headers: headersOf(talk, key) });
  return approvals.status === 200 ? outcome : "gave-up";
}

/** A telephone's whole book in parts, or what was added to it since: nought to six numbers. */
export function* syncBook(talk: Conversation, people: Population, person: Person, whole: boolean, sizes?: BookSizes): Script {
  const deviceId = people.deviceIdAt(person.index);
  if (deviceId === undefined) return "left";
  const headers = headersOf(talk, deviceKeyOf(people.seed, deviceId), true);
  const book = whole
    ? contactBook(people, person.index, sizes)
    : Array.from({ length: talk.source.int(7) }, () =>
        people.numberAt(talk.source.chance(0.3) ? talk.source.int(people.accounts) : strangersFrom - 1 - talk.source.int(5_000_000)),
      );
  let outcome: Outcome = "completed";
  for (let from = 0; from < book.length; from += bookPart) {
    const part = book.slice(from, from + bookPart);
    const answer = yield* ask(talk, from === 0 ? 0 : 700, {
      method: "POST",
      path: "/client/v1/contacts/sync",
      headers,
      body: JSON.stringify({ numbers: part.map(international) }),
      contacts: part.filter((national) => people.holds(national)),
    });
    if (answer.status !== 200) outcome = "gave-up";
  }
  return outcome;
}

/** A parent looks up the family, at most eight numbers, and signs nobody in. */
export function* syncFamily(talk: Conversation, family: readonly Person[], known: (person: Person) => boolean): Script {
  let answered = 0;
  for (const person of family.slice(0, familyMax)) {
    const { said } = yield* askStatus(talk, talk.source.between(3_000, 20_000), person.national, known(person));
    if (said !== "unsure" || known(person)) answered += 1;
  }
  return answered > 0 ? "completed" : "gave-up";
}

/** Numbers a family sync asks about without a credential. */
export const familyMax = 8;

/** A customer's nightly job: masked status, number facts, a message now and then. */
export function* partnerJob(talk: Conversation, people: Population, customer: number, users: number): Script {
  let outcome: Outcome = "completed";
  const headers = customerHeaders(people.seed, customer);
  for (let done = 0; done < users; done += 1) {
    const index = talk.source.int(people.accounts);
    const id = people.accountIdAt(index);
    const status = yield* ask(talk, talk.source.between(200, 900), { method: "GET", path: `/customer/v1/users/${id}/status`, headers });
    if (status.status !== 200) outcome = "gave-up";
    if (done % 4 === 0) yield* ask(talk, 150, { method: "GET", path: `/customer/v1/phones/info?country_code=${countryCode}&phone_number=${people.numberAt(index)}`, headers });
    if (done % 9 === 0) yield* ask(talk, 150, { method: "POST", path: `/customer/v1/users/${id}/sms`, headers, body: "{}" });
  }
  return outcome;
}

/** An uptime monitor: the same number each minute. */
export function* monitor(talk: Conversation, person: Person, probes: number): Script {
  let answered = 0;
  for (let probe = 0; probe < probes; probe += 1) {
    const due = talk.at;
    const { said } = yield* askStatus(talk, 0, person.national, true);
    if (said !== "missing") answered += 1;
    talk.at = Math.max(talk.at, due + 60_000);
  }
  return answered > 0 ? "completed" : "gave-up";
}

/** Somebody's crawler, looking for pages an API does not have. */
export function* crawl(talk: Conversation): Script {
  const paths = ["/robots.txt", "/", "/sitemap.xml", "/favicon.ico", "/index.php", "/wp-login.php", "/.well-known/security.txt", "/healthz", "/client/v1/", "/docs", "/api"];
  for (let page = 0; page < 4 + talk.source.int(8); page += 1) {
    yield* ask(talk, talk.source.between(500, 6_000), {
      method: "GET",
      path: talk.source.pick(paths),
      headers: [
        ["User-Agent", crawlerUserAgent],
        ["Accept", "*/*"],
      ],
    });
  }
  return "completed";
}

/** A customer's clerk signs in to the dashboard, sometimes with a slip first. */
export function* dashboardSignIn(talk: Conversation, people: Population, customer: number): Script {
  const { email, password } = customerLoginOf(people.seed, customer);
  const request = (given: string): TrafficRequest => ({
    method: "POST",
    path: "/v1/login",
    headers: [
      ["User-Agent", browserUserAgent],
      ["Accept", "application/json"],
      ["Content-Type", "application/json"],
    ],
    body: JSON.stringify({ email, password: given }),
  });
  if (talk.source.chance(0.2)) yield* ask(talk, 0, request(`${password}x`));
  const answer = yield* ask(talk, 4_000, request(password));
  return answer.status === 200 ? "completed" : "gave-up";
}

/** From start to the new device's first use. */
function* register(talk: Conversation, people: Population, person: Person, reference: string, wanted: "sms" | "call" | "push"): Talk<Outcome> {
  const base = `/client/v1/users/${reference}/devices/registration`;
  const deviceId = people.deviceIdAt(person.index);
  const via = wanted === "push" && (deviceId === undefined || person.index >= people.accounts) ? "sms" : wanted;
  const start = (): TrafficRequest => ({ method: "POST", path: `${base}/start`, headers: headersOf(talk, undefined, true), body: JSON.stringify({ via }) });
  const started = yield* patiently(talk, talk.source.between(1_000, 8_000), start);
  const requestId = jsonObject(started.body)["request_id"];
  // A suspended account or one with multi-device off is refused; the person has nothing to type.
  if (typeof requestId !== "string") return started.status === 403 ? "left" : "gave-up";
  if (via === "push" && deviceId !== undefined) yield* approveOnOldDevice(talk, people, deviceId, requestId);
  let pin = pinOf(people.seed, requestId);
  let accepted = false;
  for (let poll = 0; poll < 12 && !accepted; poll += 1) {
    const answer = yield* ask(talk, talk.source.between(2_000, 3_500), { method: "GET", path: `${base}/${requestId}/status`, headers: headersOf(talk) });
    const fields = jsonObject(answer.body);
    accepted = fields["status"] === "accepted";
    if (typeof fields["pin"] === "string") pin = fields["pin"];
  }
  if (!accepted) return "gave-up";
  const complete = (typed: string): TrafficRequest => ({
    method: "POST",
    path: `${base}/${requestId}/complete`,
    headers: headersOf(talk, undefined, true),
    body: JSON.stringify({ pin: typed, device_name: talk.userAgent.slice(-9, -1) }),
  });
  if (via !== "push" && talk.source.chance(0.04)) yield* ask(talk, talk.source.between(6_000, 20_000), complete(wrongPin(pin)));
  const done = yield* patiently(talk, via === "push" ? 300 : talk.source.between(6_000, 70_000), () => complete(pin));
  // A lost answer on a slow network: the second try is told that the first one worked.
  if (done.status === 409) return "completed";
  // A suspended account, said only now where the service says nothing earlier.
  if (done.status === 403) return "left";
  const key = /"api_key":"(lkd_[0-9a-f_]{1,60})"/.exec(done.body)?.[1];
  const account = jsonObject(done.body)["account_id"];
  if (key === undefined || typeof account !== "number") return "gave-up";
  const tokens = yield* ask(talk, talk.source.between(300, 900), { method: "GET", path: `/client/v1/users/${account}/tokens`, headers: headersOf(talk, key) });
  if (talk.source.chance(0.3)) {
    const body = JSON.stringify({ ciphertext: "c2VhbGVkIG9uIHRoZSB0ZWxlcGhvbmU=", salt: "0f1e2d3c" });
    yield* ask(talk, 1_500, { method: "PUT", path: `/client/v1/users/${account}/backup`, headers: headersOf(talk, key, true), body });
  }
  return tokens.status === 200 ? "completed" : "gave-up";
}

/** The person takes the old telephone, sees the question and says yes. */
function* approveOnOldDevice(talk: Conversation, people: Population, deviceId: number, requestId: string): Talk<void> {
  const key = deviceKeyOf(people.seed, deviceId);
  yield* ask(talk, talk.source.between(3_000, 20_000), { method: "GET", path: "/client/v1/approvals", headers: headersOf(talk, key) });
  yield* ask(talk, talk.source.between(2_000, 9_000), { method: "POST", path: `/client/v1/approvals/${requestId}/approve`, headers: headersOf(talk, key, true), body: "{}" });
}

function wrongPin(pin: string): string {
  return `${pin.slice(0, 5)}${(Number(pin.slice(5)) + 1) % 10}`;
}

function customerHeaders(seed: string, customer: number): TrafficRequest["headers"] {
  return [
    ["User-Agent", partnerUserAgent],
    ["Accept", "application/json"],
    ["Content-Type", "application/json"],
    ["X-Latchkey-Api-Key", customerKeyOf(seed, customer)],
  ];
}

/** The path of the lookup, for those who build their own. */
export function lookupPath(national: number): string {
  return `/client/v1/users/${dashed(national)}/status`;
}
