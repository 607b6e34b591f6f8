import { PosternError } from "@postern/engine";
import { z } from "zod";
import type { EmbeddedEngine } from "../embedded-engine.ts";
import { allQuestions, isQuestionName } from "./all-questions.ts";
import type { Question } from "./question.ts";

/** Asks the engine a question by name. USAGE for a name or values it does not know; STORE_QUERY_FAILED when the engine refuses or answers something else than promised. */
export async function ask(engine: EmbeddedEngine, name: string, params: unknown): Promise<unknown[]> {
  if (!isQuestionName(name)) throw new PosternError("USAGE", `The store has no question ${JSON.stringify(name.slice(0, 64))}`);
  switch (name) {
    case "actors":
      return await answerTo(engine, allQuestions.actors, params);
    case "counts":
      return await answerTo(engine, allQuestions.counts, params);
    case "coverage":
      return await answerTo(engine, allQuestions.coverage, params);
    case "decisions":
      return await answerTo(engine, allQuestions.decisions, params);
    case "disclosureHours":
      return await answerTo(engine, allQuestions.disclosureHours, params);
    case "disclosureTotals":
      return await answerTo(engine, allQuestions.disclosureTotals, params);
    case "disclosures":
      return await answerTo(engine, allQuestions.disclosures, params);
    case "exchanges":
      return await answerTo(engine, allQuestions.exchanges, params);
    case "exposure":
      return await answerTo(engine, allQuestions.exposure, params);
    case "meaningTotals":
      return await answerTo(engine, allQuestions.meaningTotals, params);
    case "signals":
      return await answerTo(engine, allQuestions.signals, params);
    case "slowAftermath":
      return await answerTo(engine, allQuestions.slowAftermath, params);
    case "slowDays":
      return await answerTo(engine, allQuestions.slowDays, params);
    case "slowSources":
      return await answerTo(engine, allQuestions.slowSources, params);
    case "slowSpan":
      return await answerTo(engine, allQuestions.slowSpan, params);
    case "sources":
      return await answerTo(engine, allQuestions.sources, params);
  }
}

async function answerTo<Params, Row>(engine: EmbeddedEngine, question: Question<Params, Row>, given: unknown): Promise<Row[]> {
  const params = question.params.safeParse(given ?? {});
  if (!params.success) throw new PosternError("USAGE", `A value of the question is not as it should be: ${z.prettifyError(params.error).slice(0, 500)}`);
  let rows = await engine.read(question.sql(params.data));
  const wider = question.wider?.(params.data);
  if (wider !== undefined && rows.length < wider.enough) rows = await engine.read(wider.statement);
  const read = z.array(question.row).safeParse(rows);
  if (!read.success) throw new PosternError("STORE_QUERY_FAILED", "The store answered in another form than this version knows", { cause: read.error });
  return read.data;
}
