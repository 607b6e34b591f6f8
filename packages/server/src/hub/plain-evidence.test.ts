import { expect, test } from "vitest";
import { plainEvidence } from "./plain-evidence.ts";

const oracle = { bits: 0.62, eValue: 3.2e9, labels: 120, repeats: 40, repeatEvidenceNats: 9, lookups: 7_200, subject: "phone" };

test.each([
  [
    { check: "existence-oracle", verdict: "proven", evidence: oracle },
    "Certain: it was compared with 120 answers about somebody who is known to exist or not, and an accident looks like this at most once in a thousand million; an answer tells 62 % of what one could; 7,200 questions seen.",
  ],
  [
    { check: "existence-oracle", verdict: "suspected", evidence: oracle },
    "Likely, not proven: asked again about the same phone, it answered the same (40 repeats), and about others something else; 7,200 questions seen.",
  ],
  [
    {
      check: "missing-authentication",
      verdict: "proven",
      evidence: { answeredWithoutCredential: 11, answeredWithSharedCredential: 0, refusedWithoutCredential: 0, personalData: ["email", "iban"] },
    },
    "Answered 11 times without a credential, refused nobody for it; its answers hold data recognised as email, iban.",
  ],
  [{ check: "another", verdict: "proven", evidence: { n: 1 } }, ""],
] as const)("a finding says in plain words what it rests on, without the words of statistics", (finding, words) => {
  const said = plainEvidence({ ...finding });
  expect(said).toBe(words);
  expect(said).not.toMatch(/e.?value|nats|bits/i);
});
