import type { Command } from "commander";
import type { CliContext } from "./cli-context.ts";

/**
 * Adds to `program` the command that `asked` names, or, when it names none (`--help`, a misspelling), all of them in the order of the help.
 *
 * A command's module is loaded only when it is added: reading all of them costs a third of a second of CPU, longer than most commands work. A name missing in the table below costs that time and nothing else.
 */
export async function addCommands(program: Command, context: CliContext, asked: string | undefined): Promise<void> {
  const named = commands.filter(({ names }) => asked !== undefined && names.includes(asked));
  for (const { load } of named.length > 0 ? named : commands) (await load())(program, context);
}

interface CommandModule {
  readonly names: readonly string[];
  readonly load: () => Promise<(program: Command, context: CliContext) => void>;
}

const commands: readonly CommandModule[] = [
  { names: ["demo"], load: async () => (await import("./demo.ts")).demoCommand },
  { names: ["protect"], load: async () => (await import("./protect.ts")).protectCommand },
  { names: ["import"], load: async () => (await import("./import.ts")).importCommand },
  { names: ["rehearse"], load: async () => (await import("./rehearse.ts")).rehearseCommand },
  { names: ["endpoints", "changes", "findings", "incidents", "disclosures", "exchanges"], load: async () => (await import("./list.ts")).listCommands },
  { names: ["diff"], load: async () => (await import("./diff.ts")).diffCommand },
  { names: ["spec"], load: async () => (await import("./spec.ts")).specCommand },
  { names: ["discover"], load: async () => (await import("./discover.ts")).discoverCommand },
  { names: ["probe"], load: async () => (await import("./probe.ts")).probeCommand },
  { names: ["detect"], load: async () => (await import("./detect.ts")).detectCommand },
  { names: ["floor"], load: async () => (await import("./floor.ts")).floorCommand },
  { names: ["number-changed"], load: async () => (await import("./number-changed.ts")).numberChangedCommand },
  { names: ["why"], load: async () => (await import("./why.ts")).whyCommand },
  { names: ["report"], load: async () => (await import("./report-breach.ts")).reportBreachCommand },
  { names: ["config"], load: async () => (await import("./config.ts")).configCommand },
];
