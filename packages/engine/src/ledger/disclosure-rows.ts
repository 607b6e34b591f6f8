import type { Actor } from "../exchange/actor.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { BatchAnswer } from "../exchange/batch-answer.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Extracted } from "../exchange/subjects.ts";
import type { Disclosure } from "../decide/gate-policy.ts";
import type { ResponseClass } from "../understood.ts";

/** The rows of one answer, numbered from `from`: who was told what about whom. None where it was an error of the service's or a refusal to answer so many. */
export function rowsOf(
  exchange: Exchange,
  endpointId: string,
  actor: Actor,
  subjects: readonly Subject[],
  responseClass: ResponseClass | undefined,
  each: ReadonlyMap<string, ResponseClass> | undefined,
  from = 0,
): Disclosure[] {
  const { status } = exchange.response;
  if (responseClass === undefined || status === 429 || status >= 500) return [];
  return subjects.map((subject, n) => ({
    id: `${exchange.id}.${from + n}`,
    exchangeId: exchange.id,
    at: exchange.at,
    endpointId,
    subjectType: subject.type,
    subject: subject.hash,
    answer: "truthful",
    responseClass: (each?.get(subject.hash) ?? responseClass).id,
    narrow: actor.narrow,
    address: actor.address,
    credential: actor.credential ?? "",
  }));
}

/** By subject's hash, where an answer says something of each. */
export function classesOf(extracted: Extracted | undefined, each: BatchAnswer | undefined): ReadonlyMap<string, ResponseClass> | undefined {
  if (each === undefined || extracted?.batch === undefined) return undefined;
  const classes = new Map<string, ResponseClass>();
  for (const [index, subject] of extracted.batch.subjects.entries()) {
    const responseClass = each.classes[index];
    if (responseClass !== undefined) classes.set(subject.hash, responseClass);
  }
  return classes;
}
