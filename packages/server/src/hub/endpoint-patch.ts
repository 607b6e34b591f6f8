import type { EndpointPatch } from "../api/views.ts";
import type { Annotation } from "./endpoint-life.ts";

/** What is known of an endpoint once somebody has said this about it: what a patch leaves out stays, null takes it back. */
export function annotated(
  before: Annotation | undefined,
  { owner, tags, retired, publicOnPurpose }: EndpointPatch,
  said: { readonly at: number; readonly by: string },
): Annotation {
  return {
    ...said,
    owner: owner === undefined ? before?.owner : (owner ?? undefined),
    tags: tags === undefined ? before?.tags : (tags ?? undefined),
    retiredAt: retired === undefined ? before?.retiredAt : retired ? (before?.retiredAt ?? said.at) : null,
    publicOnPurpose: publicOnPurpose === undefined ? before?.publicOnPurpose : (publicOnPurpose ?? undefined),
  };
}

/** As the audit log keeps it: flat, lists and what is public on purpose as text. */
export function auditDetail({ owner, tags, retired, publicOnPurpose }: EndpointPatch): Record<string, string | boolean | null> {
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags: tags === null ? null : tags.join(", ") }),
    ...(retired === undefined ? {} : { retired }),
    ...(publicOnPurpose === undefined
      ? {}
      : { publicOnPurpose: publicOnPurpose === null ? null : `${publicOnPurpose.owner}, until ${publicOnPurpose.until}: ${publicOnPurpose.reason}` }),
  };
}
