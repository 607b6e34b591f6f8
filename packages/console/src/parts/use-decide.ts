import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { TemplateChange } from "../api-types.ts";
import { decideTemplate, type TemplateDecision } from "../data/client.ts";

/** Decides about a template and says so; everything that shows templates is asked again. */
export function useDecide() {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  return useMutation({
    mutationFn: (decision: TemplateDecision) => decideTemplate(decision),
    onSuccess: async ({ kind, template }) => {
      await Promise.all(["template-rules", "endpoint-template", "endpoints", "endpoint", "path"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      toasts.add({ title: `${template} ${done[kind]}`, timeout: 6_000 });
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
}

const done: Readonly<Record<TemplateChange["kind"], string>> = {
  pin: "stays as it is.",
  merge: "takes in every value now.",
  split: "stands apart now.",
  none: "is left to traffic again.",
};
