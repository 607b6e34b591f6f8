import type { OwnAnswersState, OwnFigure } from "../../detect/oracle/own-answers.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { Finding } from "../finding.ts";

/** Our own answers on one endpoint. */
export interface OwnAnswersEvidence {
  readonly endpoint: Finding["endpoint"];
  readonly own: OwnAnswersState | undefined;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly examples: readonly string[];
}

/**
 * "What Postern answers in the service's place gives itself away." Uniform answers, as askers saw them, are held against what the service said beneath them and against its
 * truthful denials, see `OwnAnswers`. Proven when surely more than a hundredth of a bit is told: the lower end of the interval, and an e-value over a hundred thousand.
 *
 * High when uniform answers tell who exists: then they protect nobody. Low when they only differ from the service's own "no such": an attacker sees that he was found out, and programs of
 * honest people may stumble. Time alone raises the first, never the second, since uniform answers wait on purpose. It cannot see words of equal length, values of headers and times within a
 * quarter of a second; and where the service's class was read wrongly (`meaning`), it is held against that.
 */
export function uniformAnswerDiffers(seen: OwnAnswersEvidence, ports: Ports): Finding | undefined {
  const { own } = seen;
  if (own === undefined) return undefined;
  const tells = own.tells?.broken === true;
  const figure = tells ? own.tells : own.differs;
  if (figure === undefined || !figure.broken) return undefined;
  return {
    id: ports.hash("segment", `uniform-answer-differs\n${seen.endpoint.id}`),
    check: "uniform-answer-differs",
    severity: tells ? "high" : "low",
    status: "open",
    verdict: "proven",
    endpoint: seen.endpoint,
    title: tells ? "Our own uniform answers tell who is known here" : "Our own uniform answers differ from the service's own denials",
    evidence: {
      ...figureOf(figure),
      uniformAnswers: own.uniforms,
      truthfulDenials: own.denials,
      ...(own.byTime === undefined ? {} : { bitsByTimeAlone: round(own.byTime) }),
    },
    examples: seen.examples.slice(0, 8),
    owasp: "API6:2023",
    cwe: tells ? "CWE-204" : "CWE-203",
    fix: tells ? tellsFix : differsFix,
    firstAt: seen.firstAt,
    lastAt: seen.lastAt,
  };
}

const tellsFix =
  "Declare the uniform answer of this endpoint in the configuration, so that it no longer follows what was learned, and see whether the service is so slow that answers leave late for some people only (the pace waits five seconds at most).";

const differsFix =
  "Declare this endpoint's uniform answer in the configuration (`uniform`: status, headers, body), word for word as the service says that somebody is unknown, or make the service say it in one way. Learned answers hold only what was the same for everybody.";

function figureOf(figure: OwnFigure): { readonly bits: number; readonly bitsLow: number; readonly bitsHigh: number; readonly eValue: number } {
  return { bits: round(figure.bits), bitsLow: round(figure.interval[0]), bitsHigh: round(figure.interval[1]), eValue: Number(figure.eValue.toPrecision(3)) };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
