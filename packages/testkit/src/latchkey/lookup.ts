import { countryCode } from "../population.ts";
import type { Account } from "./account-store.ts";
import type { Call, Service } from "./service.ts";
import type { Reply } from "./message.ts";
import { headerOf, no, yes } from "./message.ts";
import { isAttestation } from "./secrets.ts";

/**
 * `GET /client/v1/users/{cc}-{phone}/status`: the gate nobody guards. The app asks it before it has any credential,
 * to learn how to sign this person in. With F1–F3 on anybody may ask it about anybody, for ever.
 */
export function lookup(service: Service, call: Call, who: string): Reply {
  const stopped = preLoginGuard(service, call);
  if (stopped !== undefined) return stopped;
  const national = nationalOf(who);
  if (national === undefined) return no(400, "Not a telephone number.");
  const account = service.store.accountByNumber(national);
  const extraMs = service.flaws.F4 && account !== undefined ? service.between(15, 25) : 0;
  return { ...answer(service, account), extraMs };
}

/** What an app without a credential must pass: an attestation unless F1, the address's limit unless F2. */
export function preLoginGuard(service: Service, call: Call): Reply | undefined {
  if (!service.flaws.F1) {
    const token = headerOf(call.headers, "x-latchkey-attestation");
    if (token === undefined) return no(401, "Attestation token is missing.");
    if (!isAttestation(service.population.seed, token)) return no(401, "The attestation token is not valid.");
  }
  if (!service.flaws.F2) {
    const seconds = service.limit.take(call.address, call.at);
    if (seconds > 0) return { ...no(429, "Too many requests."), headers: [["retry-after", String(seconds)]] };
  }
  return undefined;
}

/** `999-15550100` → 15550100; undefined when it is no number of the example world. */
export function nationalOf(who: string): number | undefined {
  const match = /^(\d{1,3})-(\d{8})$/.exec(who);
  return match?.[1] === String(countryCode) ? Number(match[2]) : undefined;
}

function answer(service: Service, account: Account | undefined): Reply {
  if (!service.flaws.F3) return yes({ message: "Go on with registration/start. A code goes out if this number is registered." });
  if (account === undefined) return no(200, "User not found.");
  return yes({ account_id: account.id, status: account.status, force_ott: account.forceOtt, device_count: account.deviceCount });
}
