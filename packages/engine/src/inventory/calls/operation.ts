/**
 * What an endpoint is, where method and path alone do not say it: one operation of an interface that takes its calls at one path, one method of an RPC
 * service, or a channel.
 */
export interface Operation {
  readonly protocol: "graphql" | "json-rpc" | "grpc" | "websocket";
  /** `persisted`: a stored GraphQL document whose text was never seen. */
  readonly kind: "query" | "mutation" | "subscription" | "persisted" | "call" | "connection";
  /** Root field, method, `package.Service/Method`; `""` for a connection. In clear only when the service has answered it without an error. */
  readonly name: string;
}
