import type { Node } from "oxc-parser";

/** What a function is called where it is handed over: `users.list`, `wrap(users.list)`, `(inline)`. Names only, never literals: those may be secrets. */
export function nameOfNode(node: Node, depth = 0): string {
  if (depth > 6) return "...";
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- most kinds say nothing about routes, and what is not read is unknown
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "ThisExpression":
      return "this";
    case "PrivateIdentifier":
      return `#${node.name}`;
    case "MemberExpression":
      return node.computed ? nameOfNode(node.object, depth + 1) : `${nameOfNode(node.object, depth + 1)}.${nameOfNode(node.property, depth + 1)}`;
    case "CallExpression":
    case "NewExpression": {
      const { callee } = node;
      if (callee.type === "MemberExpression" && !callee.computed && "name" in callee.property && callee.property.name === "bind") return nameOfNode(callee.object, depth + 1);
      const inner = node.arguments.map((one) => (one.type === "Identifier" || one.type === "MemberExpression" ? nameOfNode(one, depth + 1) : "")).filter((name) => name !== "");
      return `${nameOfNode(callee, depth + 1)}${inner.length > 0 ? `(${inner.join(", ")})` : "()"}`.slice(0, 120);
    }
    case "FunctionExpression":
      return node.id?.name ?? "(inline)";
    case "ArrowFunctionExpression":
      return "(inline)";
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return nameOfNode(node.expression, depth + 1);
    // `(0, common_1.Get)()`: a compiler's call without `this`.
    case "SequenceExpression": {
      const last = node.expressions.at(-1);
      return last === undefined ? "" : nameOfNode(last, depth + 1);
    }
    case "AwaitExpression":
      return nameOfNode(node.argument, depth + 1);
    default:
      return "";
  }
}

/**
 * Names that read like a check of who asks. Evidence and no proof: a function called `auth` may let everybody pass, one called `step2` may not. Missed:
 * checks in a handler's body, in a gateway, or under another name.
 */
export function readsLikeAuthentication(name: string): boolean {
  // These only read a session: whether there is one, nobody asks yet.
  if (/^(?:express)?session\b|^cookieSession|passport\.(?:initialize|session)\b/i.test(name)) return false;
  return /auth(?!or(?!iz))|jwt|passport|session|login|signed|logged|bearer|token|guard|protect|permission|privilege|acl\b|rbac|role|api.?key|credential|clerk|require.?(?:user|admin|scope|scim)|verify.?(?:user|caller)|is.?admin|current.?user/i.test(
    name,
  );
}
