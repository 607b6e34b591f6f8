import { hashOfSegment } from "../exchange/plain-words.ts";
import { isConstantLike, isDatedVersion, isPersonNoun, isReservedWord } from "./segment-kind.ts";

/**
 * What a person decided about path templates; it counts for more than anything learned.
 *
 * - `pin /users/{userId}/cards`: it stays as written. Its constants are never taken for values; at each `{…}` whatever is no word of interfaces is a value.
 * - `merge /wiki/{page}`: at the last `{…}` everything is a value, words of interfaces too, but what a pin or split names.
 * - `split /users/me`: its constants are never taken for values, `{…}` only says where they stand. A `*` instead of a constant: each word there is a constant
 *   of its own; numbers, UUIDs and the like stay values.
 */
export interface TemplateRule {
  readonly kind: TemplateRuleKind;
  /** Lower case, as the inventory names hosts; absent: every host. */
  readonly host?: string | undefined;
  /** `/users/{userId}/cards` */
  readonly template: string;
  /** Not a person's: a kept document or source code says so. It gives way to people, and shows something only where words stand that it calls values. */
  readonly known?: "document" | "source" | undefined;
  /** Of a document: parameters that no word can be a value of, such as numbers. */
  readonly typed?: readonly string[] | undefined;
}

export const templateRuleKinds = ["pin", "merge", "split"] as const;
export type TemplateRuleKind = (typeof templateRuleKinds)[number];

/** Rules one inventory obeys; more than a team writes. */
export const templateRulesMax = 1_000;
/** Templates of documents and source that one inventory looks at, beside people's rules: five times GitHub's. */
export const knownTemplatesMax = 5_000;
/** Longer templates no interface has. */
export const ruleSegmentsMax = 32;
export const ruleCharactersMax = 1_024;

/** What is decided at one place: which constants stand there for certain, and what everything else there is. */
export interface RuleNode {
  /** A constant as it was written. */
  readonly label: string;
  readonly constants: Map<string, RuleNode>;
  /** By pattern: `{}`, `{cc}-{phone}`, `{}.json`. */
  readonly parameters: Map<string, RuleNode>;
  /** Of the constants some are known by their hash only. */
  hashed: boolean;
  /** What a segment is here that no rule names: the learner's business, a value unless it is a word of interfaces, a value, a constant if it is a word. */
  position: "learned" | "values" | "everything" | "words";
  /** Of the parameter that stands here, as the person called it. */
  name: string | undefined;
  /** The rule that decides this place. */
  rule: TemplateRule | undefined;
  /** Of {@link learnedRules}: what is decided here and below for what is shown. */
  view: RuleNode | undefined;
  /** The same where no person but a document or source decided: it is shown as soon as there is a word that it calls a value. */
  offered: RuleNode | undefined;
  /** Nobody but documents and source named this place. */
  known: boolean;
  /** Nobody but documents or source decided the position; source before documents, since it is what runs. */
  offers: TemplateRule["known"];
}

/**
 * The rules for one host as a tree; undefined when there are none. Rules that {@link ruleProblem} refuses are left out; of a contradiction the later one counts, and people's
 * before those of documents, which hold for the hosts they name, and for any host that none of them names.
 */
export function rulesFor(host: string, rules: readonly TemplateRule[]): RuleNode | undefined {
  let root: RuleNode | undefined;
  const known = rules.filter((rule) => rule.known !== undefined).slice(0, knownTemplatesMax);
  const named = known.some((rule) => rule.host === host);
  const people = rules.filter((rule) => rule.known === undefined).slice(0, templateRulesMax);
  for (const rule of [...known, ...people]) {
    const elsewhere = rule.host !== undefined && rule.host !== host && (rule.known === undefined || named);
    if (elsewhere || ruleProblem(rule) !== undefined) continue;
    root ??= emptyNode("");
    addRule(root, rule);
  }
  return root;
}

/**
 * What of these rules holds for what is learned: constants that somebody named are never values. That words are values holds only for what is shown, so that taking it
 * back finds everything as if it had never been said; the first such place of a way says so in `view`.
 */
export function learnedRules(rules: RuleNode): RuleNode {
  let learned = learnedOf.get(rules);
  if (learned === undefined) learnedOf.set(rules, (learned = learnedNode(rules, false, false)));
  return learned;
}

/** Hosts share the rules that hold for all. */
const learnedOf = new WeakMap<RuleNode, RuleNode>();

function learnedNode(rules: RuleNode, viewed: boolean, unnamed: boolean): RuleNode {
  const asValues = rules.position === "values" || rules.position === "everything";
  const offered = asValues && !viewed && rules.offers !== undefined;
  const below = (map: ReadonlyMap<string, RuleNode>): Map<string, RuleNode> =>
    new Map([...map].map(([key, child]) => [key, learnedNode(child, viewed || (asValues && !offered), unnamed || asValues)]));
  return {
    ...rules,
    constants: below(rules.constants),
    parameters: below(rules.parameters),
    position: asValues ? "learned" : rules.position,
    name: unnamed || rules.known ? undefined : rules.name,
    view: asValues && !viewed && !offered ? rules : undefined,
    offered: offered ? rules : undefined,
  };
}

/** What a rule decides of one segment; a constant known by its hash is found through `hidden`. */
export function ruledConstant(rule: RuleNode, key: string, hidden: ((constant: string) => string) | undefined): RuleNode | undefined {
  const found = rule.constants.get(key) ?? (rule.hashed && hidden !== undefined ? rule.constants.get(hidden(key).toLowerCase()) : undefined);
  // Who merges everything merges what a document names, too.
  return found?.known === true && rule.position === "everything" ? undefined : found;
}

/**
 * Whether a word is a value where a rule says that values stand. A word of interfaces is none, as an endpoint that nobody documented may be called so; where source code
 * takes a parameter, only words that name an action or the caller are left.
 */
export function isRuledValue(rule: RuleNode, label: string): boolean {
  if (rule.position === "everything") return true;
  return rule.position === "values" && (rule.offers === "source" || !isConstantLike(label)) && !isReservedWord(label.toLowerCase());
}

/** Why a rule cannot be kept, in words for the person who wrote it; undefined when it can. */
export function ruleProblem({ kind, template }: TemplateRule): string | undefined {
  if (!template.startsWith("/") || template.length > ruleCharactersMax || /[?#\s]/.test(template)) return "a template is a path that begins with /, without ?, # and blanks";
  const segments = segmentsOf(template);
  if (segments.length === 0) return "a template needs a segment";
  if (segments.length > ruleSegmentsMax) return `a template has at most ${ruleSegmentsMax} segments`;
  let parameters = 0;
  let stars = 0;
  for (const [place, segment] of segments.entries()) {
    if (segment === "*") {
      stars++;
      if (isPersonNoun(segments[place - 1] ?? "")) return `what stands after ${segments[place - 1] ?? ""} are names of people, which are never taken for constants`;
      continue;
    }
    if (segment.includes("*")) return "a * stands for a whole segment";
    if (hashOfSegment(segment) !== undefined || isDatedVersion(segment)) continue;
    if (segment.includes("{") || segment.includes("}")) {
      if (patternOf(segment) === undefined) return `${segment} is no parameter: write {name}, {name}.json, {cc}-{phone} or {base}...{head}`;
      parameters++;
    } else if (namesSomebody(segment)) return "a constant that is an address, a number of a phone or the like would be kept in clear: write {name} there";
  }
  if (kind === "merge" && parameters === 0) return "a merge needs the {parameter} that everything there is to become, such as /wiki/{page}";
  if (kind !== "split" && stars > 0) return "only a split takes *";
  if (kind === "split" && (patternOf(segments.at(-1) ?? "") !== undefined || segments.length === parameters))
    return "a split ends with the constant that is to stand apart, such as /users/me, or with * for each word there";
  return undefined;
}

/** Whether an endpoint, given by the segments of its template, stands where the rule says something or below. */
export function coversTemplate({ template }: TemplateRule, segments: readonly string[]): boolean {
  return segmentsOf(template).every((one, place) => {
    const segment = segments[place];
    if (segment === undefined) return false;
    // A constant known by its hash alone may be any.
    return one === "*" || patternOf(one) !== undefined || hashOfSegment(one) !== undefined || one.toLowerCase() === segment.toLowerCase();
  });
}

/** Two rules about the same template, whatever its parameters are called. */
export function sameRuleTemplate(a: TemplateRule, b: TemplateRule): boolean {
  return (a.host ?? "") === (b.host ?? "") && shapeOf(a.template) === shapeOf(b.template);
}

function shapeOf(template: string): string {
  return segmentsOf(template)
    .map((segment) => patternOf(segment) ?? segment.toLowerCase())
    .join("/");
}

function addRule(root: RuleNode, rule: TemplateRule): void {
  const segments = segmentsOf(rule.template);
  const last = segments.findLastIndex((segment) => patternOf(segment) === "{}");
  let at = root;
  for (const [place, segment] of segments.entries()) {
    const pattern = patternOf(segment);
    if (segment === "*") {
      at.position = "words";
      at.rule = rule;
      at = childOf(at.parameters, "{}");
    } else if (pattern === undefined) {
      at.hashed ||= hashOfSegment(segment) !== undefined;
      at = childOf(at.constants, segment.toLowerCase(), segment);
      if (at.rule === undefined || at.rule.known !== undefined) at.rule = rule;
    } else {
      const name = /^\{([A-Za-z][A-Za-z0-9_]{0,63})\}/.exec(segment)?.[1];
      if (rule.kind !== "split" && pattern === "{}" && (name === undefined || rule.typed?.includes(name) !== true)) {
        const decided = rule.kind === "merge" && place === last ? "everything" : "values";
        if (decided === "everything" || at.position !== "everything") {
          at.position = decided;
          at.rule = rule;
          at.offers = rule.known === "document" && at.offers === "source" ? "source" : rule.known;
        }
      }
      at = childOf(at.parameters, pattern);
      if (name !== undefined && rule.kind !== "split" && pattern.startsWith("{}")) at.name = name;
    }
    if (rule.known === undefined) at.known = false;
  }
}

function childOf(map: Map<string, RuleNode>, key: string, label = key): RuleNode {
  let child = map.get(key);
  if (child === undefined) map.set(key, (child = emptyNode(label)));
  return child;
}

function emptyNode(label: string): RuleNode {
  return {
    label,
    constants: new Map(),
    parameters: new Map(),
    hashed: false,
    position: "learned",
    name: undefined,
    rule: undefined,
    view: undefined,
    offered: undefined,
    known: true,
    offers: undefined,
  };
}

function segmentsOf(template: string): string[] {
  return template.split("/").filter((segment) => segment !== "");
}

/** How the tree calls the parameter that a person wrote: `{page}` is `{}`, `{id}.json` is `{}.json`, compound ones stand as they are; undefined for a constant. */
function patternOf(segment: string): string | undefined {
  if (hashOfSegment(segment) !== undefined) return undefined;
  if (segment === "{cc}-{phone}" || segment === "{base}...{head}") return segment;
  const match = /^\{[^{}/]{0,64}\}(\.(?:json|xml|csv|html|txt|pdf|png|jpg|yaml))?$/.exec(segment);
  return match === null ? undefined : `{}${match[1] ?? ""}`;
}

/** An e-mail address, or digits as long as a phone number's. A year, a version, a code may be a constant. */
function namesSomebody(segment: string): boolean {
  return segment.includes("@") || (segment.match(/\d/g) ?? []).length >= 7;
}
