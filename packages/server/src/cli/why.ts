import type { Command } from "commander";
import { PosternError } from "@postern/engine";
import pc from "picocolors";
import type { RowOf } from "../store/questions/all-questions.ts";
import type { StoreClient } from "../store/store-client.ts";
import { classesOf } from "../hub/stored-history.ts";
import { programName } from "../program-name.ts";
import type { CliContext } from "./cli-context.ts";
import { colorOf, configOf, guarded, widthOf } from "./import-session.ts";
import { type Known, readKnown } from "./known/known.ts";
import { count, plain, wrap } from "./report/text-layout.ts";
import { storeOf } from "./store-command.ts";
import { publicOnPurpose } from "../config/public-on-purpose.ts";
import { findingView, incidentView } from "../hub/project.ts";
import { explainReason, type Explained } from "./why/explain-reason.ts";
import { findKnown, type Found } from "./why/find-known.ts";
import { renderFinding, renderIncident } from "./why/render-why.ts";

/** `postern why <reference>`: what was decided about one exchange, by which rule, on what evidence, and how to have it otherwise; or what is behind an incident or a finding. */
export function whyCommand(program: Command, context: CliContext): void {
  program
    .command("why")
    .description("the rule, evidence and undo behind one decision; the evidence behind an incident or a finding")
    .argument("<reference>", "id of an exchange (the `ref` of a decision), an incident or a finding, as lists show it; the short ones too")
    .option("--json", "one JSON document on standard output")
    .option("--data <dir>", "where Postern keeps its data", usualDataDir)
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .action((reference: string, options: WhyOptions) => guarded(context, () => run(reference, options, context)));
}

const usualDataDir = "./.postern";

interface WhyOptions {
  readonly json?: boolean;
  readonly data: string;
  readonly config?: string;
}

/** What `why --json` prints. */
export interface WhyDocument {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly would: string;
  readonly reason: string;
  readonly explanation: Explained;
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string; readonly oracle: string };
  /** `status`: what the service answered, 0 when it was not asked or did not; `answered`: what the caller got. */
  readonly request: { readonly status: number; readonly answered: number; readonly address: string; readonly credentialKind: string; readonly askedAbout: number };
  /** What this address had asked this endpoint up to and including this exchange; null when nothing of it is stored. */
  readonly source: {
    readonly people: number;
    readonly confirmed: number;
    readonly denied: number;
    readonly uniform: number;
    readonly unknown: number;
    readonly from: string;
  } | null;
}

async function run(reference: string, options: WhyOptions, context: CliContext): Promise<number> {
  const known = await readKnown(options.data, { env: context.env, config: configOf(options.config, context) });
  const exact = findKnown(reference, known, true);
  if (exact !== undefined) return tell(exact, known, options, context);
  const store = await storeOf(options.data);
  try {
    const [row] = await store.client.query("exchanges", { id: reference.slice(0, 256), limit: 1 });
    if (row === undefined) {
      const meant = findKnown(reference, known, false);
      if (meant !== undefined) return tell(meant, known, options, context);
      throw new PosternError("NOT_FOUND", `No exchange, incident or finding has the reference ${JSON.stringify(plain(reference).slice(0, 64))}`, {
        remedy:
          "`postern exchanges`, `postern incidents` and `postern findings` show the ids. An exchange older than the retention, or not in the store yet, cannot be explained; the `ref` of an error answer of the gate's own stands in its log only.",
      });
    }
    const document = await documentOf(row, known, store.client);
    context.stdout.write(options.json === true ? `${JSON.stringify(document)}\n` : render(document, { color: colorOf(context), width: widthOf(context) }));
    return 0;
  } finally {
    await store.close();
  }
}

/** An incident or finding, as the API shows it. */
function tell(found: Found, known: Known, options: WhyOptions, context: CliContext): number {
  const how = { color: colorOf(context), width: widthOf(context) };
  const view =
    found.kind === "incident"
      ? {
          kind: found.kind,
          view: incidentView(known.ledger, found.incident, {
            ...(options.data === usualDataDir ? {} : { data: options.data }),
            program: programName(context.env),
            gate: known.gate,
          }),
        }
      : {
          kind: found.kind,
          view: findingView(found.finding, { triaged: known.triage[`finding ${found.finding.id}`], accepted: publicOnPurpose(found.finding, known.config, Date.now()) }),
        };
  if (options.json === true) context.stdout.write(`${JSON.stringify({ [view.kind]: view.view })}\n`);
  else context.stdout.write(view.kind === "incident" ? renderIncident(view.view, how) : renderFinding(view.view, how));
  return 0;
}

async function documentOf(row: RowOf<"exchanges">, known: Known, client: StoreClient): Promise<WhyDocument> {
  const { ledger } = known;
  const endpoint = ledger.inventory.byId(row.endpointId);
  const [asked] =
    row.endpointId === ""
      ? []
      : await client.query("meaningTotals", {
          endpoint: row.endpointId,
          address: row.address,
          to: row.at + 1,
          confirmedClasses: classesOf(ledger, "confirmed"),
          deniedClasses: classesOf(ledger, "denied"),
          nothingClasses: classesOf(ledger, "nothing"),
        });
  const { action, would, reason } = row;
  const path = endpoint?.template ?? row.path;
  return {
    id: row.id,
    at: iso(row.at),
    action,
    would,
    reason,
    explanation: explainReason(reason, { method: row.method, path }),
    endpoint: {
      id: endpoint?.id ?? row.endpointId,
      method: row.method,
      host: row.host,
      path,
      oracle: endpoint === undefined ? "none" : ledger.oracles.verdict(ledger.tellingId(endpoint)),
    },
    request: { status: row.status, answered: row.answered, address: row.address, credentialKind: row.credentialKind, askedAbout: row.subjects.length },
    source:
      asked === undefined
        ? null
        : {
            people: asked.confirmed + asked.denied + asked.uniform + asked.unknown,
            confirmed: asked.confirmed,
            denied: asked.denied,
            uniform: asked.uniform,
            unknown: asked.unknown,
            from: iso(asked.firstAt),
          },
  };
}

function render(document: WhyDocument, options: { readonly color: boolean; readonly width: number }): string {
  const paint = pc.createColors(options.color);
  const { endpoint, request, explanation, source } = document;
  const text = (words: string): string[] => wrap(words, options.width);
  const lines = [
    paint.bold(`${plain(endpoint.method)} ${plain(endpoint.host)}${plain(endpoint.path)}`),
    `${document.at}  from ${plain(request.address)}${request.credentialKind === "" ? ", without a credential" : `, with a ${plain(request.credentialKind)}`}`,
    answersText(request),
    "",
    ...text(`${decided(document)} ${explanation.words}`),
  ];
  if (explanation.rule !== null) lines.push("", paint.bold("Rule"), ...text(explanation.rule));
  if (source !== null) {
    lines.push(
      "",
      paint.bold("This address"),
      ...text(
        `Until then it had asked here about ${source.people === 1 ? "one person" : `${count(source.people)} different people`} since ${source.from}: ${count(source.confirmed)} were confirmed, ${count(source.denied)} denied, ${count(source.unknown)} answered in a way not understood yet, ${count(source.uniform)} answered as unknown by Postern.`,
      ),
    );
  }
  if (explanation.undo !== null) lines.push("", paint.bold("To have it otherwise, in postern.yaml"), ...explanation.undo.split("\n").map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

/** What went back, and what the service had said where that is not the same. */
function answersText({ status, answered }: WhyDocument["request"]): string {
  const service = status === 0 ? "The service gave no answer" : `The service answered ${status}`;
  return answered === status ? `${service}.` : `${service}; the caller got ${answered} from Postern.`;
}

function decided({ action, would }: WhyDocument): string {
  if (action === "allow" && would !== "allow") return `It was let through; in enforce it would have been: ${words[would] ?? plain(would)}.`;
  return action === "allow" ? "It was let through." : `It was: ${words[action] ?? plain(action)}.`;
}

const words: Readonly<Record<string, string>> = {
  uniform: "answered as for an unknown person",
  throttle: "refused for now (429)",
  block: "refused (403)",
  challenge: "asked to prove itself",
};

function iso(at: number): string {
  return new Date(at).toISOString();
}
