import type { Incident } from "../api-types.ts";
import { clock, learned as counted, plural } from "./format.ts";

/** What happened, in one or two plain sentences; says nothing the incident does not hold. */
export function whatHappened(incident: Incident): string {
  const { confirmed, denied, uniform, unknown = 0 } = incident.disclosed;
  const who = incident.sourceCount === 0 ? "Somebody" : plural(incident.sourceCount, "source");
  const when = `between ${clock(incident.openedAt)} and ${clock(incident.lastAt)}`;
  if (!tellsOfSubjects(incident)) return `${who} drew attention ${when}.`;
  if (incident.kind === "access") {
    const told = confirmed + unknown;
    const withheld = uniform === 0 ? "" : `; ${counted(uniform, incident.disclosed)} more ${uniform === 1 ? "was" : "were"} kept from them`;
    return `${who} asked ${when} for objects that the service had never handed to them. ${told === 0 ? "They were told of none" : `They were told of ${counted(told, incident.disclosed)}`}${withheld}.`;
  }
  if (incident.kind === "listing") return `${who} went ${when} through a list of people. Its answers told of ${counted(confirmed + unknown, incident.disclosed)} of them.`;
  if (seenAsAWhole(incident))
    return `The endpoint as a whole drew attention ${when}: many ask once or twice, none of them enough to be told apart. Whom they were told of stands in the breach report, with those that honest people asked about.`;
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

/** Whether nothing is known of single sources, and so not what they learned: that nobody was counted says nothing. */
export function seenAsAWhole({ kind, sourceCount }: Incident): boolean {
  return kind === "enumeration" && sourceCount === 0;
}

/** Whether it says of whom or what its sources learned; others are about what they did. */
export function tellsOfSubjects({ kind }: Incident): boolean {
  return kind === "enumeration" || kind === "access" || kind === "listing";
}
