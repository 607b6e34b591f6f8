import type { ResponseClass } from "../../understood.ts";
import { rememberText } from "../../exchange/remember-text.ts";
import { flagOf } from "../oracle/class-structure.ts";

/** How a try came out. `missing`: what it was tried on is not there (any more). `none`: the service did not judge it (failed, or too many requests). `unclear`: nothing tells yet. */
export type TryOutcome = "accepted" | "refused" | "missing" | "none" | "unclear";

/**
 * An answer's label: its status and what its success-like flag says; where no flag tells, of a redirect where it leads, else its class. Labels stay the same while classes grow coarser, and the numbers in an answer
 * (tries left) make no new one.
 */
export function labelOf(responseClass: ResponseClass): string {
  const { status } = responseClass;
  if (status >= 400) return String(status);
  const flag = flagIn(responseClass.key);
  // Old services answer everything at one address with pages: what a page says there is about many things, of which a try is one.
  if (flag === undefined && responseClass.key.includes(" page ")) return `${status}#page`;
  const target = flag === undefined && status >= 300 ? targetIn(responseClass.key) : "";
  if (target !== "") return `${status} -> ${target}`;
  return flag === undefined ? `${status}#${responseClass.id}` : `${status} ${flag}`;
}

/** What a label says by itself: status first, then the flag. */
export function plainOutcome(label: string): TryOutcome {
  const status = Number(label.slice(0, 3));
  if (!(status >= 100) || status === 429 || status >= 500) return "none";
  if (status === 404 || status === 409 || status === 410) return "missing";
  if (status >= 400) return "refused";
  return label.endsWith(" no") ? "refused" : label.endsWith(" yes") ? "accepted" : "unclear";
}

/** Where a redirect leads, without what its parameters say and what else its class holds; `""` for what is none, and for a key that was cut. */
const targetIn = rememberText((key) => {
  const from = key.indexOf(" -> ");
  if (from < 0 || key.endsWith("…")) return "";
  const end = key.indexOf(" ", from + 4);
  return key.slice(from + 4, end < 0 ? key.length : end).replace(/=[^&]*/g, "");
}, 1_024);

/** Classes come again with every answer. */
const flagIn = rememberText(flagOf, 1_024);
