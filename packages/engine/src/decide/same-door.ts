import { hashOfSegment } from "../exchange/plain-words.ts";
import type { GuardedEndpoint } from "./gate-policy.ts";

/**
 * True when two guards stand before one and the same door, under two names: a declared endpoint and the one that traffic showed in its place, or
 * one whose parameters were renamed. What was spent at one of them was spent at the other.
 *
 * Methods agree or one is `*`; hosts agree or one is `*`; constants agree without regard to case, and a segment with a parameter in it is like
 * any other with one: an operator writes `{phone}` where the learned name is `{cc}-{phone}`. A constant that is known by its hash only equals itself alone.
 */
export function sameDoor(a: Door, b: Door): boolean {
  if (a.method !== b.method && a.method !== "*" && b.method !== "*") return false;
  if (a.host !== b.host && a.host !== "*" && b.host !== "*") return false;
  return doorShape(a.template) === doorShape(b.template);
}

export type Door = Pick<GuardedEndpoint, "method" | "host" | "template">;

function doorShape(template: string): string {
  return template
    .split("/")
    .map((segment) => (segment.includes("{") && hashOfSegment(segment) === undefined ? "{}" : segment.toLowerCase()))
    .join("/");
}
