/** What the operator knows of an identifier that nobody honest knows: registered but never published, or never registered. */
export type CanaryKind = "registered" | "unregistered";

/** Canaries by the keyed hash of their normal form; the identifiers themselves are not here. */
export type CanarySet = ReadonlyMap<string, CanaryKind>;
