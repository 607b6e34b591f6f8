import { Command } from "commander";
import { expect, test } from "vitest";
import type { CliContext } from "./cli-context.ts";
import { addCommands } from "./commands.ts";

const context: CliContext = { stdout: process.stdout, stderr: process.stderr, env: {}, exit: () => undefined, isTty: false, version: "0" };

async function names(asked: string | undefined): Promise<readonly string[]> {
  const program = new Command();
  await addCommands(program, context, asked);
  return program.commands.map((command) => command.name());
}

test("every command is found by its own name, without most others; help and misspellings load all", async () => {
  const all = await names(undefined);
  expect(all).toContain("import");
  expect(await names("imprt")).toEqual(all);
  for (const name of all) {
    const few = await names(name);
    expect(few).toContain(name);
    expect(few.length, `${name} is missing in the table of commands`).toBeLessThan(all.length);
  }
});
