import type { Disclosure, StoredExchange } from "@postern/engine";

/** Rows as the ledger journals them, deterministic by number. 12 endpoints, 1 request in 3 asks about somebody. */
export function sampleExchange(number: number, at: number): StoredExchange {
  const guarded = number % 3 === 0;
  return {
    id: `x${number}`,
    at,
    endpointId: `e${number % 12}`,
    method: "GET",
    host: "api.example.test",
    template: guarded ? "/users/{cc}-{phone}/status" : "/items/{id}",
    status: number % 50 === 0 ? 500 : 200,
    answered: number % 1_000 === 0 ? 404 : number % 50 === 0 ? 500 : 200,
    address: sampleAddress(number),
    credential: "",
    credentialKind: "",
    responseClass: sampleHash(number % 4),
    durationMs: (number % 70) / 10,
    requestBytes: 0,
    responseBytes: 120 + (number % 40),
    subjects: guarded ? [{ type: "phone", hash: sampleHash(number) }] : [],
    subjectsTruncated: false,
    ja4: "",
    userAgent: "",
    dataClasses: guarded ? ["account-status"] : [],
    action: number % 1_000 === 0 ? "uniform" : "allow",
    would: number % 500 === 0 ? "uniform" : "allow",
    reason: number % 500 === 0 ? "enumeration.credits" : "",
  };
}

export function sampleDisclosure(number: number, at: number): Disclosure {
  return {
    id: `x${number}.0`,
    exchangeId: `x${number}`,
    at,
    endpointId: `e${number % 3}`,
    subjectType: "phone",
    subject: sampleHash(Math.floor(number / 2)),
    answer: number % 10 === 9 ? "uniform" : "truthful",
    responseClass: sampleHash(number % 2),
    narrow: sampleHash(number % 1_000),
    address: sampleAddress(number),
    credential: "",
  };
}

export function sampleHash(number: number): string {
  return ((BigInt(number) * 0x9e37_79b9_7f4a_7c15n) & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, "0");
}

export function sampleAddress(number: number): string {
  return number % 20 === 0 ? `2001:db8:0:${(number % 9).toString(16)}::1` : `10.${number % 7}.${number % 11}.${number % 13}`;
}
