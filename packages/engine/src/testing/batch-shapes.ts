/** An answer about these, in the order asked; `exists` by place. */
export type BatchShape = (phones: readonly string[], exists: (n: number) => boolean) => unknown;
const user = (n: number): object => ({ id: 70_000 + n * 3, display: "x".repeat(1 + (n % 5)) });
/** Ways in which services answer a question about several people. */
export const batchShapes: Readonly<Record<string, BatchShape>> = {
  "a list of those who exist": (phones, exists) => ({ success: true, matches: phones.filter((_, n) => exists(n)) }),
  "a list of their records": (phones, exists) => ({ matches: phones.flatMap((number, n) => (exists(n) ? [{ number, registered: true }] : [])), total: 3 }),
  "a list of records for all, with a flag": (phones, exists) => phones.map((number, n) => ({ number, registered: exists(n) })),
  "a map of booleans": (phones, exists) => ({ result: Object.fromEntries(phones.map((number, n) => [number, exists(n)])) }),
  "a map of records": (phones, exists) => ({ users: Object.fromEntries(phones.flatMap((number, n) => (exists(n) ? [[number, user(n)]] : []))) }),
  "two lists": (phones, exists) => ({ registered: phones.filter((_, n) => exists(n)), missing: phones.filter((_, n) => !exists(n)) }),
  "booleans in the order asked": (phones, exists) => ({ exists: phones.map((_, n) => exists(n)) }),
  "records or null in the order asked": (phones, exists) => phones.map((_, n) => (exists(n) ? user(n) : null)),
  "numbers without the plus": (phones, exists) => phones.flatMap((number, n) => (exists(n) ? [{ msisdn: Number(number.slice(1)), ...user(n) }] : [])),
  "GraphQL aliases": (phones, exists) => ({ data: Object.fromEntries(phones.map((_, n) => [`a${n}`, exists(n) ? user(n) : null])) }),
  "a GraphQL batch": (phones, exists) => phones.map((_, n) => ({ data: { user: exists(n) ? user(n) : null } })),
  "a JSON-RPC batch": (phones, exists) =>
    phones.map((_, n) => ({ jsonrpc: "2.0", id: n, ...(exists(n) ? { result: user(n) } : { error: { code: -32_001, message: "no such user" } }) })),
};
