import { hashedField, isPlainWords, type Ports } from "@postern/engine";
import type { Api, ApiBody, ApiProperty, ApiSchema } from "./api-model.ts";

/** Writes names of fields in clear where they are known to be structure; see the engine's `FieldNames`. */
export type Reveal = (text: string) => string;

/** The hash of each name that documents give to parameters and fields and that traffic would hide, with the name: who wrote it there said that it is structure. At most {@link namesMax}. */
export function hiddenNames(names: Iterable<string>, ports: Ports): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    if (found.size >= namesMax) break;
    if (name.length <= nameCharactersMax && !name.startsWith("~") && !isPlainWords(name)) found.set(hashedField(name, ports), name);
  }
  return found;
}

/** What traffic has shown, with the names of its fields in clear where they may be. Only for showing: what is compared keeps its hashes. */
export function revealApi(api: Api, reveal: Reveal): Api {
  const schemaOf = (schema: ApiSchema): ApiSchema => ({
    ...schema,
    properties: new Map([...schema.properties].map(([name, property]): [string, ApiProperty] => [reveal(name), { ...property, schema: schemaOf(property.schema) }])),
    ...(schema.items === undefined ? {} : { items: schemaOf(schema.items) }),
    ...(schema.extra === undefined ? {} : { extra: schemaOf(schema.extra) }),
  });
  const bodyOf = (body: ApiBody): ApiBody => ({ ...body, schema: body.schema === undefined ? undefined : schemaOf(body.schema) });
  return {
    ...api,
    operations: api.operations.map((one) => ({
      ...one,
      parameters: one.parameters.map((it) => (it.in === "path" ? it : { ...it, name: reveal(it.name), schema: schemaOf(it.schema) })),
      request: one.request === undefined ? undefined : bodyOf(one.request),
      responses: new Map([...one.responses].map(([status, body]) => [status, bodyOf(body)])),
    })),
  };
}

/** All documents of an organisation have some thousands that no word explains. */
export const namesMax = 20_000;
const nameCharactersMax = 128;
