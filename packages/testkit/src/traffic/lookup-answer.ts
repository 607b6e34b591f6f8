import { jsonObject } from "../latchkey/message.ts";
import type { TrafficAnswer } from "./session.ts";

/**
 * What an answer to a lookup tells the one who asked, judged by its text alone, as an attacker would. A uniform answer
 * made in the image of a miss reads as `missing`; one that says neither, a refusal or a failure reads as `unsure`.
 */
export type LookupAnswer = "exists" | "missing" | "unsure";

export function readLookup(answer: Pick<TrafficAnswer, "status" | "body">): LookupAnswer {
  if (answer.status === 404) return "missing";
  if (answer.status !== 200) return "unsure";
  const fields = jsonObject(answer.body);
  const { users, data, eligible, reason } = fields;
  // To an insurer's question: that the details differ says that there is somebody.
  if (typeof eligible === "boolean") return eligible || reason === "DETAILS_DIFFER" ? "exists" : "missing";
  if (Array.isArray(users)) return users.length > 0 ? "exists" : "missing";
  if (typeof data === "object" && data !== null && "u0" in data) return data.u0 === null ? "missing" : "exists";
  if (fields["success"] === true && typeof fields["account_id"] === "number") return "exists";
  return fields["success"] === false ? "missing" : "unsure";
}
