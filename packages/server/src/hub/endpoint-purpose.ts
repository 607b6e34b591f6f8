import type { InventoryEndpoint, KindVerdict, Ledger } from "@postern/engine";
import type { EndpointPurpose } from "../api/views.ts";

/**
 * What an endpoint is for, what that rests on, and, where the configuration says otherwise, what the traffic shows: a declaration that is wrong keeps detectors off, and a person must be able to see it.
 *
 * What only shows in tries (a sign-in, a check of codes) is not looked for where the configuration says neither: nothing stands beside it there.
 *
 * Misses: what nobody was seen to go through (a reset whose code arrives by post); contact lists sent up and coupons, which no flow tells apart.
 */
export function purposeOf(ledger: Ledger, endpoint: InventoryEndpoint): EndpointPurpose {
  const declared = ledger.declaredOf(endpoint);
  const seen = seenOf(ledger, endpoint);
  const word = declared?.word ?? declared?.anchor;
  if (word === undefined) return { ...seen, overridden: null };
  const kind = words.get(word) ?? "other";
  const overridden = seen.basis === "traffic" && seen.kind !== kind ? { kind: seen.kind, because: seen.because } : null;
  return {
    kind,
    basis: "declared",
    because: declared?.word === undefined ? `postern.yaml lists it under anchors, as ${word}` : `postern.yaml says kind: ${word}`,
    overridden,
  };
}

function seenOf(ledger: Ledger, endpoint: InventoryEndpoint): Omit<EndpointPurpose, "overridden"> {
  const { kind, because, proof }: KindVerdict = ledger.abuse.kinds.verdict(endpoint.id);
  if (kind !== "unproven") return { kind, basis: "traffic", because: proof === undefined ? because : because.replaceAll(proof, ledger.inventory.fieldNames.reveal(proof)) };
  const telling = ledger.tellingId(endpoint);
  if (ledger.anchors.isIssuer(telling)) return { kind: "sign-in", basis: "traffic", because: "it hands out credentials that are accepted elsewhere" };
  if (ledger.anchors.isDoor(telling)) return { kind: "sign-in", basis: "traffic", because: "it asks for a proof, and what succeeds vouches for who was asked about" };
  const { verdict } = ledger.oracles.state(telling);
  if (verdict !== "none" && !ledger.anchors.isAnchorEndpoint(telling))
    return {
      kind: "account-lookup",
      basis: "traffic",
      because: verdict === "proven" ? "its answer tells whether somebody exists: that is proven" : "its answer depends on who is asked about: that is suspected",
    };
  return { kind: "unproven", basis: "none", because };
}

/** By what the configuration calls it. */
const words: ReadonlyMap<string, EndpointPurpose["kind"]> = new Map([
  ["lookup", "account-lookup"],
  ["sign-in", "sign-in"],
  ["sign-up", "sign-up"],
  ["device-completion", "device-registration"],
  ["code-verified", "code-check"],
  ["code-send", "code-send"],
  ["push-prompt", "push-prompt"],
  ["password-reset", "password-reset"],
  ["declared", "other"],
  ["other", "other"],
]);
