import type { Incident } from "../api-types.ts";
import { clock, learned as counted, plural } from "./format.ts";

/** What happened, in one or two plain sentences; says nothing the incident does not hold. */
export function whatHappened(incident: Incident): string {
  const { confirmed, denied, uniform } = incident.disclosed;
  const who = incident.sourceCount === 0 ? "Somebody" : plural(incident.sourceCount, "source");
  const when = `between ${clock(incident.openedAt)} and ${clock(incident.lastAt)}`;
  if (confirmed + denied + uniform === 0) return `${who} drew attention ${when}. No answer told them whether anybody exists.`;
  const learned =
    confirmed + denied === 0
      ? "They learned nothing"
      : `They learned of ${counted(confirmed, incident.disclosed)} ${confirmed === 1 ? "subject" : "subjects"} that they exist and of ${counted(denied, incident.disclosed)} that they do not`;
  const rest =
    uniform === 0
      ? "."
      : `; ${counted(uniform, incident.disclosed)} ${uniform === 1 ? "question" : "questions"} more ${uniform === 1 ? "was" : "were"} answered uniformly and told nothing.`;
  return `${who} asked ${when} about one subject after another. ${learned}${rest}`;
}
