import type { Expression, Node, Statement } from "oxc-parser";
import { visitorKeys } from "oxc-parser";
import type { Collected } from "../collect-routes.ts";
import { joinPaths, templateOfRegExp } from "../path-template.ts";
import { positionAt, type Position } from "../position.ts";
import { stringOf, type FunctionValue } from "../value.ts";
import { factsOf, kindOf, learn, literalOf, none, type Facts, type Known } from "./request-facts.ts";

/**
 * Reads the dispatcher of a server without a framework: `createServer((req, res) => { if (req.method === "GET" && req.url === "/health") … })`. Comparisons
 * of the request's path with constants become routes, marked as read from such a comparison; `startsWith` and regular expressions likewise. Always
 * said beside them: that routes are dispatched by hand here, since tables of handlers, computed paths and checks that undo a comparison are not read.
 */
export function readDispatcher(fn: FunctionValue, at: Position, into: Collected): void {
  const reader = new Reader(at, into);
  reader.function(fn, ["req"], 0);
  if (!reader.looksAtPath) return;
  const number = reader.routes;
  into.unresolved.push({
    ...at,
    what: "routes",
    why: `dispatched by hand below \`createServer\`, by comparing the request's path: ${number === 0 ? "none of the comparisons is with a constant" : `${number} with a constant ${number === 1 ? "is" : "are"} listed`}, others are not`,
  });
}

/** What a route read here rests on. */
export const byComparison = "a comparison with the request's path in a dispatcher written by hand";

class Reader {
  looksAtPath = false;
  routes = 0;
  readonly #at: Position;
  readonly #into: Collected;
  readonly #seen = new Set<object>();

  constructor(at: Position, into: Collected) {
    this.#at = at;
    this.#into = into;
  }

  /** A function whose parameters are what is named: the request, its path, its method. */
  function(fn: FunctionValue, params: readonly (Known | undefined)[], depth: number, facts: Facts = none): void {
    if (this.#seen.has(fn.node) || depth > depthMax || fn.node.body === null || fn.node.body === undefined) return;
    this.#seen.add(fn.node);
    const known = new Map<string, Known>();
    const constant = (name: string): string | undefined => stringOf(fn.scope.get(name));
    fn.node.params.forEach((param, i) => {
      const kind = params[i];
      if (kind !== undefined && param.type !== "RestElement" && param.type !== "TSParameterProperty") learn(param, kind, known);
    });
    const body = fn.node.body;
    const inside: Inside = { fn, known, constant, depth };
    if (body.type === "BlockStatement") this.#block(body.body, facts, inside);
    else this.#node(body, facts, inside);
  }

  #block(body: readonly (Statement | Node)[], before: Facts, inside: Inside): void {
    let facts = before;
    for (const statement of body) {
      this.#node(statement, facts, inside);
      // `if (req.method !== "POST") return …`: what follows is for POST.
      if (statement.type === "IfStatement" && statement.alternate === null && ends(statement.consequent)) {
        const otherwise = factsOf(statement.test, inside, true);
        if (otherwise.paths.length > 0 || otherwise.methods.length > 0) facts = this.#with(facts, otherwise, statement.test, inside, () => 0);
      }
    }
  }

  /** Facts put together; where a path is new, the route is told once what is inside said for which methods it is. */
  #with(before: Facts, found: Facts, node: Node, inside: Inside, walk: (facts: Facts) => void): Facts {
    const facts: Facts = {
      paths: found.paths.length > 0 ? found.paths : before.paths,
      methods: found.methods.length > 0 ? found.methods : before.methods,
    };
    // Asked for one method where only another comes through.
    if (before.methods.length > 0 && found.methods.length > 0 && !found.methods.some((one) => before.methods.includes(one))) return before;
    const narrowed = found.methods.length > 0 && before.paths.length > 0 && found.paths.length === 0;
    if (found.paths.length === 0 && !narrowed) {
      walk(facts);
      return facts;
    }
    const count = this.routes;
    walk(facts);
    // Methods that are asked for inside were told there.
    if (this.routes === count || facts.methods.length > 0) this.#tell(facts, node, inside);
    return facts;
  }

  #tell(facts: Facts, node: Node, { fn }: Inside): void {
    for (const path of facts.paths)
      for (const method of facts.methods.length > 0 ? facts.methods : ["ANY"]) {
        const template = joinPaths("", path.regexp === undefined ? path.text : templateOfRegExp(path.regexp));
        this.routes++;
        this.#into.routes.push({
          method,
          path: template === "" ? "/" : template,
          pattern: path.regexp ?? path.text,
          framework: "node:http",
          handler: "(inline)",
          ...positionAt(fn.module, node.start),
          app: `${this.#at.file}:${this.#at.line}`,
          conditional: false,
          assumes: [byComparison],
          auth: { names: [], verdict: "unproven" },
        });
      }
  }

  #node(node: Node, facts: Facts, inside: Inside): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is not named here is looked through
    switch (node.type) {
      case "IfStatement":
      case "ConditionalExpression": {
        const found = factsOf(node.test, inside);
        this.#look(node.test, facts, inside);
        this.#with(facts, found, node.test, inside, (more) => this.#node(node.consequent, more, inside));
        if (node.alternate) this.#node(node.alternate, facts, inside);
        return;
      }
      case "SwitchStatement": {
        const kind = kindOf(node.discriminant, inside);
        this.#look(node.discriminant, facts, inside);
        let labels: Expression[] = [];
        for (const one of node.cases) {
          if (one.test) labels.push(one.test);
          if (one.consequent.length === 0 && one.test) continue;
          const texts = labels.flatMap((label) => literalOf(label, inside) ?? []);
          labels = [];
          const found: Facts =
            kind === "path" ? { paths: texts.map((text) => ({ text })), methods: [] } : kind === "method" ? { paths: [], methods: texts.map((text) => text.toUpperCase()) } : none;
          this.#with(facts, found, one, inside, (more) => this.#block(one.consequent, more, inside));
        }
        return;
      }
      case "BlockStatement":
        this.#block(node.body, facts, inside);
        return;
      case "VariableDeclarator":
        if (node.init) {
          this.#look(node.init, facts, inside);
          const kind = kindOf(node.init, inside);
          if (kind !== undefined) learn(node.id, kind, inside.known);
        }
        return;
      case "FunctionDeclaration":
        return;
      default:
        this.#look(node, facts, inside);
    }
  }

  /** Everything below a node; a call that is handed the request is followed. */
  #look(node: Node, facts: Facts, inside: Inside): void {
    if (kindOf(node, inside) === "path") this.looksAtPath = true;
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const fn = inside.fn.scope.get(node.callee.name);
      const kinds = node.arguments.map((one) => (one.type === "SpreadElement" ? undefined : kindOf(one, inside)));
      if (fn?.kind === "function" && kinds.some((kind) => kind !== undefined)) this.function(fn, kinds, inside.depth + 1, facts);
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) this.#node(one, facts, inside);
    }
  }
}

interface Inside {
  readonly fn: FunctionValue;
  readonly known: Map<string, Known>;
  readonly constant: (name: string) => string | undefined;
  readonly depth: number;
}

/** Functions that are handed the request by one another. */
const depthMax = 6;

function ends(node: Statement): boolean {
  const last = node.type === "BlockStatement" ? node.body.at(-1) : node;
  return last?.type === "ReturnStatement" || last?.type === "ThrowStatement";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
