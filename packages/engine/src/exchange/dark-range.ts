/** A range in which nobody can be registered. */
export type DarkRange = "unassigned-number" | "fictional-number" | "reserved-domain" | "card-checksum" | "account-checksum";
