#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { PosternError } from "@postern/engine";
import type { CliContext } from "./cli/cli-context.ts";
import { addCommands } from "./cli/commands.ts";
import { errorText, exitCodeOf } from "./cli/error-text.ts";
import { asStarted } from "./program-name.ts";

/**
 * The one composition root: every command (through `addCommands`) and every role of Postern is wired here and nowhere else. Commands are loaded when
 * they run and load what they need then, so that `postern --help` costs no database and `postern import` no other command.
 */
async function main(argv: readonly string[]): Promise<void> {
  const [, , first, second] = argv;
  if (first === "__role" && second !== undefined) {
    const { becomeRole } = await import("./roles.ts");
    becomeRole(second);
    return;
  }
  if (first === "__store" && second !== undefined) {
    const { runStoreMain } = await import("./store/store-main.ts");
    // The channel to the parent would keep the process alive after its work is done.
    process.exit(await runStoreMain({ dataDir: second, journalsDir: `${second}/journal`, say: (line) => process.stderr.write(`${line}\n`) }));
  }
  // `postern … | head`: a reader that has seen enough is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  const context: CliContext = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    exit: (code) => {
      process.exitCode = code;
    },
    isTty: process.stdout.isTTY,
    version: version(),
  };
  const program = new Command(process.env["POSTERN_PROGRAM"] ?? "postern")
    .description("API security: finds every endpoint, counts what was learned, stops abuse, says who was exposed.")
    .version(context.version)
    .showHelpAfterError(asStarted("(postern --help lists the commands)", process.env))
    .configureOutput({
      writeOut: (text) => void process.stdout.write(text),
      writeErr: (text) => void process.stderr.write(text),
      // Commander says "error: …"; here an error says what it is by its code, as all others do.
      outputError: (text, write) => write(`postern: ${text.replace(/^error: /, "").trimEnd()} (USAGE)\n`),
    })
    .exitOverride();
  await addCommands(program, context, first);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = told(error);
  }
}

/** Says what went wrong, to a tired person; returns the exit code. */
function told(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof PosternError) {
    process.stderr.write(errorText(error, process.env));
    return exitCodeOf(error);
  }
  process.stderr.write(`postern: a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)} (INTERNAL)\n`);
  return 3;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "0";
}

await main(process.argv);
