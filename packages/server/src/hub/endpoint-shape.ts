import { endpointFields, type FieldFacts, type InventoryEndpoint, type ParameterFacts } from "@postern/engine";
import type { Reveal } from "../specs/reveal-names.ts";
import type { EndpointShape, ShapeField } from "../api/discovery-views.ts";

/**
 * What the messages of one endpoint are made of, as lines: parameters, fields of requests, fields of answers by status; with types and, where found, the data class.
 * Holds no value; `reveal` writes names that may be shown. Empty where the source of the traffic carried neither headers nor bodies.
 */
export function endpointShape(endpoint: InventoryEndpoint, reveal: Reveal = (text) => text): EndpointShape {
  const { parameters, cut, answers } = endpointFields(endpoint);
  const line = (one: FieldFacts): ShapeField => lineOf(one, reveal);
  const body = parameters.filter((one) => one.in === "form" || one.in === "json");
  const types = [...endpoint.schemas.requestTypes.keys()].sort();
  const described = new Map(answers.map((one) => [one.status, one]));
  return {
    parameters: parameters.flatMap((one) => (isHead(one.in) ? [{ in: one.in, ...line(one) }] : [])),
    request: body.length === 0 && types.length === 0 ? null : { types, fields: body.map(line), more: cut },
    responses: [...endpoint.byStatus]
      .filter(([status]) => status >= 100)
      .sort(([a], [b]) => a - b)
      .map(([status, times]) => {
        const answer = described.get(status);
        return { status: String(status), answers: times, types: answer?.types ?? [], fields: answer?.fields.map(line) ?? [], more: answer?.cut ?? 0 };
      }),
  };
}

function isHead(place: ParameterFacts["in"]): place is "path" | "query" | "header" | "cookie" {
  return place !== "form" && place !== "json";
}

function lineOf(one: FieldFacts, reveal: Reveal): ShapeField {
  return {
    name: reveal(one.field),
    types: one.types.length === 0 ? ["anything"] : one.types,
    format: one.format ?? null,
    always: !one.optional,
    share: { seen: one.seen, of: one.of },
    values: one.types.every((type) => containers.has(type)) ? null : one.values,
    class: one.class ?? null,
    scheme: one.scheme ?? null,
    fits: one.class === undefined ? null : one.share,
  };
}

const containers: ReadonlySet<string> = new Set(["object", "array", "null"]);
