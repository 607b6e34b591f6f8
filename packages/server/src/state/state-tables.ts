import type { Generated } from "kysely";

/** Rows of `state.db`: what people write and what must outlive a restart. Times are milliseconds since the epoch; secrets stand here as SHA-256 only. */
export interface StateTables {
  readonly api_tokens: {
    readonly id: string;
    readonly name: string;
    readonly hash: string;
    readonly may: "read" | "write";
    readonly created_at: number;
    readonly last_used_at: number | null;
    readonly revoked_at: number | null;
  };
  readonly login_links: { readonly hash: string; readonly created_at: number; readonly expires_at: number; readonly used_at: number | null };
  readonly sessions: {
    readonly hash: string;
    readonly name: string;
    readonly may: "read" | "write";
    readonly created_at: number;
    readonly last_seen_at: number;
    readonly expires_at: number;
  };
  readonly documents: { readonly kind: string; readonly id: string; readonly status: string; readonly document: string; readonly updated_at: number };
  readonly audit_log: {
    readonly seq: Generated<number>;
    readonly at: number;
    readonly actor: string;
    readonly action: string;
    readonly subject: string;
    readonly detail: string;
    readonly previous: string;
    readonly hash: string;
  };
  readonly imported_files: {
    readonly sha256: string;
    readonly head: string;
    readonly bytes: number;
    readonly line_sha256: string;
    readonly line_bytes: number;
    readonly lines: number;
    readonly records: number;
    readonly format: string;
    readonly last_at: number | null;
    readonly imported_at: number;
  };
  readonly kv: { readonly key: string; readonly value: string; readonly updated_at: number };
}
