import type { Operation } from "@postern/engine";

/**
 * An API as a list of operations, whatever told of it: an OpenAPI document of any version, a Postman collection, a HAR, or traffic. Two of them can be
 * compared; see `diff-apis.ts`. Holds no values and no examples.
 */
export interface Api {
  readonly title: string;
  readonly version: string;
  /** `OpenAPI 3.0.1`, `Swagger 2.0`, `Postman 2.1`, `HAR 1.2`, `traffic`. */
  readonly format: string;
  readonly servers: readonly ApiServer[];
  readonly operations: readonly ApiOperation[];
  /** What could not be read, with its place; the rest holds. At most {@link problemsMax}. */
  readonly problems: readonly ApiProblem[];
}

export interface ApiServer {
  /** Lower case, without a default port; `""` where the document does not say. */
  readonly host: string;
  /** `/v1`, or `""`. */
  readonly basePath: string;
}

export interface ApiOperation {
  /** Upper case. */
  readonly method: string;
  /** The whole path from the host's root, base path included, parameters in braces. */
  readonly path: string;
  /** Hosts this operation is said to be at; empty: any. */
  readonly hosts: readonly string[];
  readonly parameters: readonly ApiParameter[];
  readonly request: ApiBody | undefined;
  /** By status as the document has it: `200`, `4XX`, `default`. */
  readonly responses: ReadonlyMap<string, ApiBody>;
  readonly auth: ApiAuth;
  readonly deprecated: boolean;
  /** Where it stands in its document. */
  readonly where: string;
  /** Only of traffic. */
  readonly seen?: ApiSeen;
}

/** What traffic says of an operation beside its shape. */
export interface ApiSeen {
  readonly endpointId: string;
  readonly requests: number;
  /** Answers by status, 0 for none. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Accepted requests looked into, whose query, headers or body the source carried. */
  readonly sampled: { readonly query: number; readonly header: number; readonly json: number; readonly form: number };
  /** Answers with data to callers without a credential of their own, and their refusals. */
  readonly openAnswers: number;
  readonly refusals: number;
  /** What is called here by name, or that it is a channel; empty where method and path say it all. */
  readonly operations: readonly Operation[];
}

export interface ApiParameter {
  readonly in: "path" | "query" | "header" | "cookie";
  readonly name: string;
  readonly required: boolean;
  readonly deprecated: boolean;
  readonly schema: ApiSchema;
  /** Only of traffic: how many of the sampled requests had it. */
  readonly seen?: Share;
}

export interface ApiBody {
  readonly required: boolean;
  /** Media types without parameters, sorted. */
  readonly types: readonly string[];
  /** Of JSON and forms; undefined where nothing is said of the content. */
  readonly schema: ApiSchema | undefined;
}

/** A JSON Schema as far as we compare it. A tree: references are followed, cycles and what is beyond the bounds end in {@link anySchema}. */
export interface ApiSchema {
  /** Empty: anything. */
  readonly types: ReadonlySet<SchemaType>;
  readonly format?: string;
  readonly properties: ReadonlyMap<string, ApiProperty>;
  readonly items?: ApiSchema;
  /** Of all further properties; absent where the document has nothing to say of them. */
  readonly extra?: ApiSchema;
  /** True when values may have properties that are not listed because the description ends here. */
  readonly cut?: boolean;
  /** The values a document allows, sorted; absent where it does not list them. Never of traffic. */
  readonly choices?: readonly string[];
  /** Only of traffic: how many different values stood here. */
  readonly values?: "constant" | "few" | "many";
  /** Only of traffic: what kind of data stood here. */
  readonly dataClass?: string;
}

export interface ApiProperty {
  readonly schema: ApiSchema;
  readonly required: boolean;
  /** Only of traffic. */
  readonly seen?: Share;
}

/** `seen` of `of`. */
export interface Share {
  readonly seen: number;
  readonly of: number;
}

export type SchemaType = "null" | "boolean" | "integer" | "number" | "string" | "array" | "object";

export interface ApiAuth {
  /** `unknown`: traffic has not shown it. */
  readonly needs: "none" | "optional" | "required" | "unknown";
  readonly schemes: readonly ApiScheme[];
}

export interface ApiScheme {
  readonly kind: string;
  /** `header`, `query`, `cookie`, with the name that carries it; `""` where not said. */
  readonly in: string;
  readonly name: string;
}

export interface ApiProblem {
  /** JSON pointer, or line and column. */
  readonly where: string;
  readonly what: string;
}

export const anySchema: ApiSchema = { types: new Set(), properties: new Map(), cut: true };

/** Further ones of one document say nothing new. */
export const problemsMax = 100;
