import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { setStatus } from "../data/client.ts";

interface Change {
  readonly id: string;
  readonly title: string;
  readonly from: string;
  readonly to: string;
}

/** Changes a status at once and offers to take it back. A failure is told and changes nothing. */
export function useTriage(kind: "incidents" | "findings") {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const renew = () => Promise.all([kind, kind.slice(0, -1), "overview"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  return useMutation({
    mutationFn: ({ id, to }: Change) => setStatus(kind, id, to),
    onSuccess: async (_, { id, title, from, to }) => {
      await renew();
      const toast = toasts.add({
        title: `“${title}” is now ${to}.`,
        timeout: 10_000,
        actionProps: {
          children: "Undo",
          onClick: () => {
            toasts.close(toast);
            setStatus(kind, id, from).then(renew, (error: unknown) => toasts.add({ title: `Not undone. ${error instanceof Error ? error.message : ""}`, priority: "high" }));
          },
        },
      });
    },
    onError: (error) => toasts.add({ title: `Nothing changed. ${error.message}`, priority: "high" }),
  });
}
