import type { Disclosure } from "@postern/engine";
import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { before, beforeCursor, costLimits, inWindow, pageLimit, windowShape, type Question } from "./question.ts";
import type { DisclosureTotalsParams } from "./disclosure-totals.ts";

/** A page of disclosures, newest first. `address` is the network once the address has expired. */
export const disclosures: Question<DisclosuresParams, Disclosure> = {
  params: z.object({ ...windowShape, before: before.optional(), limit: pageLimit }),
  row: z.object({
    id: z.string(),
    exchangeId: z.string(),
    at: z.number(),
    endpointId: z.string(),
    subjectType: z.enum(["phone", "email", "username", "integer", "uuid", "opaque"]),
    subject: z.string(),
    answer: z.enum(["truthful", "uniform", "none"]),
    responseClass: z.string(),
    narrow: z.string(),
    address: z.string(),
    credential: z.string(),
  }),
  sql: (
    params,
  ) => sql`SELECT id, exchange_id AS exchangeId, toUnixTimestamp64Milli(at) AS at, endpoint_id AS endpointId, subject_type AS subjectType, lower(hex(subject)) AS subject,
      answer, response_class AS responseClass, lower(hex(narrow)) AS narrow, if(address = '', network, address) AS address, credential
    FROM postern.disclosures WHERE ${allOf([inWindow(params), beforeCursor(params.before)])}
    ORDER BY at DESC, id DESC LIMIT ${params.limit ?? 100} ${costLimits}`,
};

export interface DisclosuresParams extends DisclosureTotalsParams {
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit?: number | undefined;
}
