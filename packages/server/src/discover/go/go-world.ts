import type { Collected } from "../collect-routes.ts";
import type { Position } from "../position.ts";
import { newRouter } from "../router-model.ts";
import { textOfThing, type Thing } from "../static/thing.ts";
import { byDefault, literal, restingOn, unknown, type RouterModel } from "../value.ts";
import { callChi, createChi } from "./chi.ts";
import { callGin, createGin } from "./gin.ts";
import type { GoMachine, GoSite, GoWorld } from "./go-machine.ts";
import { sprintf } from "./go-expressions.ts";
import { callMux, createMux } from "./net-http.ts";

/** The frameworks and the few library calls that shape paths. */
export class GoRoutesWorld implements GoWorld {
  readonly routers: RouterModel[] = [];
  readonly #found: Collected;
  evaluator: GoMachine | undefined;
  /** `http.DefaultServeMux`. */
  #usual: RouterModel | undefined;

  constructor(found: Collected) {
    this.#found = found;
  }

  callExternal(path: string, args: readonly Thing[], site: GoSite): Thing | undefined {
    const made = createMux(path, site) ?? createChi(path, site) ?? createGin(path, site);
    if (made !== undefined) {
      this.routers.push(made);
      return { kind: "router", router: made };
    }
    const [first, second] = args;
    switch (path) {
      case "net/http.Handle":
      case "net/http.HandleFunc":
        return callMux(this.#defaultMux(site), path.slice("net/http.".length), args, site);
      case "net/http.StripPrefix":
        return second?.kind === "router" && first !== undefined ? { kind: "made", what: "stripped", router: second.router, path: first } : second;
      case "net/http.HandlerFunc":
      case "strings.Clone":
        return first;
      case "net/http.ListenAndServe":
      case "net/http.ListenAndServeTLS":
        return literal(null);
      case "fmt.Sprintf":
        return sprintf(args) ?? unknown("a text with parts that are not static");
      case "path.Join":
      case "net/url.JoinPath": {
        const parts = args.map(textOfThing);
        return parts.every((one) => one !== undefined) ? restingOn(literal(parts.join("/").replaceAll(/\/{2,}/g, "/")), args) : args.find((one) => one.kind === "unknown");
      }
      case "strings.TrimSuffix":
      case "strings.TrimPrefix":
      case "strings.TrimRight":
      case "strings.TrimLeft": {
        const [text, part] = [textOfThing(first), textOfThing(second)];
        if (text === undefined || part === undefined) return first;
        const end = path.endsWith("Suffix") || path.endsWith("Right");
        const cut = end ? (text.endsWith(part) ? text.slice(0, text.length - part.length) : text) : text.startsWith(part) ? text.slice(part.length) : text;
        return restingOn(literal(cut), args);
      }
      case "strings.ToLower":
      case "strings.ToUpper": {
        const text = textOfThing(first);
        return text === undefined ? first : restingOn(literal(path.endsWith("Lower") ? text.toLowerCase() : text.toUpperCase()), args);
      }
      case "os.Getenv":
        return unknown(`it is set by the environment variable ${textOfThing(first) ?? "?"}`);
      case "flag.String":
        return second === undefined ? undefined : byDefault(second, `it is set by the flag -${textOfThing(first) ?? "?"}`);
      case "string":
        return first;
      default:
        return undefined;
    }
  }

  callRouter(target: Thing, name: string, args: readonly Thing[], site: GoSite): Thing {
    const router = target.kind === "router" || target.kind === "made" ? target.router : undefined;
    const { evaluator } = this;
    if (router === undefined || evaluator === undefined) return unknown("a call that is not read");
    const guards = target.kind === "made" ? (target.names ?? []) : [];
    if (router.framework === "nethttp") return callMux(router, name, args, site);
    if (router.framework === "chi") return callChi(router, name, args, site, guards, evaluator);
    return callGin(router, name, args, site);
  }

  valueOfType(path: string, at: Position): Thing | undefined {
    const framework = /^net\/http\.ServeMux$/.test(path)
      ? "nethttp"
      : /^github\.com\/go-chi\/chi\.(?:Router|Mux)$/.test(path)
        ? "chi"
        : /^github\.com\/gin-gonic\/gin\.(?:Engine|RouterGroup|IRouter|IRoutes)$/.test(path)
          ? "gin"
          : undefined;
    if (framework === undefined) return undefined;
    const router = newRouter(framework, "router", at);
    this.routers.push(router);
    return { kind: "router", router };
  }

  unknownCall(callee: string, why: string, args: readonly Thing[], site: GoSite): void {
    const verb = callee.slice(callee.lastIndexOf(".") + 1);
    const on = callee.slice(0, Math.max(0, callee.lastIndexOf(".")));
    const path = textOfThing(args[0]);
    if (!routeCalls.test(verb) || args.length < 2 || path === undefined || !/^(?:[A-Z]+ )?\//.test(path)) return;
    if (!/(?:^|\.)(?:[rgem]|v\d+)$|router|mux|group|engine|app$|api$|routes?$/i.test(on)) return;
    this.#found.unresolved.push({ ...site.at, what: `${verb.toUpperCase()} ${path}`, why: `what it is called on is not known (${why})` });
  }

  #defaultMux(site: GoSite): RouterModel {
    if (this.#usual === undefined) {
      this.#usual = newRouter("nethttp", "app", site.at);
      this.routers.push(this.#usual);
    }
    return this.#usual;
  }
}

const routeCalls = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|Any|Get|Post|Put|Patch|Delete|Head|Options|Handle|HandleFunc|Method|MethodFunc|Route|Mount|Group)$/;
