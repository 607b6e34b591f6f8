import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { RemovedSpec, Spec } from "../api-types.ts";
import { removeSpec, restoreSpec } from "../data/client.ts";

/** Removes a document at a click: it can be put back from the message, or later from the list of removed ones. */
export function RemoveSpec({ spec, onRemoved }: { readonly spec: Spec; readonly onRemoved?: () => void }) {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const remove = useMutation({
    mutationFn: () => removeSpec(spec.id),
    onSuccess: async () => {
      onRemoved?.();
      toasts.add({ title: `${spec.name} is removed. It stands under “Removed” on the page of specs and can be put back.`, timeout: 10_000 });
      await Promise.all(staleAfterSpecs.map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
  return (
    <button type="button" className="button" aria-label={`Remove ${spec.name}`} disabled={remove.isPending} onClick={() => remove.mutate()}>
      Remove
    </button>
  );
}

/** Puts a removed document back. */
export function RestoreSpec({ spec }: { readonly spec: RemovedSpec }) {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const restore = useMutation({
    mutationFn: () => restoreSpec(spec.id),
    onSuccess: async () => {
      toasts.add({ title: `${spec.name} is back.`, timeout: 6_000 });
      await Promise.all(staleAfterSpecs.map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
  return (
    <button type="button" className="button" aria-label={`Put ${spec.name} back`} disabled={restore.isPending} onClick={() => restore.mutate()}>
      Put back
    </button>
  );
}

/** What says something else once a document came or went. */
export const staleAfterSpecs = ["specs", "removed-specs", "spec-diff", "changes", "endpoints", "endpoint"];
