import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loopbackAddress, publicAddress } from "./access-log.ts";
import { type Ban, countedBanModel, endOfSecond } from "./bans.ts";
import { debianUnpacked } from "./debian-unpacked.ts";
import { duration, type LimiterSettings, monitorAddress } from "./limiter-grid.ts";
import { logRival } from "./log-rival.ts";
import type { Rival } from "./rival.ts";

/**
 * fail2ban of Debian: its own filter, failure manager and jail reader, fed the log with its clock (MyTime) set to each line's time; the firewall is ours. It sees
 * the access log alone, for the error log of an nginx that only passes on stays empty.
 */
export const fail2ban: Rival = logRival({
  name: "fail2ban",
  version: async () => /version\s*=\s*"([^"]+)"/.exec(readFileSync(join(packages(), "fail2ban/version.py"), "utf8"))?.[1] ?? "unknown",
  requestsMax: 5_000_000,
  told: {
    stands: "reads the access log (nginx's combined form); a firewall drops whom it bans",
    asShipped: `its jails for nginx switched on (${shippedJails().join(", ")}), 5 failures in 10 min, bans of 10 min`,
    tuned: "a jail of the operator's, its failregex every lookup answered 200: maxretry, findtime and bantime from the grid; the operator's monitor exempt",
    blind: "the log has no body: hit and miss are the same line, and an answer to a lookup is no failure",
  },
  read: async (log, _folder, settings) => bansOf(await replay(log, settings)),
  model: countedBanModel,
  grid: { mounts: ["every request"], windowsMs: [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000], blocksMs: [600_000, 86_400_000, 7 * 86_400_000] },
  inWords: (settings) =>
    settings === undefined
      ? "its nginx jails, 5 in 10 min, bans of 10 min"
      : `lookups: maxretry ${settings.limit}, findtime ${duration(settings.windowMs)}, bantime ${duration(settings.blockMs)}; the monitor exempt`,
});

/** Its replay's lines: address, from, until, in seconds. */
export function bansOf(lines: string): readonly Ban[] {
  return lines.split("\n").flatMap((line) => {
    const [address, from, until] = line.split(" ");
    if (address === undefined || from === undefined || until === undefined) return [];
    return [{ address: loopbackAddress(address), from: endOfSecond(Number(from) * 1_000), until: endOfSecond(Number(until) * 1_000) }];
  });
}

function shippedJails(): readonly string[] {
  return ["nginx-http-auth", "nginx-limit-req", "nginx-botsearch", "nginx-bad-request"];
}

function replay(log: string, settings: LimiterSettings | undefined): Promise<string> {
  const told =
    settings === undefined
      ? { jails: shippedJails() }
      : {
          failregex: String.raw`^<HOST> - \S+ \[\] "GET /client/v1/users/[^/ ]+/status HTTP/[^"]+" 200 `,
          maxretry: settings.limit,
          findtime: settings.windowMs / 1_000,
          bantime: settings.blockMs / 1_000,
          ignoreip: publicAddress(monitorAddress),
        };
  const script = fileURLToPath(new URL("../../../../../../scripts/bench-detection/fail2ban_replay.py", import.meta.url));
  const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env["PATH"] ?? "", PYTHONPATH: packages(), PYTHONDONTWRITEBYTECODE: "1", LC_ALL: "C.UTF-8" };
    const child = spawn(python, [script, join(folder(), "etc/fail2ban"), log, JSON.stringify(told)], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let failed = "";
    child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    child.stderr.on("data", (chunk: Buffer) => (failed = `${failed}${chunk.toString("utf8")}`.slice(-4_096)));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(said) : reject(new Error(`fail2ban: ${failed.trim().split("\n").at(-1) ?? ""}`))));
  });
}

function packages(): string {
  return join(folder(), "usr/lib/python3/dist-packages");
}

function folder(): string {
  return debianUnpacked("fail2ban");
}
