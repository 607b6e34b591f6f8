import { Secret, TOTP } from "otpauth";
import { countryCode } from "../population.ts";
import type { Account } from "./account-store.ts";
import type { Reply } from "./message.ts";
import { headerOf, jsonObject, no, textOf, yes } from "./message.ts";
import { secretSeedOf } from "./secrets.ts";
import { approvalMs, type Call, type Service } from "./service.ts";

/**
 * What Latchkey's customers call from their own servers, each with its `X-Latchkey-Api-Key`. The guarded twin of the
 * lookup: it takes an account id and shows four digits of the number.
 */
export function customerPlane(service: Service, call: Call): Reply {
  if (!isCustomer(service, call)) return no(401, "Invalid API key.");
  const { method, segments } = call;
  const [, , kind, first = "", second] = segments;
  if (kind === "users" && method === "POST" && segments.length === 3) return createUser(service, call);
  if (kind === "verify" && method === "GET" && second !== undefined) return withAccount(service, second, (account) => verifyToken(service, call, account, first));
  if (kind === "phones" && first === "info" && method === "GET") return phoneInfo(call);
  if (kind === "approval_requests" && method === "GET") return approvalState(service, call, first);
  if (kind === "users") {
    if (second === "sms" && method === "POST") return withAccount(service, first, (account) => sendSms(service, account));
    if (second === "status" && method === "GET") return withAccount(service, first, (account) => maskedStatus(service, account));
    if (second === "approval_requests" && method === "POST") return withAccount(service, first, (account) => askApproval(service, call, account));
  }
  return no(404, "Not found.");
}

/** The six digits a device shows at `at`: 30-second steps, SHA-1, as every authenticator app does. */
export function totpAt(secretSeed: string, at: number): string {
  return totpOf(secretSeed).generate({ timestamp: at });
}

function totpOf(secretSeed: string): TOTP {
  return new TOTP({ secret: Secret.fromHex(secretSeed), digits: 6, period: 30, algorithm: "SHA1" });
}

function isCustomer(service: Service, call: Call): boolean {
  const key = headerOf(call.headers, "x-latchkey-api-key");
  return key !== undefined && service.customerKeys.has(key);
}

function withAccount(service: Service, id: string, then: (account: Account) => Reply): Reply {
  const account = /^\d{1,12}$/.test(id) ? service.store.accountById(Number(id)) : undefined;
  return account === undefined ? no(404, "User not found.") : then(account);
}

/** The same number with another e-mail gives the same user, as people change their mail more often than their telephone. */
function createUser(service: Service, call: Call): Reply {
  const body = jsonObject(call.body);
  const national = Number(textOf(body["cellphone"], 20).replaceAll("-", ""));
  const email = textOf(body["email"]).trim().toLowerCase();
  if (String(body["country_code"]) !== String(countryCode) || !Number.isInteger(national) || national < 10_000_000 || national > 99_999_999 || !email.includes("@")) {
    return no(400, "Send `email`, `cellphone` and `country_code`.");
  }
  const account = service.store.accountByNumber(national) ?? service.store.addAccount(national, email, call.at);
  return yes({ message: "User created successfully.", user: { id: account.id } });
}

/** Any device of the account may have shown the token, now or one step ago. */
function verifyToken(service: Service, call: Call, account: Account, token: string): Reply {
  if (!/^\d{6}$/.test(token)) return no(400, "A token has six digits.");
  for (const device of service.store.devices(account.id)) {
    const delta = totpOf(secretSeedOf(service.population.seed, device.id)).validate({ token, timestamp: call.at, window: 1 });
    if (delta !== null) return yes({ message: "Token is valid.", token: "is valid" });
  }
  return no(401, "Token is invalid.", { errors: { token: "is invalid" } });
}

function sendSms(service: Service, account: Account): Reply {
  service.carrier.send("sms");
  return yes({ message: "SMS token was sent.", cellphone: masked(account) });
}

function maskedStatus(service: Service, account: Account): Reply {
  return yes({
    message: "User status.",
    status: {
      account_id: account.id,
      confirmed: account.deviceCount > 0,
      registered: true,
      country_code: countryCode,
      phone_number: masked(account),
      devices: service.store.devices(account.id).map((device) => device.name),
      account_disabled: account.status !== "active",
    },
  });
}

function askApproval(service: Service, call: Call, account: Account): Reply {
  const message = textOf(jsonObject(call.body)["message"], 200);
  if (message === "") return no(400, "Send a `message` of at most 200 characters.");
  const id = service.freshId("apr");
  service.store.addApproval({ id, accountId: account.id, kind: "login", message, createdAt: call.at, state: "pending" });
  return yes({ approval_request: { uuid: id, expires_in: approvalMs / 1_000 } });
}

function approvalState(service: Service, call: Call, id: string): Reply {
  const approval = service.store.approval(id);
  if (approval === undefined) return no(404, "There is no such approval.");
  const status = approval.state === "pending" && call.at > approval.createdAt + approvalMs ? "expired" : approval.state;
  return yes({ approval_request: { uuid: id, status } });
}

/** Says nothing that the number itself does not say. */
function phoneInfo(call: Call): Reply {
  const national = call.query.get("phone_number") ?? "";
  if (call.query.get("country_code") !== String(countryCode) || !/^\d{8}$/.test(national)) return no(400, "Send `country_code` and `phone_number`.");
  const carriers = ["Northwind Mobile", "Harbour Tel", "Plainsong"];
  const digit = Number(national.slice(0, 1));
  return yes({ carrier: carriers[digit % carriers.length], type: digit > 7 ? "voip" : "cellphone", ported: digit % 2 === 0 });
}

function masked(account: Account): string {
  return `XXX-XXX-${String(account.national).slice(-4)}`;
}
