import { countryCode, international } from "../population.ts";
import type { Account, Device } from "./account-store.ts";
import type { Reply } from "./message.ts";
import { headerOf, jsonObject, no, textOf, yes } from "./message.ts";
import { lookup } from "./lookup.ts";
import { completeRegistration, registrationStatus, startRegistration } from "./registration.ts";
import { deviceOfKey } from "./secrets.ts";
import { approvalMs, type Call, type Service } from "./service.ts";

/**
 * What the app on a person's telephone talks to. The first four routes serve an app that has no credential yet; the
 * rest want `Authorization: Bearer <api_key>` of a device.
 */
export function clientPlane(service: Service, call: Call): Reply {
  const { method, segments } = call;
  const [, , kind, who = "", third, fourth, fifth = "", sixth] = segments;
  if (kind === "users") {
    if (third === "status" && segments.length === 5) return method === "GET" || method === "HEAD" ? lookup(service, call, who) : no(405, "Method not allowed.");
    if (third === "devices" && fourth === "registration") {
      if (method === "POST" && fifth === "start" && segments.length === 7) return startRegistration(service, call, who);
      if (method === "GET" && sixth === "status" && segments.length === 8) return registrationStatus(service, call, who, fifth);
      if (method === "POST" && sixth === "complete" && segments.length === 8) return completeRegistration(service, call, who, fifth);
    }
  }
  const device = deviceOfCall(service, call);
  if (device === undefined) return no(401, "A device key is required.");
  const account = service.store.accountById(device.accountId);
  if (account === undefined) return no(401, "A device key is required.");
  if (kind === "contacts" && who === "sync" && method === "POST") return syncContacts(service, call);
  if (kind === "approvals") return approvals(service, call, account);
  if (kind === "notices" && method === "GET") return yes({ notices: service.store.notices(account.id) });
  if (kind === "users") {
    if (who !== String(account.id)) return no(403, "This is not your account.");
    if (third === "tokens" && method === "GET") return yes({ tokens: tokensOf(account) });
    if (third === "multi-device" && method === "PUT") return multiDevice(service, call, account);
    if (third === "backup") return backup(service, call, account);
  }
  return no(404, "Not found.");
}

/** Numbers one synchronisation may carry; the app sends longer books in parts. */
export const contactsMax = 500;
/** Characters of an encrypted backup. */
export const backupCharsMax = 32_768;

function deviceOfCall(service: Service, call: Call): Device | undefined {
  const authorization = headerOf(call.headers, "authorization");
  if (authorization === undefined || !authorization.startsWith("Bearer ")) return undefined;
  const id = deviceOfKey(service.population.seed, authorization.slice("Bearer ".length));
  return id === undefined ? undefined : service.store.device(id);
}

/** What stands in every honest address-book app: many numbers at once, but from somebody who said who he is. */
function syncContacts(service: Service, call: Call): Reply {
  const numbers = jsonObject(call.body)["numbers"];
  if (!Array.isArray(numbers) || numbers.length > contactsMax) return no(400, `Send 1 to ${contactsMax} numbers.`);
  const prefix = `+${countryCode}`;
  const matches: { readonly number: string; readonly registered: true }[] = [];
  for (const entry of numbers) {
    const number = textOf(entry, 20);
    if (!number.startsWith(prefix)) continue;
    const account = service.store.accountByNumber(Number(number.slice(prefix.length)));
    if (account !== undefined) matches.push({ number: international(account.national), registered: true });
  }
  return yes({ matches });
}

function approvals(service: Service, call: Call, account: Account): Reply {
  const [, , , id, verdict] = call.segments;
  if (id === undefined) {
    if (call.method !== "GET") return no(405, "Method not allowed.");
    const waiting = service.store.pendingApprovals(account.id, call.at - approvalMs);
    return yes({
      approvals: waiting.map((entry) => ({ id: entry.id, kind: entry.kind, message: entry.message, expires_at: new Date(entry.createdAt + approvalMs).toISOString() })),
    });
  }
  if (call.method !== "POST" || (verdict !== "approve" && verdict !== "deny")) return no(404, "Not found.");
  const approval = service.store.approval(id);
  if (approval === undefined || approval.accountId !== account.id) return no(404, "There is no such approval.");
  if (call.at > approval.createdAt + approvalMs) return no(410, "The approval has expired.");
  if (approval.state !== "pending") return no(409, "The approval was decided before.");
  service.store.decideApproval(id, verdict === "approve" ? "approved" : "denied");
  return yes({ state: verdict === "approve" ? "approved" : "denied" });
}

function tokensOf(account: Account): readonly Readonly<Record<string, unknown>>[] {
  const count = 1 + (account.id % 4);
  return Array.from({ length: count }, (_, index) => ({ id: account.id * 10 + index, name: `Service ${1 + ((account.id + index * 7) % 90)}`, digits: 6, period: 30 }));
}

function multiDevice(service: Service, call: Call, account: Account): Reply {
  const enabled = jsonObject(call.body)["enabled"];
  if (typeof enabled !== "boolean") return no(400, "`enabled` must be true or false.");
  service.store.setMultiDevice(account.id, enabled);
  return yes({ enabled });
}

/** The service keeps ciphertext and salt; the password never leaves the telephone. */
function backup(service: Service, call: Call, account: Account): Reply {
  if (call.method === "GET") {
    const kept = service.store.backup(account.id);
    return kept === undefined ? no(404, "There is no backup.") : yes({ ciphertext: kept.ciphertext, salt: kept.salt });
  }
  if (call.method !== "PUT") return no(405, "Method not allowed.");
  const body = jsonObject(call.body);
  const ciphertext = textOf(body["ciphertext"], backupCharsMax + 1);
  const salt = textOf(body["salt"], 128);
  if (ciphertext === "" || ciphertext.length > backupCharsMax || salt === "") return no(400, "Send `ciphertext` and `salt`.");
  service.store.putBackup(account.id, ciphertext, salt, call.at);
  return yes();
}
