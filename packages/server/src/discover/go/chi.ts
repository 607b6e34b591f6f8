import { newRouter } from "../router-model.ts";
import { pathOf, textOfThing, type Thing } from "../static/thing.ts";
import { callerUnknown, literal, unknown, type RouterModel, type Value } from "../value.ts";
import type { GoMachine, GoSite } from "./go-machine.ts";
import { methodOfGo } from "./methods.ts";

/** chi: `Get`, `Method`, `Route`, `Mount`, `Group`, `With`. `NotFound` and `MethodNotAllowed` are no routes. */
export function createChi(path: string, site: GoSite): RouterModel | undefined {
  return /^github\.com\/(?:go-chi|pressly)\/chi\.New(?:Router|Mux)$/.test(path) ? newRouter("chi", "app", site.at) : undefined;
}

export function callChi(router: RouterModel, name: string, args: readonly Thing[], site: GoSite, guards: readonly string[], evaluator: GoMachine): Thing {
  const { at, conditional } = site;
  const self: Thing = { kind: "router", router };
  const written = (i: number): string => (site.written[i] === undefined || site.written[i] === "" ? "(inline)" : site.written[i]);
  const add = (method: string, path: Value, handler: string): Thing => {
    router.steps.push({ do: "route", methods: [method], path, handler, guards, at, conditional });
    return self;
  };
  const child = (path: Value | undefined): RouterModel => {
    const made = newRouter("chi", "router", at);
    made.mounted = true;
    router.steps.push({ do: "mount", path, child: made, guards, at, conditional });
    return made;
  };
  const [first, second] = args;
  if (verbs.has(name)) return add(name.toUpperCase(), pathOf(first), written(1));
  switch (name) {
    case "Handle":
    case "HandleFunc":
      return add("ANY", pathOf(first), written(1));
    case "Method":
    case "MethodFunc":
      return add(methodOfGo(first), pathOf(second), written(2));
    case "Route": {
      const inner = child(pathOf(first));
      if (second?.kind === "closure") evaluator.call(second, [{ kind: "router", router: inner }]);
      else inner.steps.push({ do: "route", methods: ["?"], path: unknown("what fills it is not known"), handler: written(1), guards: [], at, conditional });
      return { kind: "router", router: inner };
    }
    case "Group": {
      const inner = child(undefined);
      if (first?.kind === "closure") evaluator.call(first, [{ kind: "router", router: inner }]);
      return { kind: "router", router: inner };
    }
    case "With":
      return { kind: "made", what: "with", router, names: [...guards, ...site.written.filter((one) => one !== "")] };
    case "Use":
      router.steps.push({ do: "guard", path: undefined, names: site.written.filter((one) => one !== "") });
      return self;
    case "Mount": {
      const inner = second?.kind === "router" || (second?.kind === "made" && second.router !== undefined) ? second.router : undefined;
      if (inner !== undefined && inner !== router) {
        inner.mounted = true;
        // Only chi's routers see the path without what they are mounted at.
        const path = second?.kind === "made" && second.what === "stripped" ? second.path : inner.framework === "chi" ? first : undefined;
        router.steps.push({ do: "mount", path: path === undefined ? undefined : pathOf(path), child: inner, guards, at, conditional });
        return self;
      }
      // `func (s *Server) Mount(path string, h http.Handler) { s.router.Mount(path, h) }`: any router of the tree may be what is handed to it.
      if (second?.kind === "unknown" && (second.why === callerUnknown || second.why.includes("`net/http.Handler`"))) {
        router.props.set(mountsAnything, literal(`${at.file}:${at.line}`));
        return self;
      }
      const base = textOfThing(first);
      return add("ANY", base === undefined ? pathOf(first) : literal(`${base.replace(/\/$/, "")}/*`), written(1));
    }
    default:
      return unknown(`\`${name}\` of a chi router`);
  }
}

/** A router that mounts what its callers hand it; where. */
export const mountsAnything = "mounts what callers hand it";

const verbs: ReadonlySet<string> = new Set(["Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "Connect", "Trace"]);
