import type {
  Argument as ArgumentNode,
  ArrowFunctionExpression,
  BindingPattern,
  Class,
  Expression,
  Function as FunctionNode,
  Node,
  ParamPattern,
  PropertyKey,
  Statement,
} from "oxc-parser";
import { callBuiltin, memberOfBuiltin } from "./builtin-values.ts";
import { nameOfNode } from "./handler-name.ts";
import { Scope } from "./scope.ts";
import { type ArrayValue, type ClassValue, type FunctionValue, literal, nothing, objectOf, stringOf, truthOf, unknown, type Value } from "./value.ts";
import { positionAt, type Position } from "./position.ts";
import type { SourceModule, Names } from "./value.ts";

/** A call as a framework sees it. */
export interface Site {
  readonly at: Position;
  readonly conditional: boolean;
  /** Names of the arguments as written, one each. */
  readonly names: readonly string[];
  readonly module: SourceModule;
}

/** What the evaluator asks of others: modules of the tree, and what frameworks make of calls. */
export interface World {
  /** The value a specifier stands for: a module's exports, or something external. */
  load(specifier: string, from: SourceModule): Value;
  /** A call or construction of something external; undefined where nobody knows it. */
  callExternal(path: string, args: readonly Value[], site: Site, evaluator: Evaluator): Value | undefined;
  /** A method of a router or of a route. */
  callRouter(target: Value, name: string, args: readonly Value[], site: Site, evaluator: Evaluator): Value;
  /** A call on something not known that reads like a route. */
  unknownCall(name: string, why: string, args: readonly Value[], site: Site): void;
}

type Done = { readonly what: "return"; readonly value: Value } | { readonly what: "skip" } | undefined;

/**
 * Runs a program as far as it is static: constants, modules, functions, classes, loops over known lists. Nothing is executed; a value that cannot
 * be told is `unknown`, a branch that cannot be told is walked and what happens in it is `conditional`. Bounded by {@link stepsMax} and {@link depthMax}.
 */
export class Evaluator {
  readonly #world: World;
  readonly #active: object[] = [];
  readonly called = new Set<object>();
  /** Start of every call that was walked, by file. */
  readonly walked = new Map<string, Set<number>>();
  steps = 0;
  /** Files whose program was left before its end, for the bound on steps. */
  readonly cutShort = new Set<string>();
  #until = stepsEachMax;
  #conditional = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** Runs a module once; within a cycle the half-made exports stand. */
  run(module: SourceModule): void {
    if (module.state !== "new") return;
    module.state = "running";
    const scope = new Scope();
    scope.declare("module", module.cjs);
    scope.declare("exports", module.exports);
    scope.declare("require", { kind: "external", path: "require" });
    scope.declare("__filename", literal(module.path));
    scope.declare("__dirname", literal(module.path.slice(0, module.path.lastIndexOf("/"))));
    scope.declare("this", module.exports);
    const outer = this.#conditional;
    this.#conditional = 0;
    this.within(module, () => void this.#block(module.program.body, scope, module));
    this.#conditional = outer;
    module.state = "done";
  }

  /** Runs a part of a program with a budget of steps of its own, so that one file cannot use up what others need. */
  within(module: SourceModule, part: () => void): void {
    const [until, from, conditional, returns, active] = [this.#until, this.steps, this.#conditional, this.#returns, this.#active.length];
    this.#until = Math.min(stepsMax, from + stepsEachMax);
    try {
      part();
    } catch (error) {
      // Nested deeper than the stack holds, as generated code can be: this file ends here, the others go on.
      if (!(error instanceof RangeError)) throw error;
      this.cutShort.add(module.file);
      this.#active.length = active;
      this.#conditional = conditional;
      this.#returns = returns;
    }
    if (this.spent) this.cutShort.add(module.file);
    this.#until = until + (this.steps - from);
  }

  /** The budget of steps is used up: what is left is not looked at. */
  get spent(): boolean {
    return this.steps > this.#until;
  }

  /** Calls a function of the tree with what is known of its arguments. */
  call(fn: FunctionValue, args: readonly Value[], self?: Value): Value {
    this.called.add(fn.node);
    if (this.#active.length >= depthMax || this.spent || this.#active.filter((one) => one === fn.node).length > 1) return unknown("a call nested too deeply");
    if (fn.node.body === null || fn.node.body === undefined) return unknown("a function without a body");
    const scope = new Scope(fn.scope);
    const me = fn.self ?? self;
    if (fn.node.type !== "ArrowFunctionExpression") scope.declare("this", me ?? unknown("`this` of a plain call"));
    if (fn.node.type === "FunctionExpression" && fn.node.id !== null) scope.declare(fn.node.id.name, fn);
    this.#active.push(fn.node);
    try {
      fn.node.params.forEach((param, i) => this.#bindParam(param, args, i, scope, fn.module));
      if (fn.node.body.type !== "BlockStatement") return this.expr(fn.node.body, scope, fn.module);
      return this.#returned(fn.node.body.body, scope, fn.module);
    } finally {
      this.#active.pop();
    }
  }

  /** Calls whatever can be called among the values, knowing nothing of the arguments: callbacks of something that is not read. */
  callAll(values: readonly Value[], args: readonly Value[] = []): void {
    for (const value of values)
      if (value.kind === "function" && !this.called.has(value.node)) this.call(value, args.length > 0 ? args : value.node.params.map(() => unknown("an argument of a callback")));
  }

  #bindParam(param: ParamPattern | { type: "TSParameterProperty"; parameter: BindingPattern }, args: readonly Value[], i: number, scope: Names, module: SourceModule): void {
    if (param.type === "RestElement") this.#bind(param.argument, { kind: "array", items: args.slice(i) }, scope, module);
    else {
      const inner = param.type === "TSParameterProperty" ? param.parameter : param;
      this.#bind(inner, args[i] ?? nothing, scope, module);
      if (param.type === "TSParameterProperty") {
        const name = inner.type === "Identifier" ? inner.name : inner.type === "AssignmentPattern" && inner.left.type === "Identifier" ? inner.left.name : undefined;
        const self = scope.get("this");
        if (name !== undefined && self?.kind === "object") self.props.set(name, scope.get(name) ?? nothing);
      }
    }
  }

  #returned(body: readonly Statement[], scope: Names, module: SourceModule): Value {
    const found: Value[] = [];
    const before = this.#returns;
    this.#returns = found;
    const done = this.#block(body, scope, module);
    this.#returns = before;
    if (done?.what === "return") found.push(done.value);
    return found.find((value) => value.kind !== "unknown" && !(value.kind === "literal" && (value.value === undefined || value.value === null))) ?? found[0] ?? nothing;
  }
  #returns: Value[] = [];

  #block(body: readonly (Statement | Node)[], scope: Names, module: SourceModule): Done {
    for (const statement of body) {
      const inner = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
      if (statement.type === "ImportDeclaration") this.#import(statement, scope, module);
      if (inner?.type === "FunctionDeclaration") {
        const fn = this.#function(inner, scope, module, inner.id?.name ?? "default");
        if (inner.id) scope.declare(inner.id.name, fn);
        if (statement.type === "ExportDefaultDeclaration") module.exports.props.set("default", fn);
        else if (statement.type === "ExportNamedDeclaration" && inner.id) module.exports.props.set(inner.id.name, fn);
      }
    }
    for (const statement of body) {
      const done = this.#statement(statement as Statement, scope, module);
      if (done !== undefined) return done;
    }
    return undefined;
  }

  /** Walks a branch that may not be taken: what it returns is one of the answers, and the walk goes on after it. */
  #maybe<T>(walk: () => T): T {
    this.#conditional++;
    const result = walk();
    this.#conditional--;
    return result;
  }

  #perhaps(statement: Statement | null | undefined, scope: Names, module: SourceModule): void {
    if (statement === null || statement === undefined) return;
    const done = this.#maybe(() => this.#statement(statement, scope, module));
    if (done?.what === "return") this.#returns.push(done.value);
  }

  #statement(node: Statement, scope: Names, module: SourceModule): Done {
    if (++this.steps > this.#until) return { what: "skip" };
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
    switch (node.type) {
      case "ExpressionStatement":
        this.expr(node.expression, scope, module);
        return undefined;
      case "VariableDeclaration":
        for (const one of node.declarations)
          if (one.init !== null && one.init !== undefined) this.#bind(one.id, this.#named(one.init, scope, module, one.id.type === "Identifier" ? one.id.name : ""), scope, module);
          else if (one.id.type === "Identifier") scope.declare(one.id.name, nothing);
        return undefined;
      case "ClassDeclaration":
        if (node.id !== null) scope.declare(node.id.name, this.#class(node, scope, module));
        return undefined;
      case "TSEnumDeclaration": {
        const members = objectOf();
        for (const member of node.body.members) {
          const name = "name" in member.id ? member.id.name : "value" in member.id ? member.id.value : undefined;
          if (name !== undefined) members.props.set(name, member.initializer ? this.expr(member.initializer, scope, module) : unknown("a numbered member of an enum"));
        }
        scope.declare(node.id.name, members);
        return undefined;
      }
      case "ReturnStatement": {
        const value = node.argument ? this.expr(node.argument, scope, module) : nothing;
        return { what: "return", value };
      }
      case "ContinueStatement":
      case "BreakStatement":
        return { what: "skip" };
      case "ThrowStatement":
        return { what: "skip" };
      case "BlockStatement":
        return this.#block(node.body, new Scope(scope), module);
      case "LabeledStatement":
        return this.#statement(node.body, scope, module);
      case "IfStatement": {
        const test = truthOf(this.expr(node.test, scope, module));
        if (test === true) return this.#statement(node.consequent, scope, module);
        if (test === false) return node.alternate ? this.#statement(node.alternate, scope, module) : undefined;
        this.#perhaps(node.consequent, scope, module);
        this.#perhaps(node.alternate, scope, module);
        return undefined;
      }
      case "SwitchStatement":
        this.expr(node.discriminant, scope, module);
        for (const one of node.cases) for (const inner of one.consequent) this.#perhaps(inner, scope, module);
        return undefined;
      case "TryStatement": {
        const done = this.#block(node.block.body, new Scope(scope), module);
        if (node.handler) this.#perhaps(node.handler.body, scope, module);
        const last = node.finalizer ? this.#block(node.finalizer.body, new Scope(scope), module) : undefined;
        return done?.what === "return" ? done : last;
      }
      case "ForOfStatement":
      case "ForInStatement": {
        const list = this.expr(node.right, scope, module);
        const items =
          node.type === "ForOfStatement"
            ? list.kind === "array"
              ? list.items
              : undefined
            : list.kind === "object" && !list.open
              ? [...list.props.keys()].map((key) => literal(key))
              : list.kind === "array"
                ? list.items.map((_, i) => literal(String(i)))
                : undefined;
        return this.#each(items, (item) => {
          const inner = new Scope(scope);
          if (node.left.type === "VariableDeclaration") {
            const first = node.left.declarations[0];
            if (first !== undefined) this.#bind(first.id, item, inner, module);
          } else if (node.left.type === "Identifier") scope.assign(node.left.name, item);
          return this.#statement(node.body, inner, module);
        });
      }
      case "ForStatement": {
        const inner = new Scope(scope);
        if (node.init?.type === "VariableDeclaration") this.#statement(node.init, inner, module);
        else if (node.init) this.expr(node.init, inner, module);
        for (let i = 0; i < loopsMax; i++) {
          const going = node.test ? truthOf(this.expr(node.test, inner, module)) : undefined;
          if (going === false) return undefined;
          if (going === undefined) {
            this.#perhaps(node.body, inner, module);
            return undefined;
          }
          const done = this.#statement(node.body, inner, module);
          if (done?.what === "return") return done;
          if (node.update) this.expr(node.update, inner, module);
        }
        return undefined;
      }
      case "WhileStatement":
      case "DoWhileStatement":
        this.#perhaps(node.body, scope, module);
        return undefined;
      case "ExportNamedDeclaration":
        this.#exportNamed(node, scope, module);
        return undefined;
      case "ExportDefaultDeclaration": {
        const { declaration } = node;
        if (declaration.type === "FunctionDeclaration") return undefined;
        if (declaration.type === "ClassDeclaration") {
          const cls = this.#class(declaration, scope, module);
          if (declaration.id) scope.declare(declaration.id.name, cls);
          module.exports.props.set("default", cls);
        } else if (declaration.type !== "TSInterfaceDeclaration") module.exports.props.set("default", this.#named(declaration, scope, module, "default"));
        return undefined;
      }
      case "ExportAllDeclaration": {
        const from = this.#world.load(node.source.value, module);
        if (node.exported) module.exports.props.set("name" in node.exported ? node.exported.name : node.exported.value, from);
        else if (from.kind === "object") for (const [name, value] of from.props) if (name !== "default") module.exports.props.set(name, value);
        return undefined;
      }
      case "TSExportAssignment":
        module.cjs.props.set("exports", this.expr(node.expression, scope, module));
        return undefined;
      case "TSImportEqualsDeclaration":
        if (node.moduleReference.type === "TSExternalModuleReference") scope.declare(node.id.name, this.#world.load(node.moduleReference.expression.value, module));
        return undefined;
      default:
        return undefined;
    }
  }

  #exportNamed(node: Extract<Statement, { type: "ExportNamedDeclaration" }>, scope: Names, module: SourceModule): void {
    if (node.declaration && node.declaration.type !== "FunctionDeclaration") {
      this.#statement(node.declaration, scope, module);
      for (const name of declaredNames(node.declaration)) module.exports.props.set(name, scope.get(name) ?? nothing);
    }
    const from = node.source ? this.#world.load(node.source.value, module) : undefined;
    for (const one of node.specifiers) {
      const local = "name" in one.local ? one.local.name : one.local.value;
      const exported = "name" in one.exported ? one.exported.name : one.exported.value;
      module.exports.props.set(exported, from === undefined ? (scope.get(local) ?? unknown(`\`${local}\` is not known`)) : this.#imported(from, local));
    }
  }

  #import(node: Extract<Node, { type: "ImportDeclaration" }>, scope: Names, module: SourceModule): void {
    if (node.importKind === "type") return;
    const from = this.#world.load(node.source.value, module);
    for (const one of node.specifiers) {
      if (one.type === "ImportNamespaceSpecifier") scope.declare(one.local.name, from);
      else if (one.type === "ImportDefaultSpecifier") scope.declare(one.local.name, this.#imported(from, "default"));
      else scope.declare(one.local.name, this.#imported(from, "name" in one.imported ? one.imported.name : one.imported.value));
    }
  }

  #imported(from: Value, name: string): Value {
    if (name === "default" && (from.kind !== "object" || !from.props.has("default"))) return from;
    return this.member(from, name);
  }

  #bind(pattern: BindingPattern | ParamPattern, value: Value, scope: Names, module: SourceModule): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
    switch (pattern.type) {
      case "Identifier":
        scope.declare(pattern.name, value);
        return;
      case "AssignmentPattern":
        // What is not known takes its default, as `||` does: `{ prefix = "/api" }`.
        this.#bind(
          pattern.left,
          value.kind === "unknown" || (value.kind === "literal" && value.value === undefined) ? this.expr(pattern.right, scope, module) : value,
          scope,
          module,
        );
        return;
      case "ArrayPattern":
        pattern.elements.forEach((element, i) => {
          if (element === null) return;
          if (element.type === "RestElement")
            this.#bind(element.argument, value.kind === "array" ? { kind: "array", items: value.items.slice(i) } : unknown("the rest of an unknown list"), scope, module);
          else this.#bind(element, value.kind === "array" ? (value.items[i] ?? nothing) : unknown("an item of an unknown list"), scope, module);
        });
        return;
      case "ObjectPattern":
        for (const property of pattern.properties) {
          if (property.type === "RestElement") {
            const taken = new Set(pattern.properties.flatMap((one) => (one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [])));
            const rest = objectOf(value.kind === "object" ? [...value.props].filter(([name]) => !taken.has(name)) : []);
            rest.open = value.kind !== "object" || value.open;
            this.#bind(property.argument, rest, scope, module);
          } else {
            const key = this.#key(property.key, property.computed, scope, module);
            this.#bind(property.value, key === undefined ? unknown("a computed key") : this.member(value, key), scope, module);
          }
        }
        return;
      default:
    }
  }

  /** The value of an expression. */
  expr(node: Expression | ArgumentNode | Node, scope: Names, module: SourceModule): Value {
    if (++this.steps > this.#until) return unknown("the program is longer than the bound on steps");
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
    switch (node.type) {
      case "Literal":
        if ("regex" in node && node.regex) return { kind: "regexp", source: node.regex.pattern };
        return typeof node.value === "bigint" || node.value instanceof RegExp ? unknown("a big integer") : literal(node.value);
      case "TemplateLiteral": {
        let text = "";
        for (const [i, quasi] of node.quasis.entries()) {
          text += quasi.value.cooked ?? quasi.value.raw;
          const hole = node.expressions[i];
          if (hole === undefined) continue;
          const value = this.expr(hole, scope, module);
          if (value.kind !== "literal") return unknown(value.kind === "unknown" ? value.why : `\`${nameOfNode(hole)}\` is not a constant`);
          text += String(value.value);
        }
        return literal(text);
      }
      case "Identifier":
        if (node.name === "undefined") return nothing;
        return scope.get(node.name) ?? (globals.has(node.name) ? { kind: "external", path: node.name } : unknown(`\`${node.name}\` is not known`));
      case "ThisExpression":
        return scope.get("this") ?? unknown("`this`");
      case "ArrayExpression": {
        const items: Value[] = [];
        const names: string[] = [];
        for (const element of node.elements) {
          if (element === null) continue;
          if (element.type === "SpreadElement") {
            const inner = this.expr(element.argument, scope, module);
            if (inner.kind === "array") {
              items.push(...inner.items);
              names.push(...inner.items.map((_, i) => inner.names?.[i] ?? ""));
            } else {
              items.push(unknown("an unknown list"));
              names.push(nameOfNode(element.argument));
            }
          } else {
            items.push(this.expr(element, scope, module));
            names.push(nameOfNode(element));
          }
        }
        return { kind: "array", items, names };
      }
      case "ObjectExpression": {
        const object = objectOf();
        for (const property of node.properties) {
          if (property.type === "SpreadElement") {
            const inner = this.expr(property.argument, scope, module);
            if (inner.kind === "object") for (const [name, value] of inner.props) object.props.set(name, value);
            if (inner.kind !== "object" || inner.open) object.open = true;
          } else {
            const key = this.#key(property.key, property.computed, scope, module);
            if (key === undefined) object.open = true;
            else {
              object.props.set(key, this.#named(property.value, scope, module, key));
              object.names?.set(key, nameOfNode(property.value));
            }
          }
        }
        return object;
      }
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.#function(node, scope, module, node.type === "FunctionExpression" ? (node.id?.name ?? "") : "");
      case "ClassExpression":
        return this.#class(node, scope, module);
      case "MemberExpression": {
        const target = this.expr(node.object, scope, module);
        const key = node.computed ? stringKey(this.expr(node.property, scope, module)) : "name" in node.property ? node.property.name : undefined;
        return key === undefined ? unknown("a computed member") : this.member(target, node.property.type === "PrivateIdentifier" ? `#${key}` : key);
      }
      case "ChainExpression":
      case "ParenthesizedExpression":
      case "TSAsExpression":
      case "TSSatisfiesExpression":
      case "TSNonNullExpression":
      case "TSTypeAssertion":
      case "TSInstantiationExpression":
        return this.expr(node.expression, scope, module);
      case "AwaitExpression":
        return this.expr(node.argument, scope, module);
      case "YieldExpression":
        return node.argument ? this.expr(node.argument, scope, module) : nothing;
      case "ImportExpression": {
        const specifier = stringOf(this.expr(node.source, scope, module));
        return specifier === undefined ? unknown("an import by a computed name") : this.#world.load(specifier, module);
      }
      case "UnaryExpression": {
        const value = this.expr(node.argument, scope, module);
        if (node.operator === "!") {
          const truth = truthOf(value);
          return truth === undefined ? unknown("a condition") : literal(!truth);
        }
        if (node.operator === "-" && value.kind === "literal") return literal(-Number(value.value));
        if (node.operator === "+" && value.kind === "literal") return literal(Number(value.value));
        if (node.operator === "typeof" && value.kind === "literal") return literal(typeof value.value);
        if (node.operator === "typeof" && (value.kind === "function" || value.kind === "class")) return literal("function");
        return node.operator === "void" ? nothing : unknown("a condition");
      }
      case "UpdateExpression": {
        const value = this.expr(node.argument, scope, module);
        const next = value.kind === "literal" ? literal(Number(value.value) + (node.operator === "++" ? 1 : -1)) : unknown("a counter");
        if (node.argument.type === "Identifier") scope.assign(node.argument.name, next);
        return node.prefix ? next : value;
      }
      case "BinaryExpression":
        return binary(node.operator, this.expr(node.left, scope, module), this.expr(node.right, scope, module));
      case "LogicalExpression": {
        const left = this.expr(node.left, scope, module);
        const truth =
          node.operator === "??" ? (left.kind === "literal" ? left.value === undefined || left.value === null : left.kind === "unknown" ? undefined : false) : truthOf(left);
        if (node.operator === "&&" ? truth === true : node.operator === "||" ? truth === false : truth === true) return this.expr(node.right, scope, module);
        if (truth !== undefined) return left;
        const right = this.#maybe(() => this.expr(node.right, scope, module));
        if (node.operator === "&&" || left.kind === "external") return left.kind === "external" ? left : unknown("a condition");
        return right;
      }
      case "ConditionalExpression": {
        const test = truthOf(this.expr(node.test, scope, module));
        if (test !== undefined) return this.expr(test ? node.consequent : node.alternate, scope, module);
        const [a, b] = this.#maybe(() => [this.expr(node.consequent, scope, module), this.expr(node.alternate, scope, module)] as const);
        if (a.kind === "literal" && b.kind === "literal") return a.value === b.value ? a : unknown("a choice made at run time");
        return a.kind === "unknown" ? b : a;
      }
      case "SequenceExpression":
        return node.expressions.reduce<Value>((_, one) => this.expr(one, scope, module), nothing);
      case "AssignmentExpression": {
        const right = this.#named(node.right, scope, module, node.left.type === "Identifier" ? node.left.name : "");
        const value =
          node.operator === "="
            ? right
            : node.operator === "+=" && node.left.type === "Identifier"
              ? binary("+", scope.get(node.left.name) ?? unknown("a sum"), right)
              : node.operator === "??=" || node.operator === "||="
                ? right
                : unknown("an assignment");
        this.#assign(node.left, value, scope, module);
        return value;
      }
      case "NewExpression":
      case "CallExpression":
        return this.#call(node, scope, module);
      default:
        return unknown("an expression that is not read");
    }
  }

  #assign(left: Node, value: Value, scope: Names, module: SourceModule): void {
    if (left.type === "Identifier") scope.assign(left.name, value);
    else if (left.type === "MemberExpression") {
      const target = this.expr(left.object, scope, module);
      const name = left.computed
        ? stringKey(this.expr(left.property, scope, module))
        : "name" in left.property
          ? left.property.type === "PrivateIdentifier"
            ? `#${left.property.name}`
            : left.property.name
          : undefined;
      if (target.kind === "object" && name === undefined) target.open = true;
      else if ((target.kind === "object" || target.kind === "function" || target.kind === "class") && name !== undefined) target.props.set(name, value);
      else if (target.kind === "router" && name !== undefined) target.router.props.set(name, value);
    } else if (left.type === "ObjectPattern" || left.type === "ArrayPattern") {
      const inner = new Scope(scope);
      this.#bind(left as BindingPattern, value, inner, module);
      for (const name of patternNames(left as BindingPattern)) scope.assign(name, inner.get(name) ?? nothing);
    }
  }

  #call(node: Extract<Node, { type: "CallExpression" | "NewExpression" }>, scope: Names, module: SourceModule): Value {
    const { callee } = node;
    if (callee.type === "Super") {
      const self = scope.get("this");
      const parent = self?.kind === "object" && self.cls ? this.#parentOf(this.#classRunning(scope) ?? self.cls) : undefined;
      if (parent?.kind === "class" && self?.kind === "object") this.#construct(parent, this.#args(node.arguments, scope, module).args, self);
      return nothing;
    }
    const fn = this.expr(callee, scope, module);
    const { args, names } = this.#args(node.arguments, scope, module);
    const walked = this.walked.get(module.file) ?? new Set();
    this.walked.set(module.file, walked.add(node.end));
    const site: Site = {
      at: positionAt(module, "property" in callee && callee.type === "MemberExpression" ? callee.property.start : node.start),
      conditional: this.#conditional > 0,
      names,
      module,
    };
    return this.apply(fn, args, site, nameOfNode(callee), node.type === "NewExpression");
  }

  /** Calls or constructs a value. */
  apply(fn: Value, args: readonly Value[], site: Site, name: string, construct = false): Value {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
    switch (fn.kind) {
      case "function":
        return construct ? this.#constructFunction(fn, args) : this.call(fn, args);
      case "class": {
        const made = { ...objectOf(), cls: fn };
        this.#construct(fn, args, made);
        return made;
      }
      case "external": {
        if (fn.path === "require") {
          const specifier = stringOf(args[0]);
          return specifier === undefined ? unknown("a require by a computed name") : this.#world.load(specifier, site.module);
        }
        const known = this.#world.callExternal(fn.path, args, site, this) ?? callBuiltin(fn.path, args, this);
        if (known !== undefined) return known;
        this.#maybe(() => this.callAll(args));
        return unknown(`what \`${name}\` of a package returns`);
      }
      case "method": {
        const target = fn.target;
        if (target.kind === "router" || target.kind === "route" || target.kind === "wrapped") return this.#world.callRouter(target, fn.name, args, site, this);
        if (target.kind === "function" && (fn.name === "call" || fn.name === "apply"))
          return this.call(target, fn.name === "call" ? args.slice(1) : args[1]?.kind === "array" ? args[1].items : [], args[0]);
        if (target.kind === "function" && fn.name === "bind") return args[0] === undefined ? target : { ...target, self: args[0] };
        return memberOfBuiltin(target, fn.name, args, this) ?? this.#unknownCall(name, "what it is called on is not known", args, site);
      }
      case "router":
        return this.#world.callRouter(fn, "()", args, site, this);
      case "unknown":
        return this.#unknownCall(name, fn.why, args, site);
      case "literal":
        return this.#unknownCall(name, "it is not a function that is known", args, site);
      default:
        return unknown("a call that is not read");
    }
  }

  #unknownCall(name: string, why: string, args: readonly Value[], site: Site): Value {
    this.#world.unknownCall(name, why, args, site);
    this.#maybe(() => this.callAll(args));
    return unknown(why);
  }

  #args(nodes: readonly ArgumentNode[], scope: Names, module: SourceModule): { args: Value[]; names: string[] } {
    const args: Value[] = [];
    const names: string[] = [];
    for (const node of nodes) {
      if (node.type === "SpreadElement") {
        const list = this.expr(node.argument, scope, module);
        const items: ArrayValue = list.kind === "array" ? list : { kind: "array", items: [unknown("an unknown list")] };
        items.items.forEach((item, i) => {
          args.push(item);
          names.push(items.names?.[i] ?? nameOfNode(node.argument));
        });
      } else {
        args.push(this.expr(node, scope, module));
        names.push(nameOfNode(node));
      }
    }
    return { args, names };
  }

  #each(items: readonly Value[] | undefined, body: (item: Value) => Done): Done {
    if (items === undefined) {
      const done = this.#maybe(() => body(unknown("an item of a list that is not known")));
      if (done?.what === "return") this.#returns.push(done.value);
      return undefined;
    }
    for (const item of items.slice(0, loopsMax)) {
      const done = body(item);
      if (done?.what === "return") return done;
    }
    return undefined;
  }

  #function(node: FunctionNode | ArrowFunctionExpression, scope: Names, module: SourceModule, name: string, self?: Value): FunctionValue {
    return { kind: "function", node, scope, module, name, props: new Map(), ...(self === undefined ? {} : { self }) };
  }

  /** A function or class that is given a name by where it is put. */
  #named(node: Expression, scope: Names, module: SourceModule, name: string): Value {
    const value = this.expr(node, scope, module);
    return value.kind === "function" && value.name === "" ? { ...value, name } : value;
  }

  #class(node: Class, scope: Names, module: SourceModule): ClassValue {
    const cls: ClassValue = { kind: "class", node, scope, module, name: node.id?.name ?? "", props: new Map() };
    for (const member of node.body.body) {
      if (!("static" in member) || !member.static || (member.type !== "MethodDefinition" && member.type !== "PropertyDefinition")) continue;
      const key = this.#key(member.key, member.computed, scope, module);
      if (key === undefined) continue;
      if (member.type === "MethodDefinition") cls.props.set(key, this.#function(member.value, scope, module, key, cls));
      else if (member.value) cls.props.set(key, this.expr(member.value, scope, module));
    }
    return cls;
  }

  #parentOf(cls: ClassValue): Value | undefined {
    return cls.node.superClass ? this.expr(cls.node.superClass, cls.scope, cls.module) : undefined;
  }

  #classRunning(scope: Names): ClassValue | undefined {
    const value = scope.get("class of this");
    return value?.kind === "class" ? value : undefined;
  }

  #construct(cls: ClassValue, args: readonly Value[], self: Value & { kind: "object" }): void {
    const members = cls.node.body.body;
    const maker = members.find((one) => one.type === "MethodDefinition" && one.kind === "constructor");
    const parent = this.#parentOf(cls);
    if (maker === undefined && parent?.kind === "class") this.#construct(parent, args, self);
    const scope = new Scope(cls.scope);
    scope.declare("this", self);
    scope.declare("class of this", cls);
    for (const member of members) {
      if (member.type !== "PropertyDefinition" || member.static || !member.value) continue;
      const key = this.#key(member.key, member.computed, scope, cls.module);
      if (key !== undefined) self.props.set(key, this.#named(member.value, scope, cls.module, key));
    }
    if (maker?.type === "MethodDefinition") this.call(this.#function(maker.value, scope, cls.module, "constructor", self), args);
  }

  #constructFunction(fn: FunctionValue, args: readonly Value[]): Value {
    const self = objectOf();
    const returned = this.call(fn, args, self);
    return returned.kind === "literal" ? self : returned;
  }

  /** A member of a value, methods of classes included. */
  member(target: Value, name: string): Value {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
    switch (target.kind) {
      case "object": {
        const own = target.props.get(name);
        if (own !== undefined) return own;
        for (let cls: Value | undefined = target.cls; cls?.kind === "class"; cls = this.#parentOf(cls)) {
          const holder: ClassValue = cls;
          const found = holder.node.body.body.find((one) => one.type === "MethodDefinition" && !one.static && plainKey(one.key) === name);
          if (found?.type === "MethodDefinition") {
            const scope = new Scope(holder.scope);
            scope.declare("class of this", holder);
            const fn = this.#function(found.value, scope, holder.module, name, target);
            return found.kind === "get" ? this.call(fn, []) : fn;
          }
        }
        return target.open || target.cls !== undefined ? unknown(`\`${name}\` of something not known`) : name === "hasOwnProperty" ? { kind: "method", target, name } : nothing;
      }
      case "class":
      case "function":
        return target.props.get(name) ?? (name === "name" ? literal(target.name) : { kind: "method", target, name });
      case "external":
        return name === "default"
          ? target
          : target.path === "process.env"
            ? unknown(`it is set by the environment variable ${name}`)
            : { kind: "external", path: `${target.path}.${name}` };
      case "router": {
        for (let router = target.router as typeof target.router | undefined; router !== undefined; router = router.parent) {
          const found = router.props.get(name);
          if (found !== undefined) return found;
        }
        return { kind: "method", target, name };
      }
      case "array":
        return name === "length" ? literal(target.items.length) : /^\d+$/.test(name) ? (target.items[Number(name)] ?? nothing) : { kind: "method", target, name };
      case "literal":
        return typeof target.value === "string"
          ? name === "length"
            ? literal(target.value.length)
            : { kind: "method", target, name }
          : unknown(`a member of ${String(target.value)}`);
      case "unknown":
        return target;
      default:
        return { kind: "method", target, name };
    }
  }

  #key(key: PropertyKey, computed: boolean, scope: Names, module: SourceModule): string | undefined {
    if (!computed && key.type === "Identifier") return key.name;
    if (key.type === "PrivateIdentifier") return `#${key.name}`;
    return stringKey(this.expr(key, scope, module));
  }
}

/** Enough for a million-line tree. */
export const stepsMax = 20_000_000;
/** For one file: a hundred times what a file of routes takes; a program made to loop ends here. */
export const stepsEachMax = 300_000;
/** Nested calls; deeper is recursion. */
export const depthMax = 48;
/** Rounds of one loop. */
const loopsMax = 5_000;

const globals: ReadonlySet<string> = new Set([
  "process",
  "Object",
  "Array",
  "String",
  "Number",
  "JSON",
  "Promise",
  "console",
  "Math",
  "URL",
  "Set",
  "Map",
  "Boolean",
  "Symbol",
  "setTimeout",
  "setImmediate",
]);

/** The name of a member that is written as a name. */
function plainKey(key: PropertyKey): string | undefined {
  return key.type === "Identifier" ? key.name : key.type === "PrivateIdentifier" ? `#${key.name}` : undefined;
}

function stringKey(value: Value): string | undefined {
  return value.kind === "literal" && (typeof value.value === "string" || typeof value.value === "number") ? String(value.value) : undefined;
}

function binary(operator: string, left: Value, right: Value): Value {
  if (left.kind !== "literal" || right.kind !== "literal") return left.kind === "unknown" ? left : right.kind === "unknown" ? right : unknown("a condition");
  const [a, b] = [left.value, right.value];
  switch (operator) {
    case "+":
      return literal(typeof a === "number" && typeof b === "number" ? a + b : `${String(a)}${String(b)}`);
    case "===":
    case "==":
      return literal(a === b);
    case "!==":
    case "!=":
      return literal(a !== b);
    case "<":
      return literal(Number(a) < Number(b));
    case "<=":
      return literal(Number(a) <= Number(b));
    case ">":
      return literal(Number(a) > Number(b));
    case ">=":
      return literal(Number(a) >= Number(b));
    case "-":
      return literal(Number(a) - Number(b));
    case "*":
      return literal(Number(a) * Number(b));
    default:
      return unknown("arithmetic");
  }
}

function declaredNames(node: Node): string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap((one) => patternNames(one.id));
  return "id" in node && node.id !== null && node.id !== undefined && "name" in node.id ? [node.id.name] : [];
}

function patternNames(pattern: BindingPattern): string[] {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return patternNames(pattern.left);
    case "ArrayPattern":
      return pattern.elements.flatMap((one) => (one === null ? [] : patternNames(one.type === "RestElement" ? one.argument : one)));
    case "ObjectPattern":
      return pattern.properties.flatMap((one) => patternNames(one.type === "RestElement" ? one.argument : one.value));
    default:
      return [];
  }
}
