/**
 * What an endpoint is for, as far as abuse of sign-ins is concerned. `sign-in`: takes a secret that is used again and again; `code-check`: takes a code that is used once;
 * `code-send`: makes a code go out to somebody's telephone or mailbox; `push-prompt`: asks somebody on another device; `sign-up` and `password-reset`: take the secret that a later
 * sign-in is accepted with. `unproven`: not known.
 */
export type EndpointKind = "sign-in" | "code-check" | "code-send" | "push-prompt" | "sign-up" | "password-reset" | "unproven";

/** An endpoint's kind and what it rests on, for people. */
export interface KindVerdict {
  readonly kind: EndpointKind;
  readonly basis: "declared" | "flow" | "none";
  /** The field that carries the secret or the code, where it takes one: `json:pin`. */
  readonly proof: string | undefined;
  readonly because: string;
}
