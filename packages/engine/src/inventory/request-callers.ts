import { type CredentialFacts, credentialFacts } from "../exchange/credential-facts.ts";
import type { Ports } from "../exchange/ports.ts";
import type { CredentialSeen, ExchangeView } from "../exchange/view.ts";
import { bodyCredential } from "./body-credential.ts";
import { hash32 } from "./distinct-counter.ts";
import { KnownCredentials } from "./known-credentials.ts";
import type { PostureCaller } from "./posture.ts";
import { unusualCarriers } from "./unusual-carriers.ts";

/** Who sent a request, as the posture of its endpoint asks: network, device, the credential and what it says of itself, or what a stranger carries in places of its own. */
export class RequestCallers {
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #known = new KnownCredentials();
  readonly #facts = new Map<string, CredentialFacts>();

  constructor(ports: Ports, seed: number) {
    this.#ports = ports;
    this.#seed = seed;
  }

  of(view: ExchangeView, network: number): PostureCaller {
    const credential = view.credential ?? bodyCredential(view, this.#ports);
    const device = hash32(network, view.userAgent);
    if (credential === undefined) return { network, device, credential, facts: undefined, carriers: unusualCarriers(view, this.#seed) };
    return { network, device, credential, facts: this.#factsOf(view, credential), known: this.#known };
  }

  /** What a credential says of itself stays the same: it is read once. */
  #factsOf(view: ExchangeView, credential: CredentialSeen): CredentialFacts {
    let facts = this.#facts.get(credential.hash);
    if (facts === undefined) {
      facts = credentialFacts(view, credential, this.#ports);
      if (this.#facts.size >= factsMax) this.#facts.clear();
      this.#facts.set(credential.hash, facts);
    }
    return facts;
  }
}

/** Credentials whose facts are remembered, in memory only; when they are full it starts anew. 300 bytes each. */
export const factsMax = 16_384;
