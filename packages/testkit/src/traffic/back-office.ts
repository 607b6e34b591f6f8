import { createHash } from "node:crypto";
import type { Latchkey } from "../latchkey/latchkey.ts";
import { headerOf, jsonObject, type LatchkeyRequest, type LatchkeyResponse } from "../latchkey/message.ts";
import { dashed } from "../population.ts";

/**
 * Latchkey with what a company has behind its app: a lookup in bulk for partners who show their key, a search for its own help desk, whose clerks sign in first, and help pages that
 * link to each other. The answers about people are those of the public lookup.
 */
export function withBackOffice(latchkey: Latchkey): Latchkey {
  const sessions = new Set<string>();
  return {
    ...latchkey,
    handle: (request) => {
      const { pathname, searchParams } = new URL(request.url, "https://latchkey.example");
      if (request.method === "POST" && pathname === bulkPath) return bulk(latchkey, request);
      if (request.method === "GET" && pathname === searchPath) return search(latchkey, request, searchParams.get("phone") ?? "", sessions);
      if (request.method === "GET" && pathname.startsWith(pagesPath)) return page(latchkey, request, pathname.slice(pagesPath.length));
      const answer = latchkey.handle(request);
      if (pathname === "/v1/login" && answer.status === 200) {
        const token = jsonObject(answer.body)["session_token"];
        if (typeof token === "string" && sessions.size < sessionsMax) sessions.add(token);
      }
      return answer;
    },
  };
}

/** Where partners ask about lists of people, clerks about one, and everybody reads. */
export const bulkPath = "/customer/v1/users/lookup";
export const searchPath = "/staff/v1/customers";
export const pagesPath = "/help/pages";
/** Help pages: 1 to this. One in thirty is gone. */
export const pagesMax = 600;
/** More than all clerks of a cell ever open. */
const sessionsMax = 10_000;

function bulk(latchkey: Latchkey, request: LatchkeyRequest): LatchkeyResponse {
  // The customer plane knows who has a key; an account that nobody has is not found.
  const { body: _body, ...rest } = request;
  const gate = latchkey.handle({ ...rest, method: "GET", url: "/customer/v1/users/0/status" });
  if (gate.status === 401) return gate;
  const { phones } = jsonObject(request.body);
  const wanted = Array.isArray(phones) ? phones.filter((phone): phone is string => typeof phone === "string") : [];
  const users = wanted.flatMap((phone) => {
    const user = lookedUp(latchkey, request, phone);
    return user === undefined ? [] : [{ phone, ...user }];
  });
  return { ...gate, status: 200, body: JSON.stringify({ success: true, users }) };
}

function search(latchkey: Latchkey, request: LatchkeyRequest, phone: string, sessions: ReadonlySet<string>): LatchkeyResponse {
  const answer = latchkey.handle({ ...request, method: "GET", url: "/healthz" });
  const token = headerOf(request.headers, "authorization")?.slice("Bearer ".length) ?? "";
  if (!sessions.has(token)) return { ...answer, status: 401, body: JSON.stringify({ success: false, message: "Sign in first." }) };
  const customer = lookedUp(latchkey, request, phone);
  if (customer === undefined) return { ...answer, status: 404, body: JSON.stringify({ success: false, message: "No such customer." }) };
  return { ...answer, status: 200, body: JSON.stringify({ success: true, customer }) };
}

function page(latchkey: Latchkey, request: LatchkeyRequest, rest: string): LatchkeyResponse {
  const answer = latchkey.handle({ ...request, url: "/healthz" });
  if (rest === "" || rest === "/") return { ...answer, body: JSON.stringify({ pages: Array.from({ length: 20 }, (_, n) => ({ href: `${pagesPath}/${n + 1}` })) }) };
  const number = Number(rest.slice(1));
  if (!Number.isInteger(number) || number < 1 || number > pagesMax || number % 30 === 0) return { ...answer, status: 404, body: JSON.stringify({ error: "page not found" }) };
  const words = createHash("sha256").update(`page ${number}`).digest("hex");
  return { ...answer, body: JSON.stringify({ id: number, title: `How to ${words.slice(0, 6)}`, text: words, next: pagesLinked(number).map((to) => `${pagesPath}/${to}`) }) };
}

/** The pages that one links to. */
export function pagesLinked(number: number): readonly number[] {
  return [number + 1, number + 20, number * 2].filter((to) => to <= pagesMax);
}

function lookedUp(latchkey: Latchkey, request: LatchkeyRequest, phone: string): Readonly<Record<string, unknown>> | undefined {
  const national = Number(phone.replace(/^\+?999-?/, ""));
  if (!Number.isInteger(national)) return undefined;
  const { body: _body, ...rest } = request;
  const answer = latchkey.handle({ ...rest, method: "GET", url: `/client/v1/users/${dashed(national)}/status` });
  const { success, account_id, status, device_count } = jsonObject(answer.body);
  return success === true ? { account_id, status, device_count } : undefined;
}
