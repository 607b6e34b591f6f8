/** Who may know an endpoint beside traffic: a document somebody wrote, the routes a running framework prints, routes found in source. */
export const knownKinds = ["spec", "route table", "source"] as const;
export type KnownKind = (typeof knownKinds)[number];
