import { type FlawId, flawIds, flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { attestationOf, customerKeyOf, deviceKeyOf } from "../latchkey/secrets.ts";
import { serveLatchkey } from "../latchkey/serve.ts";
import { population } from "../population.ts";
import type { TruthCase } from "./truth-case.ts";

/** Latchkey with no switch on, each one alone, and all of them: name and switches. */
const builds: readonly (readonly [name: string, on: readonly FlawId[]])[] = [
  ["latchkey", []],
  ...flawIds.map((id) => [`latchkey-${id.toLowerCase()}`, [id]] as const),
  ["latchkey-all", flawIds],
];
const seed = "truth";
const accounts = 40;

/** Starts every build on loopback. */
export async function startLatchkeys(): Promise<{ readonly urls: ReadonlyMap<string, string>; readonly close: () => Promise<void> }> {
  const urls = new Map<string, string>();
  const closers: (() => Promise<void>)[] = [];
  for (const [name, on] of builds) {
    const latchkey = createLatchkey({ flaws: flaws(...on), accounts, seed, now: () => Date.now() });
    const served = await serveLatchkey(latchkey, { behindProxy: true });
    urls.set(name, served.url);
    closers.push(async () => {
      await served.close();
      latchkey.close();
    });
  }
  return {
    urls,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

/** The same doors of every build: which of them a switch opens, probing tells. */
export function latchkeyCases(): readonly TruthCase[] {
  const people = population({ seed, accounts });
  const number = people.numberAt(1);
  return builds.flatMap(([service]): TruthCase[] => [
    {
      ...ours(service, `/client/v1/users/999-${number}/status`),
      as: (user) => ({ headers: { "x-latchkey-attestation": attestationOf(seed, user) } }),
      forged: { "x-latchkey-attestation": "nobody.00000000000000000000000000000000" },
      marker: '"success":true',
    },
    {
      ...ours(service, "/client/v1/notices"),
      as: (user) => ({ headers: { authorization: `Bearer ${deviceKeyOf(seed, people.deviceIdAt(ordinal(user)) ?? 0)}` } }),
      marker: "notices",
    },
    {
      ...ours(service, `/customer/v1/phones/info?country_code=999&phone_number=${number}`),
      as: (user) => ({ headers: { "x-latchkey-api-key": customerKeyOf(seed, ordinal(user)) } }),
      marker: "carrier",
    },
    { ...ours(service, "/healthz"), callers: "strangers", marker: "ok" },
  ]);
}

function ordinal(user: string): number {
  return 1 + Math.max(0, ["anna", "bert", "cleo"].indexOf(user));
}

function ours(service: string, path: string) {
  return { service, path, method: "GET", door: "ours on a framework", callers: "both" } as const;
}
