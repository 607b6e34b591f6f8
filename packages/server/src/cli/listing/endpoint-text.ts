import { operationText } from "@postern/engine";
import type { EndpointView } from "../../api/views.ts";

/** Host, path and operation of an endpoint as tables show them: `api.example/graphql  query user`. */
export function endpointText({ host, path, operation }: Pick<EndpointView, "host" | "path" | "operation">, withHost = true): string {
  const said = operationText(operation ?? undefined);
  return `${withHost ? host : ""}${path}${said === "" ? "" : ` ${said}`}`;
}
