import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { answerOf, type Children } from "./children.ts";
import type { Contender } from "./contenders.ts";
import { type LoadResult, paths, requestHeaders } from "./paced-client.ts";

/** Asks a contender as fast as it answers. `wrk` when there is one: it leaves the cores to what is measured; else our own client in its own process. */
export class FullLoad {
  readonly #children: Children;
  readonly #wrk: string | undefined;
  readonly #script: string;
  readonly #client: ChildProcess;

  constructor(children: Children, client: ChildProcess, wrk: string | undefined, dir: string) {
    this.#children = children;
    this.#client = client;
    this.#wrk = wrk;
    this.#script = join(dir, "questions.lua");
    writeFileSync(this.#script, luaQuestions());
  }

  async run(contender: Contender, seconds: number): Promise<LoadResult> {
    return this.#wrk === undefined ? await this.paced(contender, seconds, 0) : await this.#byWrk(this.#wrk, contender, seconds);
  }

  /** At `rate` questions a second, by our own client. */
  async paced(contender: Contender, seconds: number, rate: number): Promise<LoadResult> {
    const answer = answerOf(this.#client);
    this.#client.send({ port: contender.port, host: "api.test", connections, seconds, rate });
    return (await answer) as LoadResult;
  }

  async #byWrk(wrk: string, contender: Contender, seconds: number): Promise<LoadResult> {
    const child = this.#children.program(wrk, ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", this.#script, `http://127.0.0.1:${contender.port}`]);
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    await new Promise<void>((resolve) => child.once("close", () => resolve()));
    const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1).map(Number) ?? [];
    return {
      requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
      failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0) + errors.reduce((sum, count) => sum + count, 0),
      p50Ms: milliseconds(/50%\s+([\d.]+)(us|ms|s)/.exec(text)),
      p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(text)),
    };
  }
}

/** A busy small service: enough to fill one core, few enough that queues say little. */
export const connections = 32;

function milliseconds(match: RegExpExecArray | null): number {
  const value = Number(match?.[1] ?? 0);
  switch (match?.[2] ?? "ms") {
    case "us":
      return value / 1_000;
    case "s":
      return value * 1_000;
    default:
      return value;
  }
}

function luaQuestions(): string {
  const headers = requestHeaders.map(([name, value]) => `["${name}"]="${value}"`).join(",");
  return `local headers = {["Host"]="api.test",${headers}}
local questions = {}
local next = 0
init = function()
  for i, path in ipairs({${paths.map((path) => `"${path}"`).join(",")}}) do questions[i] = wrk.format("GET", path, headers) end
end
request = function()
  next = next % #questions + 1
  return questions[next]
end
`;
}
