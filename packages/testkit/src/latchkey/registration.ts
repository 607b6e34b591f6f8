import type { Account, Registration } from "./account-store.ts";
import { nationalOf, preLoginGuard } from "./lookup.ts";
import type { Reply } from "./message.ts";
import { jsonObject, no, textOf, yes } from "./message.ts";
import { derive, deviceKeyOf, pinOf, secretSeedOf } from "./secrets.ts";
import { approvalMs, type Call, type Service } from "./service.ts";

/**
 * `POST …/devices/registration/start`. The account is named by its id, or by `{cc}-{phone}` where the lookup did not
 * give the id away. With F3 off an unknown account gets a decoy that looks alive and can never be completed.
 */
export function startRegistration(service: Service, call: Call, who: string): Reply {
  const stopped = preLoginGuard(service, call);
  if (stopped !== undefined) return stopped;
  const via = jsonObject(call.body)["via"];
  if (via !== "push" && via !== "sms" && via !== "call") return no(400, "`via` must be push, sms or call.");
  if (via !== "push" && service.carrierDown(call.at)) return no(503, "The carrier does not answer. Try again later.");
  const account = accountNamed(service, who);
  const refusal = account === undefined ? no(404, "User not found.") : refusalFor(account, via);
  if (refusal !== undefined && service.flaws.F3) return refusal;
  const requestId = service.freshId("reg");
  // A suspended account's owner hears of it only after typing the pin: nobody else can tell it from a decoy.
  const real = account !== undefined && !(via === "push" && account.deviceCount === 0);
  service.store.addRegistration({
    requestId,
    accountId: real ? account.id : 0,
    via,
    pin: pinOf(service.population.seed, requestId),
    createdAt: call.at,
    tries: 0,
    completed: false,
  });
  if (real && via === "push") {
    service.store.addApproval({ id: requestId, accountId: account.id, kind: "device", message: "Add a new device?", createdAt: call.at, state: "pending" });
  } else if (real && via !== "push") service.carrier.send(via);
  return yes({ request_id: requestId });
}

/** `GET …/registration/{request_id}/status`: `pending`, then `accepted` (the code is out, or a device approved), `rejected` or `expired`. */
export function registrationStatus(service: Service, call: Call, who: string, requestId: string): Reply {
  const registration = service.store.registration(requestId);
  if (registration === undefined || !belongs(service, registration, who)) return no(404, "There is no such registration.");
  const state = stateOf(service, registration, call.at);
  return yes({ status: state, ...(registration.via === "push" && state === "accepted" ? { pin: registration.pin } : {}) });
}

/** `POST …/registration/{request_id}/complete` with the pin: a new device, its key and its TOTP secret. Five wrong pins burn the registration. */
export function completeRegistration(service: Service, call: Call, who: string, requestId: string): Reply {
  const registration = service.store.registration(requestId);
  if (registration === undefined || !belongs(service, registration, who)) return no(404, "There is no such registration.");
  if (registration.completed) return no(409, "The registration was completed before.");
  if (call.at > registration.createdAt + registrationMs) return no(410, "The registration has expired.");
  if (registration.tries >= triesMax) return no(403, "Too many wrong pins. Start again.");
  const body = jsonObject(call.body);
  const accepted = registration.via !== "push" || stateOf(service, registration, call.at) === "accepted";
  if (registration.accountId === 0 || !accepted || textOf(body["pin"], 12) !== registration.pin) {
    service.store.countTry(requestId);
    return no(401, "Wrong pin.", { tries_left: triesMax - registration.tries - 1 });
  }
  const account = service.store.accountById(registration.accountId);
  const refusal = account === undefined ? no(404, "User not found.") : refusalFor(account, registration.via);
  if (refusal !== undefined) return refusal;
  service.store.completeRegistration(requestId);
  const name = textOf(body["device_name"], 64);
  const device = service.store.addDevice(registration.accountId, name === "" ? "a telephone" : name, call.at);
  const seed = service.population.seed;
  return yes({
    account_id: registration.accountId,
    device: { id: device.id, name: device.name, secret_seed: secretSeedOf(seed, device.id), api_key: deviceKeyOf(seed, device.id) },
  });
}

/** A code may be typed this long. */
export const registrationMs = 600_000;
/** Wrong pins a registration survives. */
export const triesMax = 5;

function accountNamed(service: Service, who: string): Account | undefined {
  const national = nationalOf(who);
  if (national !== undefined) return service.store.accountByNumber(national);
  return /^\d{1,12}$/.test(who) ? service.store.accountById(Number(who)) : undefined;
}

function refusalFor(account: Account, via: Registration["via"]): Reply | undefined {
  if (account.status !== "active") return no(403, "The account is suspended.");
  if (account.deviceCount > 0 && !account.multiDevice) return no(403, "Multi-device is switched off.");
  if (account.deviceCount === 0 && via === "push") return no(409, "There is no device to ask.");
  return undefined;
}

/** A registration answers only under the name it was started with; a decoy under any. */
function belongs(service: Service, registration: Registration, who: string): boolean {
  return registration.accountId === 0 || accountNamed(service, who)?.id === registration.accountId;
}

function stateOf(service: Service, registration: Registration, at: number): "pending" | "accepted" | "rejected" | "expired" {
  const age = at - registration.createdAt;
  if (age > registrationMs) return "expired";
  if (registration.via === "push") {
    const approval = service.store.approval(registration.requestId);
    if (approval?.state === "approved") return "accepted";
    if (approval?.state === "denied") return "rejected";
    return age > approvalMs ? "expired" : "pending";
  }
  return age >= deliveryMs(service, registration.requestId) ? "accepted" : "pending";
}

/** The carrier takes two to six seconds; which, hangs on the request alone, so that asking twice agrees. */
function deliveryMs(service: Service, requestId: string): number {
  return 2_000 + (Number.parseInt(derive(service.population.seed, `delivery/${requestId}`, 6), 16) % 4_000);
}
