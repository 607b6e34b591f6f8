import { PosternError, type Finding, type Incident } from "@postern/engine";
import type { Known } from "../known/known.ts";
import { ownPart } from "../report/text-layout.ts";

/**
 * The incident or finding somebody means: by its id, by the short one that lists show, or by a unique beginning of either of at least six characters. `exact`: by
 * its whole id only. Undefined when none fits. Throws USAGE when several do.
 */
export function findKnown(reference: string, known: Pick<Known, "incidents" | "findings">, exact: boolean): Found | undefined {
  const fits = (id: string): boolean => id === reference || (!exact && reference.length >= beginningMin && (id.startsWith(reference) || ownPart(id).startsWith(reference)));
  const found: Found[] = [
    ...known.incidents
      .list()
      .filter(({ id }) => fits(id))
      .map((incident) => ({ kind: "incident" as const, incident })),
    ...known.findings.filter(({ id }) => fits(id)).map((finding) => ({ kind: "finding" as const, finding })),
  ];
  if (found.length > 1) {
    const ids = found.map((one) => (one.kind === "incident" ? one.incident.id : one.finding.id));
    throw new PosternError("USAGE", `${JSON.stringify(reference.slice(0, 64))} can be ${found.length} things: ${ids.slice(0, 10).join(", ")}`, { remedy: "Give more of its id." });
  }
  return found[0];
}

export type Found = { readonly kind: "incident"; readonly incident: Incident } | { readonly kind: "finding"; readonly finding: Finding };

/** Shorter beginnings fit by chance. */
const beginningMin = 6;
