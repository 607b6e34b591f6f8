import { hashOfSegment, isPlainWords } from "../exchange/plain-words.ts";
import type { InventoryEndpoint } from "./inventory-endpoint.ts";
import { bits, type MergeReason, type PathNode } from "./path-node.ts";
import { coversTemplate, type TemplateRule } from "./template-rules.ts";
import { isConstantLike, isReservedWord } from "./segment-kind.ts";

/** Why one segment of a template is a constant or a parameter. */
export interface SegmentReason {
  /** As it stands in the template. */
  readonly segment: string;
  readonly is: "constant" | "parameter";
  /** What decided it. */
  readonly by: SegmentDecision;
  /** The same in a sentence, with its evidence. */
  readonly because: string;
  /** What was counted, as far as it is known; counts begin anew where a state without them was loaded. */
  readonly evidence: Readonly<Record<string, number | string | boolean>>;
}

/**
 * `rule`: a person, a kept document or source code. `shape`: its text is that of a value. `person`: a name of somebody is expected there. `siblings`: many words there are interchangeable.
 * `word`: a word of interfaces. `stands-apart`: a word beside a parameter with traffic, answers or a sub-tree of its own. `undecided`: too few siblings to call it a value.
 */
export const segmentDecisions = ["rule", "shape", "person", "siblings", "word", "stands-apart", "undecided"] as const;
export type SegmentDecision = (typeof segmentDecisions)[number];

/** Each segment of an endpoint's template with what decided it, first to last. Holds no value of a parameter. */
export function explainTemplate(endpoint: InventoryEndpoint): readonly SegmentReason[] {
  const way: PathNode<unknown>[] = [];
  for (let at: PathNode<unknown> | undefined = endpoint.place; at?.parent !== undefined; at = at.parent) way.push(at);
  const texts = endpoint.template.split("/").slice(1);
  const clear = endpoint.clearTemplate.split("/").slice(1);
  return way.toReversed().map((node, position) => {
    const segment = texts[position] ?? "";
    return node.parameter ? parameterReason(node, segment, endpoint, position) : constantReason(node, segment, clear);
  });
}

function parameterReason(node: PathNode<unknown>, segment: string, endpoint: InventoryEndpoint, position: number): SegmentReason {
  const { parent } = node;
  const stats = endpoint.parameters.byKey.get(`p${position}`);
  const shapes = Object.entries(stats?.shapes ?? {}).sort(([, a], [, b]) => b - a);
  const shape = shapes[0]?.[0];
  const evidence = {
    sightings: node.count,
    ...(stats === undefined ? {} : { distinctValues: stats.distinct.count }),
    ...(shape === undefined ? {} : { commonestShape: shape }),
    ...(parent?.values === undefined ? {} : { distinctWords: parent.values.count }),
    ...((parent?.topValue ?? 0) === 0 ? {} : { commonestWordSightings: parent?.topValue ?? 0 }),
    constantsBeside: parent?.children.size ?? 0,
  };
  const made = (by: SegmentDecision, because: string): SegmentReason => ({ segment, is: "parameter", by, because, evidence });
  const rule = parent?.rule?.rule;
  if (rule !== undefined && parent?.rule?.position !== "words" && parent?.rule?.position !== "learned") return made("rule", saidBy(rule));
  if (parent !== undefined && parent.persons) return made("person", `what stands after "${parent.label}" names a person`);
  if (parent?.merged === true && node.label === "{}") {
    const words = parent.values === undefined ? "words there" : `about ${parent.values.count} different words there`;
    return made("siblings", parent.reason === undefined ? `${words} are interchangeable` : `${words}: ${reasonText[parent.reason]}`);
  }
  return made("shape", node.label === "{}" ? `its values look like values${shape === undefined ? "" : `, most of them ${shape}`}` : `its values have the form ${node.label}`);
}

/** `clear`: the segments of the whole template with every constant in clear. */
function constantReason(node: PathNode<unknown>, segment: string, clear: readonly string[]): SegmentReason {
  const { parent } = node;
  const parameter = parent?.parameters.get("{}");
  const answers = node.shape === "" || parameter === undefined || parameter.shape === "" ? undefined : node.shape === parameter.shape ? "alike" : "otherwise";
  const evidence = {
    sightings: node.count,
    siblings: Math.max(0, (parent?.children.size ?? 1) - 1),
    // A state of an older version says nothing of them.
    ...(node.clients === 0 ? {} : { networks: bits(node.clients) }),
    placesBelow: node.children.size + node.parameters.size,
    besideParameter: parameter !== undefined,
    ...(parameter === undefined ? {} : { parameterSightings: parameter.count }),
    ...(answers === undefined ? {} : { answersAsParameter: answers === "alike" }),
  };
  const made = (by: SegmentDecision, because: string): SegmentReason => ({ segment, is: "constant", by, because, evidence });
  const rule = node.rule?.rule;
  const ruled = (): SegmentReason => made("rule", rule === undefined ? "somebody said so" : saidBy(rule));
  // A constant that a rule only passes through on its way to other endpoints is explained by itself where it can be.
  if (node.rule !== undefined && (rule === undefined || coversTemplate(rule, clear))) return ruled();
  const known = hashOfSegment(node.label) === undefined && (isReservedWord(node.label.toLowerCase()) || isPlainWords(node.label));
  if (known) return made("word", `"${node.label}" is a word of interfaces${isReservedWord(node.label.toLowerCase()) ? " that names an action or the caller" : ""}`);
  if (parameter !== undefined) {
    const apart =
      answers === "otherwise" ? "it answers otherwise than the parameter beside it" : `it was seen ${node.count} times beside a parameter seen ${parameter.count} times`;
    return made("stands-apart", apart);
  }
  if (hashOfSegment(node.label) === undefined && isConstantLike(node.label)) return made("word", "it is written as interfaces write their constants");
  if (node.rule !== undefined) return ruled();
  return made("undecided", `it has ${several(evidence.siblings, "sibling")}, too few or too different to call them values of one parameter`);
}

function saidBy(rule: TemplateRule): string {
  if (rule.known === undefined) return `somebody said so: ${rule.kind} ${rule.template}`;
  return rule.known === "document" ? `a kept document has it so: ${rule.template}` : `source code has it so: ${rule.template}`;
}

const reasonText: Readonly<Record<MergeReason, string>> = {
  rare: "ever new ones came, each seldom",
  strangers: "they are no words of interfaces",
  "file-names": "they are written as values are: versions, file names, codes",
  "same-answers": "they answer in one shape",
  "same-places": "they lead to the same places",
  "like-the-parameter": "they lead where the parameter beside them leads",
  full: "more of them than are kept apart",
};

function several(value: number, noun: string): string {
  return `${value} ${noun}${value === 1 ? "" : "s"}`;
}
