import type { Node, Statement } from "oxc-parser";
import { Scope } from "../scope.ts";
import { literal, nothing, objectOf, truthOf, unknown, type Names, type SourceModule, type Value } from "../value.ts";
import { patternNames } from "./bindings.ts";
import { loopsMax, type Done, type Machine } from "./machine.ts";

/** Runs statements in order, functions declared first; ends where one of them does. */
export function runBlock(m: Machine, body: readonly (Statement | Node)[], scope: Names, module: SourceModule): Done {
  for (const statement of body) {
    const inner = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration" ? statement.declaration : statement;
    if (statement.type === "ImportDeclaration") importNames(m, statement, scope, module);
    if (inner?.type === "FunctionDeclaration") {
      const fn = m.makeFunction(inner, scope, module, inner.id?.name ?? "default");
      if (inner.id) scope.declare(inner.id.name, fn);
      if (statement.type === "ExportDefaultDeclaration") module.exports.props.set("default", fn);
      else if (statement.type === "ExportNamedDeclaration" && inner.id) module.exports.props.set(inner.id.name, fn);
    }
  }
  for (const statement of body) {
    const done = runStatement(m, statement as Statement, scope, module);
    if (done !== undefined) return done;
  }
  return undefined;
}

function runStatement(m: Machine, node: Statement, scope: Names, module: SourceModule): Done {
  if (!m.step()) return { what: "skip" };
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (node.type) {
    case "ExpressionStatement":
      m.expr(node.expression, scope, module);
      return undefined;
    case "VariableDeclaration":
      for (const one of node.declarations)
        if (one.init !== null && one.init !== undefined) m.bind(one.id, m.named(one.init, scope, module, one.id.type === "Identifier" ? one.id.name : ""), scope, module);
        else if (one.id.type === "Identifier") scope.declare(one.id.name, nothing);
      return undefined;
    case "ClassDeclaration":
      if (node.id !== null) scope.declare(node.id.name, m.makeClass(node, scope, module));
      return undefined;
    case "TSEnumDeclaration": {
      const members = objectOf();
      for (const member of node.body.members) {
        const name = "name" in member.id ? member.id.name : "value" in member.id ? member.id.value : undefined;
        if (name !== undefined) members.props.set(name, member.initializer ? m.expr(member.initializer, scope, module) : unknown("a numbered member of an enum"));
      }
      scope.declare(node.id.name, members);
      return undefined;
    }
    case "ReturnStatement": {
      const value = node.argument ? m.expr(node.argument, scope, module) : nothing;
      return { what: "return", value };
    }
    case "ContinueStatement":
    case "BreakStatement":
      return { what: "skip" };
    case "ThrowStatement":
      return { what: "skip" };
    case "BlockStatement":
      return m.block(node.body, new Scope(scope, m.depth), module);
    case "LabeledStatement":
      return runStatement(m, node.body, scope, module);
    case "IfStatement": {
      const test = truthOf(m.expr(node.test, scope, module));
      if (test === true) return runStatement(m, node.consequent, scope, module);
      if (test === false) return node.alternate ? runStatement(m, node.alternate, scope, module) : undefined;
      perhaps(m, node.consequent, scope, module);
      perhaps(m, node.alternate, scope, module);
      return undefined;
    }
    case "SwitchStatement":
      m.expr(node.discriminant, scope, module);
      for (const one of node.cases) for (const inner of one.consequent) perhaps(m, inner, scope, module);
      return undefined;
    case "TryStatement": {
      const done = m.block(node.block.body, new Scope(scope, m.depth), module);
      if (node.handler) perhaps(m, node.handler.body, scope, module);
      const last = node.finalizer ? m.block(node.finalizer.body, new Scope(scope, m.depth), module) : undefined;
      return done?.what === "return" ? done : last;
    }
    case "ForOfStatement":
    case "ForInStatement": {
      const list = m.expr(node.right, scope, module);
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
      return eachOf(m, items, (item) => {
        const inner = new Scope(scope, m.depth);
        if (node.left.type === "VariableDeclaration") {
          const first = node.left.declarations[0];
          if (first !== undefined) m.bind(first.id, item, inner, module);
        } else if (node.left.type === "Identifier") scope.assign(node.left.name, item, m.depth);
        return runStatement(m, node.body, inner, module);
      });
    }
    case "ForStatement": {
      const inner = new Scope(scope, m.depth);
      if (node.init?.type === "VariableDeclaration") runStatement(m, node.init, inner, module);
      else if (node.init) m.expr(node.init, inner, module);
      for (let i = 0; i < loopsMax; i++) {
        const going = node.test ? truthOf(m.expr(node.test, inner, module)) : undefined;
        if (going === false) return undefined;
        if (going === undefined) {
          perhaps(m, node.body, inner, module);
          return undefined;
        }
        const done = runStatement(m, node.body, inner, module);
        if (done?.what === "return") return done;
        if (node.update) m.expr(node.update, inner, module);
      }
      return undefined;
    }
    case "WhileStatement":
    case "DoWhileStatement":
      perhaps(m, node.body, scope, module);
      return undefined;
    case "ExportNamedDeclaration":
      exportNamed(m, node, scope, module);
      return undefined;
    case "ExportDefaultDeclaration": {
      const { declaration } = node;
      if (declaration.type === "FunctionDeclaration") return undefined;
      if (declaration.type === "ClassDeclaration") {
        const cls = m.makeClass(declaration, scope, module);
        if (declaration.id) scope.declare(declaration.id.name, cls);
        module.exports.props.set("default", cls);
      } else if (declaration.type !== "TSInterfaceDeclaration") module.exports.props.set("default", m.named(declaration, scope, module, "default"));
      return undefined;
    }
    case "ExportAllDeclaration": {
      const from = m.world.load(node.source.value, module);
      if (node.exported) module.exports.props.set("name" in node.exported ? node.exported.name : node.exported.value, from);
      else if (from.kind === "object") for (const [name, value] of from.props) if (name !== "default") module.exports.props.set(name, value);
      return undefined;
    }
    case "TSExportAssignment":
      module.cjs.props.set("exports", m.expr(node.expression, scope, module));
      return undefined;
    case "TSImportEqualsDeclaration":
      if (node.moduleReference.type === "TSExternalModuleReference") scope.declare(node.id.name, m.world.load(node.moduleReference.expression.value, module));
      return undefined;
    default:
      return undefined;
  }
}

function perhaps(m: Machine, statement: Statement | null | undefined, scope: Names, module: SourceModule): void {
  if (statement === null || statement === undefined) return;
  const done = m.maybe(() => runStatement(m, statement, scope, module));
  if (done?.what === "return") m.returns.push(done.value);
}

function eachOf(m: Machine, items: readonly Value[] | undefined, body: (item: Value) => Done): Done {
  if (items === undefined) {
    const done = m.maybe(() => body(unknown("an item of a list that is not known")));
    if (done?.what === "return") m.returns.push(done.value);
    return undefined;
  }
  for (const item of items.slice(0, loopsMax)) {
    const done = body(item);
    if (done?.what === "return") return done;
  }
  return undefined;
}

function exportNamed(m: Machine, node: Extract<Statement, { type: "ExportNamedDeclaration" }>, scope: Names, module: SourceModule): void {
  if (node.declaration && node.declaration.type !== "FunctionDeclaration") {
    runStatement(m, node.declaration, scope, module);
    for (const name of declaredNames(node.declaration)) module.exports.props.set(name, scope.get(name) ?? nothing);
  }
  const from = node.source ? m.world.load(node.source.value, module) : undefined;
  for (const one of node.specifiers) {
    const local = "name" in one.local ? one.local.name : one.local.value;
    const exported = "name" in one.exported ? one.exported.name : one.exported.value;
    module.exports.props.set(exported, from === undefined ? (scope.get(local) ?? unknown(`\`${local}\` is not known`)) : importedFrom(m, from, local));
  }
}

function importNames(m: Machine, node: Extract<Node, { type: "ImportDeclaration" }>, scope: Names, module: SourceModule): void {
  if (node.importKind === "type") return;
  const from = m.world.load(node.source.value, module);
  for (const one of node.specifiers) {
    if (one.type === "ImportNamespaceSpecifier") scope.declare(one.local.name, from);
    else if (one.type === "ImportDefaultSpecifier") scope.declare(one.local.name, importedFrom(m, from, "default"));
    else scope.declare(one.local.name, importedFrom(m, from, "name" in one.imported ? one.imported.name : one.imported.value));
  }
}

function importedFrom(m: Machine, from: Value, name: string): Value {
  if (name === "default" && (from.kind !== "object" || !from.props.has("default"))) return from;
  return m.member(from, name);
}

function declaredNames(node: Node): string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap((one) => patternNames(one.id));
  return "id" in node && node.id !== null && node.id !== undefined && "name" in node.id ? [node.id.name] : [];
}
