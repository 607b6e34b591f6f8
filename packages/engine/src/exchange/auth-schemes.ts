/**
 * Schemes of `Authorization` (the IANA registry, and those services made up), in lower case. A word that is one of them is no secret; a first word that is none
 * may be the secret itself.
 */
export const authSchemes: ReadonlySet<string> = new Set(
  "basic bearer digest dpop gnap hawk hmac hoba jwt mutual negotiate ntlm oauth privatetoken scram-sha-1 scram-sha-256 signature token vapid apikey aws4-hmac-sha256".split(" "),
);
