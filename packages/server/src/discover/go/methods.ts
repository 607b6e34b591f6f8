import { textOfThing, type Thing } from "../static/thing.ts";

/** A method as Go code names it: `"GET"`, `http.MethodGet`; `?` where it is not static. */
export function methodOfGo(value: Thing | undefined): string {
  const constant = value?.kind === "external" ? /^net\/http\.Method([A-Z][a-z]+)$/.exec(value.path)?.[1] : textOfThing(value);
  return constant === undefined ? "?" : constant.toUpperCase();
}
