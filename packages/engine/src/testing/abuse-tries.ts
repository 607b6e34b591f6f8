import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import type { Emit, Raised, Tried } from "../detect/abuse/tried.ts";
import { hash53 } from "../detect/observe/hash53.ts";

/** For tests of the detectors of codes and sign-ins: a hash that is quick and not keyed, people, and a list of what was raised. */
export const ports: Ports = {
  hash: (type, normal) => `${half(`${type} ${normal}`, 1)}${half(`${type} ${normal}`, 2)}`,
  random: () => 7,
  decodeUtf8: () => "",
};

export function hashOf(text: string): string {
  return ports.hash("username", text);
}

export function actorAt(address: string): Actor {
  return { narrow: hashOf(`narrow ${address}`), network: hashOf(address), address, credential: undefined, principal: false };
}

export function tried(of: Partial<Tried> & { readonly who: string; readonly from: string }): Tried {
  const { who, from, ...rest } = of;
  return {
    kind: "code-check",
    outcome: "refused",
    account: hashOf(who),
    challenge: hashOf(`challenge ${who}`),
    given: "123456",
    at: 0,
    endpointId: "e",
    actor: actorAt(from),
    unknownAccount: false,
    ...rest,
  };
}

export function collector(): { readonly emit: Emit; readonly raised: (Raised & { readonly detector: string })[] } {
  const raised: (Raised & { readonly detector: string })[] = [];
  return { emit: (detector, one) => raised.push({ detector, ...one }), raised };
}

function half(text: string, seed: number): string {
  return (hash53(text, seed) % 4_294_967_296).toString(16).padStart(8, "0");
}
