import type { Level } from "../detect/signal.ts";

/** A weakness of an endpoint, proved from its answers. `id` is stable: hash of check and endpoint. */
export interface Finding {
  readonly id: string;
  /** The check's id, e.g. `missing-authentication`, `existence-oracle`. */
  readonly check: string;
  readonly severity: Level;
  readonly status: "open" | "fixed" | "accepted";
  readonly verdict: "suspected" | "proven";
  /** `operation`, as `query user`, where method and path do not say it all. */
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string; readonly operation?: string };
  readonly title: string;
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** Exchange ids that show it, at most 8. */
  readonly examples: readonly string[];
  readonly owasp: string;
  readonly cwe: string;
  /** What to do, for the person who owns the endpoint. */
  readonly fix: string;
  readonly firstAt: number;
  readonly lastAt: number;
}
