import { type Command, Option } from "commander";
import { PosternError } from "@postern/engine";
import pc from "picocolors";
import { defaultPath, loadConfig } from "../config/load-config.ts";
import { watchConfig } from "../config/watch-config.ts";
import { startPostern } from "../start-postern.ts";
import type { CliContext } from "./cli-context.ts";
import { listenAt } from "./listen-at.ts";
import { plain } from "./report/text-layout.ts";

/** `postern protect <url>`: gate in front of a service, hub and store behind it, until it is told to end. */
export function protectCommand(program: Command, context: CliContext): void {
  program
    .command("protect")
    .description("put the gate in front of a service; learn, watch and, with --mode enforce, stop what it may not give away")
    .argument("[url]", "the service, such as http://127.0.0.1:3000 (or `upstream` in postern.yaml)")
    .option("--listen <address>", "where the gate listens (default 127.0.0.1:8080)")
    .option("--console <address>", "where console and API listen (default 127.0.0.1:4800)")
    .option("--data <dir>", "where Postern keeps its data", "./.postern")
    .addOption(new Option("--mode <mode>", "observe: say what would be done; enforce: do it (default observe)").choices(["observe", "enforce"]))
    .option("--config <file>", "configuration (default: postern.yaml here, if there is one)")
    .option("--json", "one JSON line an event on standard output, for scripts")
    .action(async (url: string | undefined, flags: Flags) => {
      const config = loadConfig(flags.config, { directory: process.cwd(), env: context.env });
      const upstream = url ?? config.upstream;
      if (upstream === undefined)
        throw new PosternError("USAGE", "Which service? Its address is missing", {
          remedy: "Name it, postern protect http://127.0.0.1:3000, or write `upstream` in postern.yaml.",
        });
      if (!URL.canParse(upstream) || !/^https?:$/.test(new URL(upstream).protocol)) {
        throw new PosternError("UPSTREAM_INVALID", `${plain(JSON.stringify(upstream.slice(0, 200)))} is no http or https address`, {
          remedy: "Give the whole address: postern protect http://127.0.0.1:3000",
        });
      }
      const color = context.isTty && context.env["NO_COLOR"] === undefined;
      const paint = pc.createColors(color);
      const say = (line: string): void => void context.stdout.write(`${line}\n`);
      const mode = flags.mode ?? config.mode ?? "observe";
      const json = flags.json === true;
      const file = flags.config ?? defaultPath(process.cwd());
      // Three processes and a database take some seconds; on a busy machine half a minute.
      if (!json) say(paint.dim("Starting gate, hub and store …"));
      const postern = await startPostern({
        dataDir: flags.data,
        mode,
        upstream,
        listen: listenAt(flags.listen, config.listen, { host: "127.0.0.1", port: 8080 }),
        console: listenAt(flags.console, config.console, { host: "127.0.0.1", port: 4800 }),
        config,
        clock: undefined,
        version: context.version,
        color,
        quiet: json,
        onEvent: (event) => {
          if (json) return say(JSON.stringify(event));
          switch (event.name) {
            case "role-event":
              if (typeof event.event === "object" && event.event !== null && "name" in event.event) {
                if (event.event.name === "alert-text" && "text" in event.event) context.stdout.write(String(event.event.text));
                else if (event.event.name === "hub-away") say(paint.yellow("The hub is away; the gate goes on with what it knows."));
                else if (event.event.name === "blind-spot" && "detail" in event.event) say(paint.yellow(`Not seen: ${plain(String(event.event.detail))}`));
                else if (event.event.name === "networks" && "detail" in event.event) say(`Networks: ${plain(String(event.event.detail))}`);
                else if (event.event.name === "login-link" && "url" in event.event) say(`Log in:   ${String(event.event.url)}`);
              }
              return;
            case "role-died":
              return say(paint.yellow(`The ${event.role} process ended (${event.signal ?? event.code ?? "?"}); starting it again.`));
            case "role-failed":
              return say(paint.red(`The ${event.role} process cannot start: ${event.error instanceof Error ? event.error.message : String(event.error)}`));
            case "role-ready":
          }
        },
      });
      const host = listenAt(flags.listen, config.listen, { host: "127.0.0.1", port: 8080 }).host;
      if (json)
        say(
          JSON.stringify({
            name: "ready",
            gate: `http://${host}:${postern.gatePort}`,
            console: postern.consoleUrl,
            login: postern.loginUrl,
            mode,
            dataDir: postern.dataDir,
            pids: Object.fromEntries(postern.roles.map((role) => [role.role, role.pid])),
          }),
        );
      else {
        say("");
        say(`${paint.bold("Postern")} stands before ${paint.cyan(upstream)}`);
        say("");
        say(`  Gate      http://${host}:${postern.gatePort}   ${paint.dim("send your traffic here")}`);
        say(`  Console   ${postern.consoleUrl}`);
        say(`  Log in    ${paint.bold(postern.loginUrl)}`);
        say(paint.dim("            works once, for 15 minutes"));
        say(`  Mode      ${mode}${mode === "observe" ? paint.dim("   nothing is changed; the console says what enforcement would have done") : ""}`);
        say(`  Policy    ${file ?? paint.dim("no postern.yaml here; the built-in one")}`);
        say(`  Data      ${postern.dataDir}`);
        say("");
        say(paint.dim("  Ctrl-C ends it; what was acknowledged is on disk."));
        say("");
      }
      const tell = (name: string, detail: string): void => say(json ? JSON.stringify({ name, detail }) : name === "config-refused" ? paint.yellow(detail) : detail);
      const watching =
        file === undefined
          ? undefined
          : watchConfig({
              path: file,
              env: context.env,
              onConfig: (changed) => {
                postern.reload(changed).then(
                  () => tell("config-reloaded", "The changed configuration is in force."),
                  (error: unknown) => tell("config-refused", `The hub did not come back with the changed configuration: ${error instanceof Error ? error.message : String(error)}`),
                );
              },
              onProblem: (lines) => tell("config-refused", `The changed configuration is not taken:\n${lines.join("\n")}`),
            });
      process.on("SIGHUP", () => watching?.check());
      await new Promise<void>((resolve) => {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
      });
      watching?.close();
      if (!json) say("Ending: requests under way may finish …");
      await postern.stop();
      context.exit(0);
    });
}

interface Flags {
  readonly listen?: string;
  readonly console?: string;
  readonly data: string;
  readonly mode?: "observe" | "enforce";
  readonly config?: string;
  readonly json?: boolean;
}
