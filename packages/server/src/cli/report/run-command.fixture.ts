import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { configCommand } from "../config.ts";
import { importCommand } from "../import.ts";
import { listCommands } from "../list.ts";
import { probeCommand } from "../probe.ts";
import { rehearseCommand } from "../rehearse.ts";

/** A folder for one test file, with a key of its own; remove it with `remove`. */
export function commandBench(): CommandBench {
  const dir = mkdtempSync(join(tmpdir(), "postern-cli-"));
  return {
    dir,
    remove: () => rmSync(dir, { recursive: true, force: true }),
    run: async (args, env = {}) => {
      const out = new Collected();
      const err = new Collected();
      let code: number | undefined;
      const context: CliContext = {
        stdout: out,
        stderr: err,
        env: { POSTERN_KEY_FILE: join(dir, "keys", "key"), ...env },
        exit: (value) => {
          code = value;
        },
        isTty: false,
        version: "0.0.0",
      };
      const program = new Command();
      importCommand(program, context);
      rehearseCommand(program, context);
      configCommand(program, context);
      listCommands(program, context);
      probeCommand(program, context);
      await program.parseAsync([...args], { from: "user" });
      return { code: code ?? -1, stdout: out.text, stderr: err.text };
    },
  };
}

export interface CommandBench {
  readonly dir: string;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  remove(): void;
}

class Collected extends Writable {
  text = "";
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString("utf8");
    done();
  }
}
