import { lookup } from "node:dns/promises";
import { hostname, networkInterfaces } from "node:os";
import { PosternError } from "@postern/engine";

/**
 * Lets a probe go only where it is meant to: to this machine, or to a host that was named once more with `--allow-host`. Asking whether strangers' accounts exist is
 * what an attacker does; a mistyped address must not make one of you. Throws USAGE.
 */
export async function checkedHost(base: URL, allowed: readonly string[]): Promise<void> {
  const host = base.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (allowed.some((one) => one.toLowerCase() === host || one.toLowerCase() === base.host.toLowerCase())) return;
  if (host === hostname().toLowerCase() || (await addressesOf(host)).every(isOwn)) return;
  throw new PosternError("USAGE", `${base.host} is not this machine, and a probe asks it about accounts`, {
    remedy: `If it is your service, or you are allowed to ask it, say so: --allow-host ${host}`,
  });
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new PosternError("USAGE", `The host ${host.slice(0, 100)} has no address`, { cause, remedy: "Check how it is written, and the name service." });
  }
}

function isOwn(address: string): boolean {
  if (address.startsWith("127.") || address === "::1") return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address) === true);
}
