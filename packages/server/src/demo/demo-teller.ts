import type pc from "picocolors";
import { wrap } from "../cli/report/text-layout.ts";
import type { DemoStage, DemoSummary } from "./demo-summary.ts";
import { RaceTeller } from "./patience/race-teller.ts";

/** Tells the story in a terminal, no line wider than {@link columns}, line by line; on a live one the current line counts along. A login link stands alone on its line, whole. */
export function demoTeller(options: {
  readonly out: NodeJS.WritableStream;
  readonly paint: ReturnType<typeof pc.createColors>;
  readonly live: boolean;
  readonly brief: boolean;
}): DemoTeller {
  const { out, paint, live } = options;
  let open = false;
  const line = (text: string): void => {
    if (open) out.write("\r\u001b[2K");
    open = false;
    out.write(`${text}\n`);
  };
  const act = (number: string, title: string): void => {
    line("");
    line(paint.bold(`${number}  ${title}`));
  };
  const told = (text: string, colour: (text: string) => string = (plain) => plain): void => {
    for (const part of wrap(text, columns - 3)) line(`   ${colour(part)}`);
  };
  const race = new RaceTeller({ out, paint, live });
  let racing = false;
  const brief = (text: string): void => line(`postern demo: ${text}`);
  const exposure = ({ observe, exposed, enforce, seconds }: Pick<DemoSummary, "observe" | "enforce" | "exposed" | "seconds">): void => {
    act("4", "Who was exposed, while nobody stopped it");
    line(`   ${exposed.exact ? "Exactly" : "At least"} ${paint.bold(n(exposed.subjects))} people were confirmed to the thief, and ${n(exposed.denied)} numbers denied.`);
    line(`   Held against the thief's own notes: precision ${exposed.precision.toFixed(3)}, recall ${exposed.recall.toFixed(3)}.`);
    told(`Given away about each: ${exposed.fieldsReturned.join(", ")}.`);
    told(exposed.statement, paint.dim);
    line("");
    line(paint.bold("   numbers confirmed to the thief"));
    const most = Math.max(1, observe.leaked);
    const bar = (value: number): string => "█".repeat(Math.max(value > 0 ? 1 : 0, Math.round((value / most) * 36)));
    line(`   watched             ${n(observe.leaked).padStart(6)}  ${paint.red(bar(observe.leaked))}`);
    for (const run of enforce) line(`   enforced, ${run.list.padEnd(10)}${n(run.leaked).padStart(6)}  ${paint.green(bar(run.leaked))}`);
    line("");
    line(`   ${observe.alertAfterLeaked === null ? "Watched, no new alert was raised." : `Watched, the alert came after ${n(observe.alertAfterLeaked)}.`}`);
    line(`   ${paint.dim(`All of it real HTTP on this machine, in ${seconds} s.`)}`);
  };
  return {
    stage(stage: DemoStage): void {
      switch (stage.stage) {
        case "honest-hour":
          if (options.brief) return brief(`an honest hour, ${Math.round(stage.factor)} times as fast as real`);
          line("");
          line(`${paint.bold("Postern")} — a small back gate, and who stands at it.`);
          line("");
          line(`  Latchkey, an example MFA service   ${stage.service}`);
          line(`  The gate before it                 ${stage.gate}`);
          line("  The console, by a link that works once (each act has a new one):");
          line(`  ${paint.bold(stage.loginUrl)}`);
          act("1", `An honest hour, ${Math.round(stage.factor)} times as fast as real`);
          return told("Users sign in, mistype, change phones; an office sets up telephones; a carrier hides hundreds behind one address. Postern only listens.");
        case "observe":
          if (options.brief) return brief("a thief asks, and is watched");
          act("2", "A thief asks about one number after another");
          line("   Postern watches, and changes nothing. Watch along:");
          return line(`  ${stage.loginUrl}`);
        case "alert":
          if (options.brief) return brief(`alert after ${stage.leaked} numbers were confirmed`);
          return line(`   ${paint.red("ALERT")}  somebody is learning who has an account; ${n(stage.leaked)} confirmed so far`);
        case "enforce":
          if (options.brief) return brief(`the same, enforced; list ${stage.list}`);
          act("3", `A new thief, a new list (${stage.list}); now Postern enforces`);
          return line(paint.dim("   From the state after the honest hour: the first thief is not known."));
        case "enforced": {
          const { run } = stage;
          if (options.brief) return brief(`leaked ${run.leaked} of ${run.existing}`);
          line(`   Asked about ${n(run.asked)} numbers, ${n(run.existing)} of them real; learned ${paint.green(paint.bold(n(run.leaked)))}.`);
          return told(`Honest people meanwhile: ${n(run.honest.lookups)} questions, ${n(run.honest.refused)} refused, ${n(run.honest.uniform)} answered as if unknown.`);
        }
        case "told":
          return options.brief ? undefined : exposure(stage.story);
        case "patience":
          if (options.brief) {
            if (!racing) brief("ninety days of a patient thief, beside four limiters");
            racing = true;
            return;
          }
          if (!racing) {
            act("5", "The patient one: 20,000 addresses, 90 days replayed");
            race.begin(stage.race);
          }
          racing = true;
          return race.progress(stage.race);
        case "progress":
          if (!live) return;
          out.write(`\r\u001b[2K   ${paint.dim(`${n(stage.requests)} requests`)}`);
          open = true;
          return;
        case "role-died":
          return line(`   ${paint.yellow(`the ${stage.role} process ended; starting it again`)}`);
      }
    },
    summary(summary: DemoSummary, open: { readonly consoleUrl: string; readonly loginUrl: string } | undefined): void {
      race.end(summary.patience);
      if (open !== undefined) {
        line("");
        line("   The console of the watched run is open (the link works once):");
        line(`  ${paint.bold(open.loginUrl)}`);
        line("");
        line("   Your own service next:  npm start -- protect http://127.0.0.1:3000");
        line(paint.dim("   Ctrl-C ends it and removes the demo's data."));
      }
    },
  };
}

export interface DemoTeller {
  stage(stage: DemoStage): void;
  summary(summary: DemoSummary, open: { readonly consoleUrl: string; readonly loginUrl: string } | undefined): void;
}

/** The width of a terminal nobody widened. */
const columns = 80;

function n(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
