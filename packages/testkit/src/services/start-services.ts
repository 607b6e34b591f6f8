import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { debianServices } from "./debian-services.ts";
import { startLatchkeys } from "./latchkey-doors.ts";

/** Services under test, all on 127.0.0.1. */
export interface RunningServices {
  readonly urls: ReadonlyMap<string, string>;
  /** Names of services whose packages are not to be had here. */
  readonly absent: readonly string[];
  /** Ends every process and resolves when they are gone. */
  close(): Promise<void>;
}

/**
 * Starts Latchkey with each of its switches, the framework services, and the Debian ones that are installed (`npm test` installs them when it runs as root). `dir` is for their
 * configurations; who called removes it.
 */
export async function startServices(dir: string): Promise<RunningServices> {
  const children: ChildProcess[] = [];
  const frameworks = spawn(process.execPath, [fileURLToPath(new URL("./framework-services.mjs", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(frameworks);
  const urls = new Map(Object.entries(await firstLine(frameworks)));
  const latchkeys = await startLatchkeys();
  for (const [name, url] of latchkeys.urls) urls.set(name, url);
  const absent = debianServices.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  const present = debianServices.filter(({ file }) => existsSync(file));
  const ports = await freePorts(present.length);
  const started = present.map((service, n) => {
    const home = join(dir, service.name);
    mkdirSync(home, { recursive: true });
    const port = ports[n] ?? 0;
    const [file = "", ...args] = service.command(home, port);
    const child = spawn(file, args, { cwd: home, stdio: "ignore", env: { PATH: "/usr/bin:/usr/sbin:/bin:/sbin", HOME: home } });
    children.push(child);
    urls.set(service.name, `http://127.0.0.1:${port}`);
    return answering(port, service.name, child);
  });
  const failed = (await Promise.allSettled(started)).flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
  if (failed.length > 0) {
    await Promise.all([latchkeys.close(), ...children.map(ended)]);
    throw new Error(failed.join("; "));
  }
  return {
    urls,
    absent,
    close: async () => {
      await Promise.all([latchkeys.close(), ...children.map(ended)]);
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

/** Held all at once, so that no port is given twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer();
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Resolves once it answers a request, whatever the answer; rejects when it ends or after {@link startMs}. */
async function answering(port: number, name: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + startMs;
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { redirect: "manual" });
      await answer.arrayBuffer();
      return;
    } catch (error) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${name} ended (${child.exitCode ?? child.signalCode})`, { cause: error });
      if (Date.now() > until) throw new Error(`${name} does not answer`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What has not ended by itself by then is ended. */
const endMs = 5_000;
/** Many start at once, on two processors. */
const startMs = 90_000;

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const overdue = setTimeout(() => child.kill("SIGKILL"), endMs);
    child.once("exit", () => {
      clearTimeout(overdue);
      resolve();
    });
    child.kill("SIGTERM");
  });
}
