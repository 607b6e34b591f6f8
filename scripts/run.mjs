import { spawn } from "node:child_process";
import { root } from "./prepare.mjs";

/**
 * Runs a command with its output shown as it comes and also returned.
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const startedAt = process.hrtime.bigint();
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.env } });
    let output = "";
    const take = (chunk) => {
      output += chunk;
      if (options.quiet !== true) process.stdout.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: 127, output: String(error), seconds: 0 }));
    child.on("close", (code) => resolve({ code: code ?? 1, output, seconds: Number(process.hrtime.bigint() - startedAt) / 1e9 }));
  });
}
