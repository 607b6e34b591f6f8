import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Children } from "./children.ts";

/** One way from a client to the same service. `pid` is the process that carries the bytes. */
export interface Contender {
  readonly name: "direct" | "bare" | "nginx" | "proxy" | "gate";
  readonly port: number;
  readonly pid: number;
}

/** All of Postern as its users start it. */
export interface WholePostern {
  readonly contender: Contender;
  readonly pids: Readonly<Record<"gate" | "hub" | "store", number>>;
  readonly consoleUrl: string;
}

/** `postern protect` with its own data directory and key, in `dir`: gate, hub and store run. */
export async function startPostern(children: Children, originPort: number, dir: string, token: string): Promise<WholePostern> {
  const env = { ...process.env, POSTERN_KEY_FILE: join(dir, "key", "key"), POSTERN_API_TOKEN: token };
  const main = fileURLToPath(new URL("../main.js", import.meta.url));
  const child = children.program(
    process.execPath,
    [main, "protect", `http://127.0.0.1:${originPort}`, "--listen", "127.0.0.1:0", "--console", "127.0.0.1:0", "--data", join(dir, "data"), "--json"],
    env,
  );
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString("utf8")).slice(-2_000);
  });
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`postern protect ended with ${code}: ${errors}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event: unknown = JSON.parse(line);
      if (isReady(event)) resolve(event);
    });
  });
  return { contender: { name: "gate", port: Number(new URL(ready.gate).port), pid: ready.pids.gate }, pids: ready.pids, consoleUrl: ready.console };
}

/** nginx with one worker, keep-alive on both sides and no access log. */
export async function startNginx(children: Children, program: string, originPort: number, dir: string): Promise<Contender> {
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const config = join(dir, "nginx.conf");
  const scratch = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${join(dir, name)};`).join(" ");
  writeFileSync(
    config,
    `daemon off; master_process off; worker_processes 1; pid ${join(dir, "pid")}; error_log ${join(dir, "error.log")} crit;
events { worker_connections 1024; }
http {
  access_log off; ${scratch}
  keepalive_requests 100000000;
  upstream origin { server 127.0.0.1:${originPort}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; }
  }
}
`,
  );
  const child = children.program(program, ["-c", config, "-p", dir]);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString("utf8")).slice(-2_000);
  });
  child.stdout?.resume();
  for (let tries = 0; tries < 50; tries++) {
    if (await answers(port)) return { name: "nginx", port, pid: child.pid ?? 0 };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nginx did not start: ${errors}`);
}

interface Ready {
  readonly gate: string;
  readonly console: string;
  readonly pids: { readonly gate: number; readonly hub: number; readonly store: number };
}

function isReady(event: unknown): event is Ready {
  return typeof event === "object" && event !== null && "name" in event && event.name === "ready" && "gate" in event && "console" in event && "pids" in event;
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/v1/status`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
