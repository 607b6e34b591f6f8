import type { Position } from "./position.ts";
import type { Framework, RouterModel, Value } from "./value.ts";

/** An app or router that was just made: nothing was asked of it yet. */
export function newRouter(
  framework: Framework,
  role: "app" | "router",
  at: Position,
  options: { readonly prefix?: Value | undefined; readonly parent?: RouterModel } = {},
): RouterModel {
  return { framework, role, at, steps: [], prefix: options.prefix, props: new Map(), parent: options.parent, mounted: false };
}
