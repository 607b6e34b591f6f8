import type { Actor } from "./exchange/actor.ts";
import type { Exchange } from "./exchange/exchange.ts";
import type { Subject } from "./exchange/subject.ts";

/**
 * An exchange after the inventory has read it: which endpoint, who asked, about whom, and what kind of answer it was.
 * Everything the later stations use; it holds clear text only through `exchange`, which is dropped after the step.
 */
export interface Understood {
  readonly exchange: Exchange;
  /** The endpoint's id, or undefined while it is not admitted (noise, nothing answered, too little evidence). */
  readonly endpointId: string | undefined;
  readonly actor: Actor;
  /** Each identifier the request asks about, arrays and batches spread out; at most {@link subjectsMax}. */
  readonly subjects: readonly Subject[];
  /** True when the request held more identifiers than were read. */
  readonly subjectsTruncated: boolean;
  /** Class of the answer, see `response-class.ts`; undefined when there was no answer. */
  readonly responseClass: ResponseClass | undefined;
}

/** A bulk request may name many people; beyond this many the gate treats the whole request as over budget. */
export const subjectsMax = 1_000;

/** What an answer looks like with everything that varies per subject masked away. Equal `id` means indistinguishable in status, type, shape and enumerated values. */
export interface ResponseClass {
  /** 16 hex digits, a plain (unkeyed) hash of `key`: it holds no personal data. */
  readonly id: string;
  /** Human-readable: `200 application/json {account_id:number,success:boolean} success=true`. At most 512 characters. */
  readonly key: string;
  readonly status: number;
  /** JSON paths of the fields the answer returned, at most 64. */
  readonly fields: readonly string[];
}
