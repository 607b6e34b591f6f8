import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PosternError } from "@postern/engine";
import type { ClockSetting } from "../clock.ts";

/** Starts the example service in a process of its own, as a real service would be; resolves when it listens. */
export async function startLatchkey(options: {
  readonly accounts: number;
  readonly seed: string;
  readonly flaws: string;
  readonly clock: ClockSetting;
  /** 0 takes a free one. */
  readonly port: number;
}): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const main = join(dirname(createRequire(import.meta.url).resolve("@postern/testkit")), "latchkey", "main.js");
  const { factor, base, realBase } = options.clock;
  const child = spawn(
    process.execPath,
    [
      main,
      "--port",
      String(options.port),
      "--flaws",
      options.flaws,
      "--accounts",
      String(options.accounts),
      "--seed",
      options.seed,
      "--behind-proxy",
      "--with-parent",
      "--clock-base",
      String(base),
      "--clock-factor",
      String(factor),
      "--clock-real-base",
      String(realBase),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  let text = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end < 0) return;
      const line: unknown = JSON.parse(text.slice(0, end));
      if (typeof line === "object" && line !== null && "url" in line) resolve(String(line.url));
    });
    child.once("exit", (code) => reject(new PosternError("INTERNAL", `The example service ended before it listened (${code ?? "signal"})`)));
    child.once("error", reject);
  });
  return {
    url,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
