import { PosternError } from "@postern/engine";
import { parseInstant } from "../../api/parse-instant.ts";
import { duration } from "../../config/values.ts";

/**
 * A moment as people say it: `2026-01-31`, `2026-01-31T08:00:00Z`, `today`, `yesterday`, `now`, or a time before, such as `24h` or `7d`. Words and times before are counted from the newest
 * traffic, so that last month's log reads as it did then; days begin at midnight UTC. Throws USAGE with examples.
 */
export function readMoment(flag: string, text: string): Moment {
  const word = text.trim().toLowerCase().replace(/ ago$/, "");
  if (word === "now") return (newest) => newest;
  if (word === "today") return (newest) => dayOf(newest);
  if (word === "yesterday") return (newest) => dayOf(newest) - dayMs;
  const ago = duration.safeParse(word);
  if (ago.success) return (newest) => newest - ago.data;
  const at = parseInstant(text.trim());
  if (at.ok) return () => at.value;
  throw new PosternError("USAGE", `${flag} does not understand ${JSON.stringify(text.slice(0, 40))}`, {
    remedy: `Give a day, ${flag} 2026-01-31; a time with its zone, ${flag} 2026-01-31T08:00:00Z; a time before the newest traffic, ${flag} 24h or 7d; or today, yesterday.`,
  });
}

/** The moment in milliseconds, given when the newest traffic was. */
export type Moment = (newest: number) => number;

function dayOf(at: number): number {
  return Math.floor(at / dayMs) * dayMs;
}

const dayMs = 86_400_000;
