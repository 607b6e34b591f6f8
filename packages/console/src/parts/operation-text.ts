import type { Endpoint } from "../api-types.ts";

/** An operation as it stands after method and path; `""` where these say it all. */
export function operationText(operation: Endpoint["operation"]): string {
  if (operation === null || operation.protocol === "grpc") return "";
  return operation.protocol === "websocket" ? "websocket" : `${operation.kind} ${operation.name}`;
}
