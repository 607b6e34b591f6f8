import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { debianServices } from "./debian-services.ts";

/** Services under test, all on 127.0.0.1. */
export interface RunningServices {
  readonly urls: ReadonlyMap<string, string>;
  /** Names of services whose packages are not to be had here. */
  readonly absent: readonly string[];
  /** Ends every process and resolves when they are gone. */
  close(): Promise<void>;
}

/**
 * Starts the framework services, and the Debian ones that are installed (`npm test` installs them when it runs as root). `dir` is for their
 * configurations; who called removes it.
 */
export async function startServices(dir: string): Promise<RunningServices> {
  const children: ChildProcess[] = [];
  const frameworks = spawn(process.execPath, [fileURLToPath(new URL("./framework-services.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(frameworks);
  const urls = new Map(Object.entries(await firstLine(frameworks)));
  const absent: string[] = [];
  for (const service of debianServices) {
    if (!existsSync(service.file)) {
      absent.push(service.name);
      continue;
    }
    const home = join(dir, service.name);
    mkdirSync(home, { recursive: true });
    const port = await freePort();
    const [file = "", ...args] = service.command(home, port);
    children.push(spawn(file, args, { cwd: home, stdio: "ignore", env: { PATH: "/usr/bin:/usr/sbin:/bin:/sbin", HOME: home } }));
    await listening(port, service.name);
    urls.set(service.name, `http://127.0.0.1:${port}`);
  }
  return {
    urls,
    absent,
    close: async () => {
      await Promise.all(children.map(ended));
    },
  };
}

/** Starts the service that takes calls by name: GraphQL, JSON-RPC, Connect, a WebSocket. */
export async function startCallsService(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./calls-service.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
  const { url = "" } = await firstLine(child);
  return { url, close: () => ended(child) };
}

function firstLine(child: ChildProcess): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) resolve(JSON.parse(text.slice(0, text.indexOf("\n"))) as Record<string, string>);
    });
    child.once("exit", (code) => reject(new Error(`the services ended (${code})`)));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Resolves once the port takes connections; rejects after ten seconds. */
function listening(port: number, name: string): Promise<void> {
  const until = Date.now() + 10_000;
  return new Promise((resolve, reject) => {
    const attempt = (): void => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve();
      });
      socket.once("error", () => {
        if (Date.now() > until) reject(new Error(`${name} does not listen`));
        else setTimeout(attempt, 50);
      });
    };
    attempt();
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
