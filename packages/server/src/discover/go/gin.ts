import { newRouter } from "../router-model.ts";
import { pathOf, textOfThing, type Thing } from "../static/thing.ts";
import { literal, restingOn, unknown, type RouterModel, type Value } from "../value.ts";
import type { GoSite } from "./go-machine.ts";
import { methodOfGo } from "./methods.ts";

/** gin: `GET`, `Any`, `Handle`, `Match`, `Group`, `Static`. `NoRoute` and `NoMethod` are no routes; HEAD beside the GET of files is not listed. */
export function createGin(path: string, site: GoSite): RouterModel | undefined {
  return /^(?:github\.com\/gin-gonic\/gin|gopkg\.in\/gin-gonic\/gin)\.(?:New|Default)$/.test(path) ? newRouter("gin", "app", site.at) : undefined;
}

export function callGin(router: RouterModel, name: string, args: readonly Thing[], site: GoSite): Thing {
  const { at, conditional } = site;
  const self: Thing = { kind: "router", router };
  const [first, second] = args;
  const add = (methods: readonly string[], path: Value, from: number): Thing => {
    const names = site.written.slice(from).map((one) => (one === "" ? "(inline)" : one));
    router.steps.push({ do: "route", methods, path, handler: names.at(-1) ?? "(inline)", guards: names.slice(0, -1), at, conditional });
    return self;
  };
  if (verbs.has(name)) return add([name], pathOf(first), 1);
  switch (name) {
    case "Any":
      return add(["ANY"], pathOf(first), 1);
    case "Handle":
      return add([methodOfGo(first)], pathOf(second), 2);
    case "Match":
      return add(first?.kind === "list" ? first.items.map(methodOfGo) : ["?"], pathOf(second), 2);
    case "Group": {
      const child = newRouter("gin", "router", at);
      child.mounted = true;
      router.steps.push({ do: "mount", path: pathOf(first), child, guards: [], at, conditional });
      const names = site.written.slice(1).filter((one) => one !== "");
      if (names.length > 0) child.steps.push({ do: "guard", path: undefined, names });
      return { kind: "router", router: child };
    }
    case "Use":
      router.steps.push({ do: "guard", path: undefined, names: site.written.filter((one) => one !== "") });
      return self;
    case "Static":
    case "StaticFS": {
      const base = textOfThing(first);
      return add(["GET"], base === undefined || first === undefined ? pathOf(first) : restingOn(literal(`${base.replace(/\/$/, "")}/*filepath`), [first]), 2);
    }
    case "StaticFile":
    case "StaticFileFS":
      return add(["GET"], pathOf(first), 2);
    default:
      return unknown(`\`${name}\` of gin`);
  }
}

const verbs: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
