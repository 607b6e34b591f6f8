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
    { check: "existence-oracle", verdict: "proven", evidence: { ...oracle, bits: 1, headers: ["set-cookie:pending"] } },
    "Certain: it was compared with 120 answers about somebody who is known to exist or not, and an accident looks like this at most once in a thousand million; each answer tells it outright; 7,200 questions seen. It is the headers that differ: set-cookie:pending.",
  ],
  [
    {
      check: "timing-oracle",
      verdict: "proven",
      evidence: { differenceMs: 5.13, differenceLowMs: 3.7, differenceHighMs: 6.5, labelsExisting: 1_900, labelsMissing: 2_100, requestsAt5Ms: 42, requestsAt20Ms: 657, unitMs: 0 },
    },
    "Certain: about somebody who exists it takes 5.1 ms longer (3.7 to 6.5), comparing 1,900 answers about somebody who exists with 2,100 answers about nobody, each hour for itself. Over the internet an attacker needs about 657 requests to learn one answer, from nearby about 42.",
  ],
  [
    {
      check: "timing-oracle",
      verdict: "suspected",
      evidence: { differenceMs: -80, differenceLowMs: -91, differenceHighMs: -69, labelsExisting: 1, labelsMissing: 100, requestsAt5Ms: 1, requestsAt20Ms: 3, unitMs: 1_000 },
    },
    "Likely, not proven: about somebody who exists it takes 80 ms shorter (69 to 91), comparing 1 answer about somebody who exists with 100 answers about nobody, each hour for itself. Over the internet an attacker needs about 3 requests to learn one answer, from nearby about 1. The times are in whole seconds, so this is rough.",
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
