import type { Level } from "@postern/engine";
import type { Share } from "./api-model.ts";

/** One thing in which a document and the traffic, or two documents, disagree. */
export interface Difference {
  /**
   * Against traffic: `shadow` (seen, not documented), `zombie` (deprecated or taken out, yet answering), `unused` (documented, never seen), `drift`.
   * Between documents: `removed`, `added`, `changed`, `deprecated`.
   */
  readonly kind: DifferenceKind;
  /** What exactly: `operation`, `method`, `parameter`, `field`, `type`, `format`, `required`, `status`, `content-type`, `auth`. */
  readonly what: string;
  readonly level: Level;
  readonly method: string;
  /** As documented where it is, else as seen. */
  readonly path: string;
  readonly host: string;
  /** `query limit`, `request user.email`, `200 data[].id`; `""` for the whole operation. */
  readonly where: string;
  /** What one side says, in words. */
  readonly documented: string;
  /** What the other does. */
  readonly found: string;
  /** How much traffic this rests on. */
  readonly evidence: Share | null;
  /** Of the traffic's endpoint. */
  readonly endpoint: string | null;
  /** Between documents: who was written against the old one can fail with the new one. */
  readonly breaking: boolean | null;
}

export type DifferenceKind = "shadow" | "zombie" | "unused" | "drift" | "removed" | "added" | "changed" | "deprecated";

/** Worst first, among equals those of more concern (0–99), then by path, method, place. The same for the same input. */
export function inOrder(differences: readonly Difference[], concernOf: (one: Difference) => number = () => 0): readonly Difference[] {
  const rank = (one: Difference): string =>
    `${kinds.indexOf(one.kind)}${9 - levels.indexOf(one.level)}${99 - concernOf(one)}\n${one.path}\n${one.method}\n${one.host}\n${one.where}\n${one.what}\n${one.documented}\n${one.found}`;
  return differences
    .map((one) => [rank(one), one] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, one]) => one);
}

export const kinds: readonly DifferenceKind[] = ["shadow", "zombie", "drift", "unused", "removed", "changed", "deprecated", "added"];
export const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];
