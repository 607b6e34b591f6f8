import type { Inventory, InventoryEndpoint } from "@postern/engine";
import { type EndpointShape, type ShapeField, shapeFieldsMax } from "../api/discovery-views.ts";
import type { ApiBody, ApiSchema, Share } from "../specs/api-model.ts";
import { observedApi } from "../specs/observed-api.ts";

/**
 * What the messages of one endpoint are made of, as lines: parameters, fields of requests, fields of answers by status; with types and, where found, the data class.
 * Holds no value. Empty where the source of the traffic carried neither headers nor bodies.
 */
export function endpointShape(inventory: Inventory, endpoint: InventoryEndpoint): EndpointShape | undefined {
  const [operation] = observedApi(inventory, (one) => one === endpoint).operations;
  if (operation === undefined) return undefined;
  // Classes are found in answers with 2xx; their fields are named without brackets.
  const classes = new Map(endpoint.classifiedFields().map((one) => [one.field, one.class as string]));
  const subjects = new Map(endpoint.parameterList().map((one) => [`${one.location.in} ${one.location.name}`, one.subject]));
  const personal = (place: string): string | null => {
    const subject = subjects.get(place);
    return subject === "phone" || subject === "email" || subject === "username" ? subject : null;
  };
  /** Of several parameters in one segment (`{cc}-{phone}`) the one that says it is the identifier. */
  const compound = (name: string): string | null => {
    for (const [place, subject] of subjects) if (subject === name.toLowerCase() && place.startsWith("path ") && place.slice(5).split("-").includes(name)) return personal(place);
    return null;
  };
  return {
    parameters: operation.parameters.map((one) => ({
      in: one.in,
      ...line(one.name, one.schema, one.required, one.seen ?? null, personal(`${one.in} ${one.name}`) ?? (one.in === "path" ? compound(one.name) : null)),
    })),
    request:
      operation.request === undefined
        ? null
        : { types: [...operation.request.types], ...fieldsOf(operation.request, (name) => personal(`json ${name}`) ?? personal(`form ${name}`)) },
    responses: [...operation.responses].map(([status, body]) => ({
      status,
      answers: operation.seen?.statuses.get(Number(status)) ?? 0,
      types: [...body.types],
      ...fieldsOf(body, (name) => (status.startsWith("2") ? (classes.get(name.replaceAll("[]", "").replace(/^\./, "")) ?? null) : null)),
    })),
  };
}

function fieldsOf({ schema }: ApiBody, classOf: (name: string) => string | null): { fields: ShapeField[]; more: number } {
  const fields: ShapeField[] = [];
  let more = 0;
  const walk = (name: string, one: ApiSchema, always: boolean, share: Share | null): void => {
    if (fields.length >= shapeFieldsMax) more++;
    else if (name !== "" || one.properties.size === 0) fields.push(line(name, one, always, share, classOf(name)));
    for (const [key, property] of one.properties) walk(name === "" ? key : `${name}.${key}`, property.schema, property.required, property.seen ?? null);
    if (one.extra !== undefined) walk(name === "" ? "*" : `${name}.*`, one.extra, false, null);
    if (one.items === undefined) return;
    const { properties, items, types } = one.items;
    // The elements have a line of their own only where the fields below do not say it all.
    if (properties.size > 0) for (const [key, property] of properties) walk(`${name}[].${key}`, property.schema, property.required, property.seen ?? null);
    else if (items !== undefined || types.size > 0) walk(`${name}[]`, one.items, true, null);
  };
  if (schema !== undefined) walk("", schema, true, null);
  return { fields, more };
}

function line(name: string, schema: ApiSchema, always: boolean, share: Share | null, dataClass: string | null): ShapeField {
  return {
    name,
    types: schema.types.size === 0 ? ["anything"] : [...schema.types],
    format: schema.format ?? null,
    always,
    share: share === null ? null : { seen: share.seen, of: share.of },
    values: schema.values ?? null,
    class: dataClass,
  };
}
