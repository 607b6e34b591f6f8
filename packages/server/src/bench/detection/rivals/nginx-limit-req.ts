import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPart } from "../../debian-part.ts";
import type { Cell } from "../cell.ts";
import { ClockFile, clockLibrary } from "./clock-file.ts";
import { type Limiter, type LimiterSettings, monitorAddress, tuneLimiter } from "./limiter-grid.ts";
import { playBehind } from "./play-behind.ts";
import { ProxyFront } from "./proxy-front.ts";
import type { Rival, RivalOutcome } from "./rival.ts";
import { freePort, RunningProgram } from "./running-program.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { tooManyRequests } from "./too-many-requests.ts";

/**
 * nginx of Debian with `limit_req`, a real process before the service on loopback, every client from its own address. nginx knows only the machine's clock, so
 * Debian's libfaketime shows it the time of the traffic; requests go through one after the other. `nodelay` stands in both settings, for a delayed request would wait for a
 * clock that stands still: which requests are refused is the same without it.
 */
export const nginxLimitReq: Rival = {
  name: "nginx limit_req",
  version: async () => {
    const nginx = debianPart("nginx", () => {});
    const said = nginx === undefined ? undefined : spawnSync(nginx, ["-v"], { encoding: "utf8" }).stderr;
    return /nginx\/(\S+)/.exec(said ?? "")?.[1] ?? "not run";
  },
  replays: "event time",
  told: {
    stands: "before the service, as reverse proxy; its clock is the traffic's, by libfaketime",
    asShipped: "the example of its page on every request: 1 a second an address, burst 5 (with nodelay)",
    tuned:
      "rate (1 to 60 a minute) and burst (1 to 2,000) from the grid, on every request or on the lookup alone; the operator's monitor exempt; searched on a model of its bucket",
    blind: "counts requests of an address, forgets an address within minutes; neither what was asked nor what was answered; writes a line to its error log",
  },
  run: async (cell, seed, setting) => {
    const much = tooManyRequests(cell);
    if (much !== undefined) return { notReplayable: much };
    const nginx = debianPart("nginx", () => {});
    if (nginx === undefined) return { notRun: "nginx is not installed and cannot be" };
    try {
      const play = (of: Cell, itsSeed: string, settings: LimiterSettings): Promise<Omit<RivalOutcome, "settings">> => playBehindNginx(nginx, of, itsSeed, settings);
      if (setting === "tuned" && !tuned.has(cell.id)) {
        tuned.set(cell.id, tuneLimiter(cell, limitReqModel, play, { windowsMs: ratesPerMinute.map((rate) => 60_000 / rate), blocksMs: [0] }));
      }
      const settings = setting === "tuned" ? await tuned.get(cell.id) : shipped;
      if (settings === undefined) return { notRun: "no setting of the grid harms so few" };
      return { ...(await play(cell, seed, settings)), settings: directives(settings) };
    } catch (error) {
      return { notRun: error instanceof Error ? error.message : String(error) };
    }
  },
};

const tuned = new Map<string, Promise<LimiterSettings | undefined>>();
/** Here `limit` is the burst and `windowMs` the time of one request at the rate. */
const shipped: LimiterSettings = { over: "every request", limit: 5, windowMs: 1_000, blockMs: 0, monitorExempt: false };
const ratesPerMinute = [1, 2, 5, 10, 30, 60] as const;

async function playBehindNginx(nginx: string, cell: Cell, seed: string, settings: LimiterSettings): Promise<Omit<RivalOutcome, "settings">> {
  clockLibrary();
  const folder = mkdtempSync(join(scratchFolder(), "nginx-"));
  const clock = new ClockFile(folder);
  const front = new ProxyFront((at) => clock.set(at));
  const port = await freePort();
  front.to(port);
  writeFileSync(join(folder, "nginx.conf"), nginxConfiguration(folder, port, await front.open(), settings));
  clock.set(checkAt);
  const program = new RunningProgram(nginx, ["-p", folder, "-c", join(folder, "nginx.conf")], clock.env);
  try {
    const time = async (): Promise<string> => (await front.send("127.0.0.9", { method: "GET", path: clockPath, headers: [] })).body;
    await program.until(async () => (await time()) !== "");
    clock.set(checkAt + 61_250);
    const shown = await time();
    if (shown !== ((checkAt + 61_250) / 1_000).toFixed(3)) throw new Error(`it does not keep the time of the traffic (${shown})`);
    return await playBehind(cell, seed, () => front);
  } finally {
    front.close();
    await program.stop();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What nginx is started with. Exported for its test. */
export function nginxConfiguration(folder: string, port: number, origin: number, settings: LimiterSettings): string {
  const limit = `limit_req zone=one burst=${settings.limit} nodelay;`;
  const proxy = `proxy_pass http://127.0.0.1:${origin}; proxy_set_header Host $host;`;
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join(" ");
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log crit;
env LD_PRELOAD; env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;
events { worker_connections 4096; }
http {
  access_log off; ${paths}
  keepalive_timeout 1000d; keepalive_requests 100000000;
  geo $counted { default 1; ${settings.monitorExempt ? `${monitorAddress} 0; ` : ""}}
  map $counted $who { 0 ""; 1 $binary_remote_addr; }
  limit_req_zone $who zone=one:64m rate=${60_000 / settings.windowMs}r/m;
  server {
    listen 127.0.0.1:${port};
    location = ${clockPath} { return 200 $msec; }
    ${settings.over === "the lookup" ? `location ~ ^/client/v1/users/[^/]+/status$ { ${limit} ${proxy} }\n    location / { ${proxy} }` : `location / { ${limit} ${proxy} }`}
  }
}
`;
}

const clockPath = "/-/clock";
const checkAt = Date.UTC(2026, 0, 1);

/** The bucket of `limit_req` as nginx computes it, thousandths of requests in whole numbers: for the grid search alone, where starting nginx thousands of times would take days. */
export function limitReqModel({ limit, windowMs }: LimiterSettings): Limiter {
  const rate = Math.floor((60_000 / windowMs) * (1_000 / 60));
  const states = new Map<string, { excess: number; last: number }>();
  return {
    take: (address) => {
      const now = Date.now();
      const state = states.get(address);
      if (state === undefined) {
        states.set(address, { excess: 0, last: now });
        return true;
      }
      const excess = Math.max(0, state.excess - Math.floor((rate * (now - state.last)) / 1_000) + 1_000);
      if (excess > limit * 1_000) return false;
      state.excess = excess;
      state.last = now;
      return true;
    },
  };
}

function directives({ over, limit, windowMs, monitorExempt }: LimiterSettings): string {
  return `rate=${60_000 / windowMs}r/m burst=${limit}, on ${over}${monitorExempt ? "; the monitor exempt" : ""}`;
}
