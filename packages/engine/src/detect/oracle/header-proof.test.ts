import { expect, test } from "vitest";
import { HeaderProof, signaturesMax } from "./header-proof.ts";

test("so many sets of headers are told apart; what comes after shares one place, and headers that were not seen have none", () => {
  const proof = new HeaderProof();
  const symbols = Array.from({ length: signaturesMax }, (_, n) => proof.symbolOf(`etag x-${n}`));
  expect(symbols).toEqual(Array.from({ length: signaturesMax }, (_, n) => n));
  expect([proof.symbolOf("etag x-0"), proof.symbolOf("one more"), proof.symbolOf("another"), proof.symbolOf(undefined)]).toEqual([0, signaturesMax, signaturesMax, -1]);
  const { headerProof, signatures } = proof.exportState();
  expect(signatures).toHaveLength(signaturesMax);
  const restored = HeaderProof.restore(headerProof, [...signatures, "one more"]);
  expect([restored.symbolOf("etag x-3"), restored.symbolOf("one more")]).toEqual([3, signaturesMax]);
});
