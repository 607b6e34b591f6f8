import type { Mistake, ParameterName } from "./parameters.ts";
import type { SchemaName } from "./schemas.ts";

/** One route under `/api/v1`: what it takes, what it answers, how. The server and the OpenAPI document are both made from this list. */
export interface Route {
  readonly method: "get" | "post" | "patch" | "delete";
  /** OpenAPI form: `/endpoints/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly query: readonly ParameterName[];
  /** Allowed values of `status` in the body of a POST. */
  readonly statuses?: readonly string[];
  /** Shape of the JSON body of a PATCH, or of a POST that takes more than a status, as JSON Schema. */
  readonly body?: unknown;
  /** The body is a file of this size at the most, handed on as text. */
  readonly upload?: { readonly bytesMax: number };
  /** It can answer 429. */
  readonly busy?: true;
  readonly answer: SchemaName;
  readonly page: boolean;
  readonly run: (input: RouteInput) => Promise<RouteResult>;
}

export interface RouteInput {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly status: string;
  /** JSON of a PATCH or of a POST with a {@link Route.body}, text of an upload. */
  readonly body?: unknown;
  readonly by: string;
}

export type RouteResult =
  | { readonly kind: "ok"; readonly body: unknown }
  | { readonly kind: "invalid"; readonly mistakes: readonly Mistake[] }
  /** More of this in a while than the route takes. */
  | { readonly kind: "busy"; readonly retryAfterSeconds: number };
