import { endpointText } from "./endpoint-text.ts";
import pc from "picocolors";
import type { EndpointShape, ShapeField } from "../../api/discovery-views.ts";
import type { EndpointView } from "../../api/views.ts";
import { type Column, count, plain, several, table, wrap } from "../report/text-layout.ts";

/** One endpoint for a person: what it is, what it takes, what it gives by status. No wider than the terminal, nothing from strangers that could steer it. */
export function renderEndpoint(one: EndpointView, shape: EndpointShape, options: RenderEndpointOptions): string {
  const paint = pc.createColors(options.color);
  const said = (name: string, text: string): string[] => wrap(`${name.padEnd(labelWidth)}${plain(text)}`, options.textWidth, " ".repeat(labelWidth));
  const lines = [
    paint.bold(plain(`${one.method} ${endpointText(one)}`)),
    ...said("id", one.id),
    ...said("credential", `${one.auth.verdict}${one.auth.kinds.length === 0 ? "" : ` (${one.auth.kinds.join(", ")})`}`),
    ...said(
      "evidence",
      Object.entries(one.auth.evidence)
        .map(([what, times]) => `${count(times)} ${what}`)
        .join(", ") || "none",
    ),
    ...said("is for", purposeText(one.purpose)),
    ...said("gives away", one.dataClasses.join(", ") || "nothing that was recognised"),
    ...said(
      "life",
      [
        one.lifecycle,
        ...(options.isZombie(one) ? ["a zombie: documents call it deprecated, and it answers"] : []),
        ...(one.owner === null ? [] : [`owned by ${one.owner}`]),
        ...(one.publicOnPurpose === null ? [] : ["public on purpose"]),
        ...one.tags,
      ].join(", "),
    ),
    ...said("known by", one.knownBy.join(", ")),
    ...(one.ownAnswers === null ? [] : said("our answers", ownAnswersText(one.ownAnswers))),
    ...(one.floor === null ? [] : said("floor", `${one.floor.text} (${one.floor.measuredAt.slice(0, 16).replace("T", " ")} UTC)`)),
    ...said(
      "requests",
      `${count(one.requests)}, ${several(one.clientErrors, "client error")} (4xx), ${several(one.errors, "server error")} (5xx or no answer), ${one.firstSeen.slice(0, 16).replace("T", " ")} to ${one.lastSeen.slice(0, 16).replace("T", " ")}`,
    ),
  ];
  const rows = (list: readonly (ShapeField & { readonly in?: string })[], places: boolean): (readonly string[])[] =>
    list.map((field) =>
      [...(places ? [field.in ?? ""] : []), field.name === "" ? "(the whole)" : field.name, typesOf(field), field.values ?? "", shareOf(field), dataOf(field)].map(plain),
    );
  lines.push("", paint.bold("What it takes") + paint.dim("  (accepted requests)"));
  const { parameters, request, responses } = shape;
  const taken = [...parameters, ...(request?.fields ?? []).map((field) => ({ in: "body", ...field }))];
  if (taken.length === 0) lines.push("No parameter was seen.");
  else lines.push(...table([{ head: "in" }, ...columns("name")], rows(taken, true), options.width, paint.dim));
  if ((request?.more ?? 0) > 0) lines.push(paint.dim(`and ${count(request?.more ?? 0)} more`));
  if (request !== null && request.types.length > 0) lines.push(...wrap(paint.dim(plain(`Bodies are ${request.types.join(", ")}.`)), options.textWidth));
  for (const answer of responses) {
    lines.push("", paint.bold(`What it gives with ${answer.status}`) + paint.dim(`  (${plain([several(answer.answers, "answer"), ...answer.types].join(", "))})`));
    if (answer.fields.length === 0) lines.push("No JSON was seen.");
    else lines.push(...table(columns("field"), rows(answer.fields, false), options.width, paint.dim));
    if (answer.more > 0) lines.push(paint.dim(`and ${count(answer.more)} more`));
  }
  return `${lines.join("\n")}\n`;
}

function purposeText({ kind, because, overridden }: EndpointView["purpose"]): string {
  const said = kind === "unproven" ? because : `${kind.replaceAll("-", " ")}: ${because}`;
  return overridden === null ? said : `${said}; but traffic shows ${overridden.kind.replaceAll("-", " ")}: ${overridden.because}`;
}

/** Whether the uniform answers keep what they are for. */
function ownAnswersText({ uniform, denied, tells, differs }: NonNullable<EndpointView["ownAnswers"]>): string {
  const figure = (what: string, one: typeof tells): string =>
    one === null ? `${what}: too few seen` : `${what} ${one.bits.toFixed(4)} bit (${one.lowBits.toFixed(4)} to ${one.highBits.toFixed(4)})${one.broken ? ", MORE THAN 0.01" : ""}`;
  return `${count(uniform)} uniform beside ${count(denied)} truthful denials; ${figure("tell who exists", tells)}; ${figure("differ from denials", differs)}`;
}

export interface RenderEndpointOptions {
  readonly color: boolean;
  /** Of the tables; infinite where nothing may be cut. */
  readonly width: number;
  /** Of sentences. */
  readonly textWidth: number;
  /** Documents call it deprecated, and it answers. */
  readonly isZombie: (one: EndpointView) => boolean;
}

const labelWidth = 12;

function columns(name: string): readonly Column[] {
  return [{ head: name, flexible: true }, { head: "type" }, { head: "values" }, { head: "in" }, { head: "data" }];
}

/** `string uuid`, `integer or null`. */
function typesOf({ types, format }: ShapeField): string {
  return `${types.join(" or ")}${format === null ? "" : ` ${format}`}`;
}

function shareOf({ always, share }: ShapeField): string {
  return always || share === null ? "all" : `${count(share.seen)} of ${count(share.of)}`;
}

/** `phone`, `government-id (es-dni)`, `email in 40 %`. */
function dataOf({ class: name, scheme, fits }: ShapeField): string {
  if (name === null) return "";
  return `${name}${scheme === null ? "" : ` (${scheme})`}${fits === null || fits >= 0.995 ? "" : ` in ${Math.round(fits * 100)} %`}`;
}
