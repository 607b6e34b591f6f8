import type { Endpoint } from "../api-types.ts";

/** What an endpoint is for, in the words of people who do not read its traffic. */
export function purposeWord(kind: Endpoint["purpose"]["kind"]): string {
  return words[kind];
}

const words: Readonly<Record<Endpoint["purpose"]["kind"], string>> = {
  "account-lookup": "account lookup",
  "sign-in": "sign-in",
  "sign-up": "sign-up",
  "code-send": "sends a code",
  "code-check": "checks a code",
  "push-prompt": "prompts another device",
  "password-reset": "password reset",
  "device-registration": "device registration",
  other: "something else",
  unproven: "not known yet",
};
