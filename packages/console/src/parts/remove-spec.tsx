import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Spec } from "../api-types.ts";
import { removeSpec } from "../data/client.ts";

/** Asks once more before a document is forgotten: only who has the file can bring it back. */
export function RemoveSpec({ spec, onRemoved }: { readonly spec: Spec; readonly onRemoved?: () => void }) {
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const remove = useMutation({
    mutationFn: () => removeSpec(spec.id),
    onSuccess: async () => {
      onRemoved?.();
      toasts.add({ title: `${spec.name} is forgotten.`, timeout: 6_000 });
      await Promise.all(["specs", "endpoints", "endpoint"].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
  if (!asking)
    return (
      <button type="button" className="button" aria-label={`Remove ${spec.name}`} onClick={() => setAsking(true)}>
        Remove
      </button>
    );
  return (
    <span className="inline-flex gap-2" onKeyDown={(event) => event.key === "Escape" && setAsking(false)}>
      <button type="button" className="button text-leak" disabled={remove.isPending} autoFocus onClick={() => remove.mutate()}>
        Really remove
      </button>
      <button type="button" className="button" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
