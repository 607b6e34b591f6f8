import { expect, test } from "vitest";
import { carriesAll } from "../../exchange/exchange.ts";
import { viewOf } from "../../exchange/view-of.ts";
import { classifyResponse } from "../../exchange/response-class.ts";
import { actorAt, hashOf, ports } from "../../testing/abuse-tries.ts";
import { pairsMax } from "../../exchange/view.ts";
import type { EndpointKind } from "./endpoint-kind.ts";
import { EndpointKinds, endpointsMax, type KindSeen } from "./endpoint-kinds.ts";
import { fieldsMax } from "./endpoint-tries.ts";
import { fieldsMax as requestFieldsMax } from "./request-fields.ts";

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly form: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly answer?: unknown;
  readonly from: string;
  readonly at: number;
  readonly endpointId?: string;
  readonly declared?: EndpointKind;
}

function seen({ path = "/x", method = "POST", form, status = 200, answer = {}, from, at, endpointId = "e", declared }: Asked): KindSeen {
  const body = JSON.stringify(answer);
  const view = viewOf(
    {
      id: `x${at}`,
      at,
      method,
      url: `https://shop.example${path}`,
      client: { address: from },
      carries: carriesAll,
      request: { headers: [["Content-Type", "application/x-www-form-urlencoded"]], body: new URLSearchParams(form).toString() },
      response: { status, headers: [["Content-Type", "application/json"]], body },
    },
    ports,
  );
  const responseClass = classifyResponse(
    { scalars: ["ok"] },
    { status, contentType: "application/json", location: "", body, json: view.responseJson, echo: [""], size: body.length },
    ports,
  );
  return { view, at, endpointId, pathValues: [], subjects: [], roots: [], actor: actorAt(from), responseClass, declared };
}

/** Somebody who slips in one field and then gets through. */
function slipThenRight(
  kinds: EndpointKinds,
  n: number,
  wrong: Readonly<Record<string, string>>,
  right: Readonly<Record<string, string>>,
  at: number,
  refused: { status: number; answer: unknown },
): void {
  kinds.observe(seen({ form: wrong, from: `10.0.0.${n}`, at, ...refused }));
  kinds.observe(seen({ form: right, from: `10.0.0.${n}`, at: at + 9_000, answer: { ok: true } }));
}

const says = { status: 200, answer: { ok: false } };
const mailOf = (n: number): string => `p${n}@mail.example`;

test("a short code that callers correct is a code check, called whatever it is, at whatever status it is refused", () => {
  for (const refused of [says, { status: 403, answer: {} }]) {
    const kinds = new EndpointKinds(ports);
    for (let n = 0; n < 8; n++) slipThenRight(kinds, n, { wer: mailOf(n), zahl: "1111" }, { wer: mailOf(n), zahl: String(2_000 + n * 37) }, n * 60_000, refused);
    expect(kinds.verdict("e")).toMatchObject({ kind: "code-check", basis: "flow" });
    expect(kinds.observe(seen({ form: { wer: mailOf(50), zahl: "9999" }, from: "203.0.113.1", at: 1e7, ...refused }))).toMatchObject({
      kind: "code-check",
      outcome: "refused",
      given: "9999",
    });
  }
});

/** A code check that honest callers showed; an endpoint that somebody asked first with `padding`, where there is any. */
function learnedCodes(names: readonly [who: string, code: string], padding: Readonly<Record<string, string>> = {}): EndpointKinds {
  const kinds = new EndpointKinds(ports);
  const [who, code] = names;
  if (Object.keys(padding).length > 0) kinds.observe(seen({ form: padding, from: "203.0.113.9", at: 0, status: 403 }));
  for (let n = 0; n < 24; n++) {
    const at = 1_000 + n * 60_000;
    slipThenRight(kinds, n, { [who]: mailOf(n), [code]: "1111" }, { [who]: mailOf(n), [code]: String(2_000 + n * 37) }, at, { status: 403, answer: {} });
  }
  return kinds;
}
const paddingOf = (many: number): Record<string, string> => Object.fromEntries(Array.from({ length: many }, (_, n) => [`order${n}`, "1"]));

test.each<[readonly [string, string]]>([[["email", "code"]], [["wer", "zahl"]]])("padding hides no try, wherever it stands: %s", ([who, code]) => {
  const kinds = learnedCodes([who, code]);
  const right = { [who]: mailOf(50), [code]: "9999" };
  const tried = { kind: "code-check", outcome: "refused", given: "9999" };
  const from = "203.0.113.1";
  for (const many of [requestFieldsMax, 100]) {
    const query = new URLSearchParams(paddingOf(many)).toString();
    expect(kinds.observe(seen({ path: `/x?${query}`, form: right, from, at: 1e7, status: 403 }))).toMatchObject(tried);
    expect(kinds.observe(seen({ form: { ...paddingOf(many), ...right }, from, at: 1e7 + 1, status: 403 }))).toMatchObject(tried);
  }
});

test("a form padded beyond what is read of one hides no try of a field with a plain name", () => {
  const kinds = learnedCodes(["email", "code"]);
  const form = { ...paddingOf(3 * pairsMax), email: mailOf(50), code: "9999" };
  expect(kinds.observe(seen({ form, from: "203.0.113.1", at: 1e7, status: 403 }))).toMatchObject({ kind: "code-check", outcome: "refused", given: "9999" });
});

test("whoever asks first with invented fields keeps no place that honest ones need: what is tried on one is not taken for tried on all", () => {
  const kinds = learnedCodes(["email", "code"], paddingOf(fieldsMax));
  const wrong = (n: number) => kinds.observe(seen({ form: { email: mailOf(n), code: "9999" }, from: `10.0.1.${n}`, at: 1e7 + n, status: 403 }));
  const challenges = [50, 51, 52].map((n) => wrong(n)?.challenge ?? "none");
  expect(new Set(challenges).size).toBe(3);
});

test("a secret that is accepted again hours later is a sign-in's", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < 8; n++) {
    slipThenRight(kinds, n, { wer: mailOf(n), was: "falsch" }, { wer: mailOf(n), was: `richtig ${n}` }, n * 60_000, says);
    kinds.observe(seen({ form: { wer: mailOf(n), was: `richtig ${n}` }, from: `10.0.0.${n}`, at: 7_200_000 + n * 60_000, answer: { ok: true } }));
  }
  expect(kinds.verdict("e").kind).toBe("sign-in");
});

test("one caller who corrects himself a hundred times proves nothing", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < 100; n++) slipThenRight(kinds, 1, { wer: mailOf(n), zahl: "1111" }, { wer: mailOf(n), zahl: "2222" }, n * 60_000, says);
  expect(kinds.verdict("e").kind).toBe("unproven");
});

test("somebody's address that is corrected is no code, and neither is a page turned to and fro", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < 8; n++) {
    slipThenRight(kinds, n, { kind: "a", mail: `x${mailOf(n)}` }, { kind: "a", mail: mailOf(n) }, n * 60_000, says);
    const page = { endpointId: "list", from: `10.0.0.${n}` };
    for (let turn = 0; turn < 6; turn++)
      kinds.observe(seen({ ...page, form: { filter: `f${n}`, page: String(1_000 + turn) }, at: n * 60_000 + turn * 1_000, answer: turn % 2 === 0 ? { ok: true } : { ok: false } }));
  }
  expect([kinds.verdict("e").kind, kinds.verdict("list").kind]).toEqual(["unproven", "unproven"]);
});

test("pages that people read on and come back to are nothing that is tried", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < 30; n++) {
    const page = (image: string, at: number, status: number): void => {
      const { view, ...rest } = seen({ method: "GET", form: {}, from: `10.0.0.${n}`, at, status, answer: { bytes: image.length } });
      kinds.observe({ ...rest, view, pathValues: ["album", image] });
    };
    page("face.png", n * 60_000, 403);
    page(`img${n % 5}.png`, n * 60_000 + 1_000, 200);
    page(`img${n % 5}.png`, n * 60_000 + 9_000_000, 200);
  }
  expect(kinds.verdict("e").kind).toBe("unproven");
});

test("the operator's word wins, and a name finds the field he means before anybody slipped", () => {
  const kinds = new EndpointKinds(ports);
  const one = { form: { customer: "c-1", device: "d-1", password: "x" }, from: "10.0.0.1", at: 1, status: 401 };
  expect(kinds.observe(seen(one))).toBeUndefined();
  expect(kinds.observe(seen({ ...one, declared: "sign-in" }))).toMatchObject({ kind: "sign-in", outcome: "refused", given: "x" });
  expect(kinds.observe(seen({ ...one, declared: "unproven" }))).toBeUndefined();
  expect(kinds.verdict("e", "sign-in")).toMatchObject({ kind: "sign-in", basis: "declared" });
});

test("what was found survives a restart and a new name; no value is kept", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < 8; n++) slipThenRight(kinds, n, { wer: mailOf(n), zahl: "7171" }, { wer: mailOf(n), zahl: String(2_000 + n * 37) }, n * 60_000, says);
  const text = JSON.stringify(kinds.exportState());
  expect(text).not.toMatch(/7171|2037|mail\.example/);
  const again = new EndpointKinds(ports, JSON.parse(text) as ReturnType<EndpointKinds["exportState"]>);
  again.renamed("e", "f");
  expect([again.verdict("e").kind, again.verdict("f").kind]).toEqual(["unproven", "code-check"]);
});

test("so many endpoints are looked at and no more", () => {
  const kinds = new EndpointKinds(ports);
  for (let n = 0; n < endpointsMax + 100; n++) kinds.observe(seen({ form: { a: "1", b: "2" }, from: "10.0.0.1", at: n, endpointId: hashOf(`e${n}`) }));
  expect(kinds.exportState().tries.length).toBe(endpointsMax);
});
