import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The product as its users run it: `postern protect` as a child process with a home and a data folder of its own, on free ports. For end-to-end
 * tests; needs the built server (`npx tsc -b`).
 */
export class ProtectedService {
  readonly dir: string;
  readonly dataDir: string;
  readonly gate: string;
  readonly console: string;
  readonly login: string;
  readonly token: string;
  readonly pids: Readonly<Record<string, number>>;
  readonly #child: ChildProcess;
  readonly #output: string[];

  private constructor(child: ChildProcess, output: string[], dir: string, token: string, ready: Ready) {
    this.#child = child;
    this.#output = output;
    this.dir = dir;
    this.dataDir = join(dir, "data");
    this.token = token;
    this.gate = ready.gate;
    this.console = ready.console;
    this.login = ready.login;
    this.pids = ready.pids;
  }

  /** Resolves when the product says it is ready. */
  static async start(
    upstream: string,
    options: { readonly args?: readonly string[]; readonly token?: string; readonly env?: Readonly<Record<string, string>>; readonly dir?: string } = {},
  ): Promise<ProtectedService> {
    const dir = options.dir ?? mkdtempSync(join(tmpdir(), "postern-e2e-"));
    const token = options.token ?? "an-api-token-of-a-test-00000001";
    const child = spawn(process.execPath, [mainOfDist, "protect", upstream, "--listen", "0", "--console", "0", "--data", join(dir, "data"), "--json", ...(options.args ?? [])], {
      cwd: dir,
      env: { PATH: process.env["PATH"] ?? "", HOME: dir, NO_COLOR: "1", POSTERN_API_TOKEN: token, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    const ready = await new Promise<Ready>((resolve, reject) => {
      let text = "";
      child.stdout.on("data", (chunk: Buffer) => {
        output.push(chunk.toString("latin1"));
        text += chunk.toString("utf8");
        for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
          const line = text.slice(0, end);
          text = text.slice(end + 1);
          if (line.startsWith('{"name":"ready"')) resolve(JSON.parse(line) as Ready);
        }
      });
      child.stderr.on("data", (chunk: Buffer) => output.push(chunk.toString("latin1")));
      child.once("exit", (code) => reject(new Error(`postern ended before it was ready (${code}): ${output.join("").slice(0, 2_000)}`)));
    });
    return new ProtectedService(child, output, dir, token, ready);
  }

  /** Everything its processes wrote to their outputs. */
  get output(): string {
    return this.#output.join("");
  }

  /** Asks the API or the console; the token goes along unless `headers` says otherwise. */
  api(path: string, headers: Readonly<Record<string, string>> = { authorization: `Bearer ${this.token}` }, method = "GET", from?: string): Promise<Got> {
    return send(`${this.console}${path}`, { method, headers, ...(from === undefined ? {} : { from }) });
  }

  /** Resolves when the hub has read `count` requests. */
  async read(count: number): Promise<void> {
    for (;;) {
      const { body } = await this.api("/api/v1/overview");
      const overview = JSON.parse(body.toString("utf8")) as { requests: number };
      if (overview.requests >= count) return;
    }
  }

  /** Ends it as an operator does, and waits. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGTERM");
    await ended;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export interface Got {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly rawTrailers: readonly string[];
}

export interface Send {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** The source address, for many callers on one machine. */
  readonly from?: string;
}

/** One request on a kept connection, its path sent as written. */
export function send(url: string, { method = "GET", headers = {}, body, from }: Send = {}): Promise<Got> {
  const slash = url.indexOf("/", url.indexOf("://") + 3);
  const { hostname, port } = new URL(url.slice(0, slash));
  return new Promise((resolve, reject) => {
    const out = request(
      { hostname, port, path: url.slice(slash), method, headers: headers as Record<string, string | string[]>, agent, ...(from === undefined ? {} : { localAddress: from }) },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, rawHeaders: answer.rawHeaders, body: Buffer.concat(chunks), rawTrailers: answer.rawTrailers }));
        answer.on("error", reject);
      },
    );
    out.on("error", reject);
    out.end(body);
  });
}

interface Ready {
  readonly gate: string;
  readonly console: string;
  readonly login: string;
  readonly pids: Readonly<Record<string, number>>;
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const mainOfDist = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
