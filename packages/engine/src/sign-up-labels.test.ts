import { expect, it } from "vitest";
import { Ledger } from "./ledger.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";

/** Services differ in the status of a sign-up and of a sign-in; who existed before does not depend on it. */
const emailOf = (n: number): string => `${["anna", "ben", "carla", "dora"][n % 4] ?? ""}.${(Math.imul(n + 3, 2_654_435_761) >>> 0).toString(36)}@mail.example`;

/** A shop asked for free addresses: members sign in, a sixth of the visitors are new and sign up. Returns what the report says of each side. */
function shop(signUp: number, signIn: number): { readonly taken: string; readonly free: string; readonly verdict: string } {
  const ledger = new Ledger(ports, { mode: "observe" });
  const random = seededRandom(41);
  const seen = new Map<boolean, { readonly endpointId: string; readonly classId: string }>();
  let n = 0;
  const tell = (at: number, address: string, method: string, url: string, body: object | undefined, status: number, answer: object, bearer?: string): void => {
    const step = ledger.onExchange(jsonExchange({ id: `e-${n++}`, at, address, method, path: url, sent: body, status, answer, bearer }));
    if (url.startsWith("/free") && step.endpoint !== undefined && step.responseClass !== undefined)
      seen.set("free" in answer && answer.free === false, { endpointId: step.endpoint.id, classId: step.responseClass.id });
  };
  for (let visit = 0; visit < 400; visit++) {
    const at = Date.UTC(2026, 2, 2) + visit * 240_000;
    const isNew = random() < 1 / 6;
    const email = emailOf(isNew ? 100_000 + visit : Math.floor(random() * 200));
    const address = `10.${visit % 200}.${visit % 7}.${visit % 251}`;
    const token = `tok_${ports.hash("credential", String(visit))}Z9`;
    tell(at, address, "GET", `/free?email=${encodeURIComponent(email)}`, undefined, 200, { free: isNew });
    if (random() < 0.15) continue;
    if (!isNew && random() < 0.1) tell(at + 5_000, address, "POST", "/enter", { email, password: "no" }, 401, { error: "wrong" });
    if (isNew) tell(at + 9_000, address, "POST", "/join", { email, password: "pw" }, signUp, { token });
    else tell(at + 9_000, address, "POST", "/enter", { email, password: "pw" }, signIn, { token });
    tell(at + 12_000, address, "GET", "/offers", undefined, 200, { offers: [] }, token);
  }
  const meaning = (taken: boolean): string => {
    const of = seen.get(taken);
    return of === undefined ? "" : ledger.meaning(of.endpointId, of.classId);
  };
  return { taken: meaning(true), free: meaning(false), verdict: ledger.oracles.verdict(seen.get(true)?.endpointId ?? "") };
}

it.each([
  [201, 200],
  [200, 200],
  [201, 201],
])("tells who existed and who did not where a sign-up answers %i and a sign-in %i", (signUp, signIn) => {
  expect(shop(signUp, signIn)).toEqual({ taken: "confirmed", free: "denied", verdict: "proven" });
});
