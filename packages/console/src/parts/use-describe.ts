import { Toast } from "@base-ui/react/toast";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Endpoint } from "../api-types.ts";
import { describeEndpoint, type EndpointPatch } from "../data/client.ts";

/** Says something of an endpoint and offers to take it back. A failure is the caller's to show. */
export function useDescribe(endpoint: Endpoint) {
  const client = useQueryClient();
  const toasts = Toast.useToastManager();
  const renew = (now: Endpoint) => {
    client.setQueryData(["endpoint", now.id], now);
    return Promise.all(["endpoints", "endpoint", "findings", "changes", "overview"].map((key) => client.invalidateQueries({ queryKey: [key] })));
  };
  return useMutation({
    mutationFn: (patch: EndpointPatch) => describeEndpoint(endpoint.id, patch),
    onSuccess: async (now, patch) => {
      const before = undoing(endpoint, patch);
      await renew(now);
      const toast = toasts.add({
        title: `${endpoint.method} ${endpoint.path} is described anew.`,
        timeout: 10_000,
        actionProps: {
          children: "Undo",
          onClick: () => {
            toasts.close(toast);
            describeEndpoint(endpoint.id, before).then(renew, (error: unknown) =>
              toasts.add({ title: `Not undone. ${error instanceof Error ? error.message : ""}`, priority: "high" }),
            );
          },
        },
      });
    },
  });
}

/** What puts back everything that the patch changes. */
function undoing({ owner, tags, lifecycle, publicOnPurpose }: Endpoint, patch: EndpointPatch): EndpointPatch {
  return {
    ...(patch.owner === undefined ? {} : { owner }),
    ...(patch.tags === undefined ? {} : { tags: tags.length === 0 ? null : tags }),
    ...(patch.retired === undefined ? {} : { retired: lifecycle === "retired" }),
    ...(patch.publicOnPurpose === undefined
      ? {}
      : { publicOnPurpose: publicOnPurpose === null ? null : { owner: publicOnPurpose.by, reason: publicOnPurpose.reason, until: publicOnPurpose.until } }),
  };
}
