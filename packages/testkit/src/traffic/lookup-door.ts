import type { Latchkey } from "../latchkey/latchkey.ts";
import { jsonObject } from "../latchkey/message.ts";
import { dashed, international } from "../population.ts";
import type { Script, Session, TrafficRequest } from "./session.ts";

/**
 * Other ways in which services take the same question: the identifier in a JSON body, a list of them, GraphQL. Everybody who asks Latchkey's lookup asks through the door
 * instead, and the answers say the same.
 */
export type LookupDoor = "body" | "array" | "graphql";

/** A request about one or several numbers through a door. */
export function doorRequest(door: LookupDoor, nationals: readonly number[], headers: TrafficRequest["headers"]): TrafficRequest {
  const phones = nationals.map(international);
  const [path, body] = ((): [string, object] => {
    if (door === "body") return ["/client/v1/users/status", { phone: phones[0] }];
    if (door === "array") return ["/client/v1/users/lookup", { phones }];
    if (phones.length === 1)
      return ["/graphql", { query: "query Find($phone: String!) { u0: user(phone: $phone) { account_id status device_count } }", variables: { phone: phones[0] } }];
    return ["/graphql", { query: `{ ${phones.map((phone, n) => `u${n}: user(phone: "${phone}") { account_id status device_count }`).join(" ")} }` }];
  })();
  return { method: "POST", path, headers: [...headers, ["Content-Type", "application/json"]], body: JSON.stringify(body) };
}

/** Latchkey with a door beside its lookup. */
export function withDoor(latchkey: Latchkey, door: LookupDoor): Latchkey {
  return {
    ...latchkey,
    handle: (request) => {
      const given = request.method === "POST" ? asked(request.url, request.body) : undefined;
      if (given === undefined) return latchkey.handle(request);
      const answers = given.phones.map((phone) => {
        const { body: _body, ...rest } = request;
        return latchkey.handle({ ...rest, method: "GET", url: `/client/v1/users/${dashed(Number(phone.slice(4)))}/status` });
      });
      const [first] = answers;
      if (first === undefined || first.status !== 200 || given.door !== door) return latchkey.handle(request);
      if (door === "body") return first;
      const users = answers.map(({ body }) => {
        const { account_id, status, device_count, success } = jsonObject(body);
        return success === true ? { account_id, status, device_count } : null;
      });
      const json =
        door === "array"
          ? { success: true, users: users.flatMap((user, n) => (user === null ? [] : [{ phone: given.phones[n], ...user }])) }
          : { data: Object.fromEntries(users.map((user, n) => [`u${n}`, user])) };
      return { ...first, body: JSON.stringify(json) };
    },
  };
}

/** Everybody who asks the lookup asks through the door. */
export function* throughDoor(sessions: Iterable<Session>, door: LookupDoor): Generator<Session> {
  for (const session of sessions) yield { ...session, run: () => translated(session.run(), door) };
}

function* translated(script: Script, door: LookupDoor): Script {
  for (let turn = script.next(); ;) {
    if (turn.done === true) return turn.value;
    const { request, dueAt } = turn.value;
    const { lookup } = request;
    turn = script.next(yield { dueAt, request: lookup === undefined ? request : { ...doorRequest(door, [lookup.national], request.headers), lookup } });
  }
}

/** Bodies of more than 64 KiB are not read, as by the service itself. */
function asked(url: string, body: string | undefined): { readonly door: LookupDoor; readonly phones: readonly string[] } | undefined {
  const fields = jsonObject(body);
  if (url === "/client/v1/users/status") return { door: "body", phones: texts([fields["phone"]]) };
  if (url === "/client/v1/users/lookup") return { door: "array", phones: Array.isArray(fields["phones"]) ? texts(fields["phones"]) : [] };
  if (url !== "/graphql") return undefined;
  const { variables, query } = fields;
  if (typeof variables === "object" && variables !== null && "phone" in variables) return { door: "graphql", phones: texts([variables.phone]) };
  return { door: "graphql", phones: [...(typeof query === "string" ? query : "").matchAll(/phone: "(\+\d{1,15})"/g)].map(([, phone = ""]) => phone) };
}

function texts(values: readonly unknown[]): string[] {
  return values.flatMap((value) => (typeof value === "string" && value.startsWith("+999") ? [value] : []));
}
