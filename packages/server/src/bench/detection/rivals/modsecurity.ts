import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cell } from "../cell.ts";
import { ClockFile, clockLibrary } from "./clock-file.ts";
import { debianUnpacked } from "./debian-unpacked.ts";
import { duration, type Limiter, type LimiterSettings, monitorAddress, tuneLimiter } from "./limiter-grid.ts";
import { type Front, playBehind, type Tell } from "./play-behind.ts";
import { ProxyFront } from "./proxy-front.ts";
import type { Rival, RivalOutcome } from "./rival.ts";
import { freePort, RunningProgram } from "./running-program.ts";
import { tooManyRequests } from "./too-many-requests.ts";

/**
 * ModSecurity with the Core Rule Set of Debian in an Apache before the service on loopback, every client from its own address, its clock the traffic's by
 * libfaketime, one request after the other. Its engine is on in both settings (its package only watches), and so are the rules against floods, which stand switched off in its setup.
 */
export const modsecurity: Rival = {
  name: "ModSecurity + CRS",
  version: async () => {
    try {
      const rules = readFileSync(join(unpacked(), "usr/share/modsecurity-crs/rules/REQUEST-912-DOS-PROTECTION.conf"), "utf8");
      return `CRS ${/OWASP ModSecurity Core Rule Set ver\.(\S+)/.exec(rules)?.[1] ?? "unknown"}`;
    } catch {
      return "not run";
    }
  },
  replays: "event time",
  told: {
    stands: "before the service, in Apache as reverse proxy; its clock is the traffic's, by libfaketime",
    asShipped:
      "all rules of its package at its paranoia level; floods (rules 912) with the values its setup proposes: twice 100 requests of an address and agent within 60 s, then dropped for 10 min",
    tuned:
      "PUT, PATCH and DELETE allowed; floods: threshold, time slice and timeout (10 min, 1 d) from the grid, over every request or the lookup alone; the operator's monitor exempt; searched on a model of rules 912",
    blind: "looks for attack strings, of which a lookup has none; counts requests of an address and agent; forgets an address that was away for an hour",
  },
  run: async (cell, seed, setting) => {
    const much = tooManyRequests(cell, requestsMax);
    if (much !== undefined) return { notReplayable: much };
    try {
      if (setting === "tuned" && !tuned.has(cell.id)) {
        tuned.set(cell.id, tuneLimiter(cell, floodModel, playBehindApache, { windowsMs: [60_000, 900_000, 3_600_000, 21_600_000, 86_400_000], blocksMs: [600_000, 86_400_000] }));
      }
      const settings = setting === "tuned" ? await tuned.get(cell.id) : shipped;
      return settings === undefined ? { notRun: "no setting of the grid harms so few" } : { ...(await playBehindApache(cell, seed, settings)), settings: inWords(settings) };
    } catch (error) {
      return { notRun: error instanceof Error ? error.message : String(error) };
    }
  },
};

/** It takes five milliseconds or more for each, with all its rules. */
const requestsMax = 120_000;
const tuned = new Map<string, Promise<LimiterSettings | undefined>>();
const shipped: LimiterSettings = { over: "every request", limit: 100, windowMs: 60_000, blockMs: 600_000, monitorExempt: false };

async function playBehindApache(cell: Cell, seed: string, settings: LimiterSettings): Promise<Omit<RivalOutcome, "settings">> {
  // Whatever is missing is missing before anything is laid out.
  unpacked();
  clockLibrary();
  // Not under the scratch folder, which only its owner may enter: Apache gives up its rights.
  const folder = mkdtempSync(join(tmpdir(), "postern-apache-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "data"));
  chmodSync(join(folder, "data"), 0o777);
  const clock = new ClockFile(folder);
  const proxy = new ProxyFront((at) => clock.set(at));
  const port = await freePort();
  proxy.to(port);
  writeFileSync(join(folder, "apache.conf"), apacheConfiguration(unpacked(), folder, port, await proxy.open(), settings));
  clock.set(Date.UTC(2026, 0, 1));
  const libraries = `${join(unpacked(), "usr/lib/x86_64-linux-gnu")}:${join(unpacked(), "usr/lib/aarch64-linux-gnu")}`;
  const program = new RunningProgram(apache(), ["-X", "-d", folder, "-f", join(folder, "apache.conf")], { ...clock.env, LD_LIBRARY_PATH: libraries });
  try {
    const check = async (): Promise<string> =>
      (
        await proxy.send("127.0.0.9", {
          method: "GET",
          path: "/-/clock",
          headers: [
            ["User-Agent", "check"],
            ["Accept", "*/*"],
          ],
        })
      ).headers.find(([name]) => name === "Date")?.[1] ?? "";
    await program.until(async () => (await check()) !== "");
    clock.set(Date.UTC(2026, 0, 1, 1, 2, 3));
    const shown = await check();
    if (shown !== "Thu, 01 Jan 2026 01:02:03 GMT") throw new Error(`it does not keep the time of the traffic (${shown})`);
    return await playBehind(cell, seed, (tell) => telling(proxy, tell, settings.blockMs));
  } finally {
    proxy.close();
    await program.stop();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** It logs whom it drops; once a block is told. */
function telling(front: Front, tell: Tell, forMs: number): Front {
  const toldAt = new Map<string, number>();
  return {
    answer: async (arrival, serve) => {
      let served = false;
      const seen = await front.answer(arrival, () => {
        served = true;
        return serve();
      });
      const { at, session } = arrival;
      if (!served && at >= (toldAt.get(session.address) ?? 0) + forMs) {
        toldAt.set(session.address, at);
        tell(at, session.address);
      }
      return seen;
    },
  };
}

/** What Apache is started with. Exported for its test. */
export function apacheConfiguration(root: string, folder: string, port: number, origin: number, settings: LimiterSettings): string {
  const modules = existsSync("/usr/lib/apache2/modules/mod_proxy.so") ? "/usr/lib/apache2/modules" : join(root, "usr/lib/apache2/modules");
  const load = (name: string, file = `mod_${name}`): string => `LoadModule ${name}_module ${modules}/${file}.so`;
  const crs = join(root, "usr/share/modsecurity-crs/rules");
  const own = settings.monitorExempt
    ? `SecRule REMOTE_ADDR "@ipMatch ${monitorAddress}" "id:10,phase:1,pass,nolog,ctl:ruleRemoveById=912000-912999"
  SecAction "id:11,phase:1,nolog,pass,t:none,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE'"`
    : "";
  const lookups = settings.over === "the lookup" ? `SecRule REQUEST_URI "!@rx ^/client/v1/users/[^/]+/status" "id:12,phase:1,pass,nolog,ctl:ruleRemoveById=912150"` : "";
  return `ServerName latchkey.example
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
ErrorLog /dev/null
DefaultRuntimeDir ${folder}
User www-data
Group www-data
KeepAlive Off
${[load("mpm_prefork"), load("authz_core"), load("unique_id"), load("proxy"), load("proxy_http")].join("\n")}
LoadModule security2_module ${join(root, "usr/lib/apache2/modules/mod_security2.so")}
ProxyPass /-/ !
ProxyPass / http://127.0.0.1:${origin}/
ProxyPreserveHost On
<IfModule security2_module>
  Include ${join(root, "etc/modsecurity/modsecurity.conf-recommended")}
  SecRuleEngine On
  SecAuditEngine Off
  SecDataDir ${folder}/data
  Include ${join(root, "etc/modsecurity/crs/crs-setup.conf")}
  SecAction "id:900700,phase:1,nolog,pass,t:none,setvar:'tx.dos_burst_time_slice=${settings.windowMs / 1_000}',setvar:'tx.dos_counter_threshold=${settings.limit}',setvar:'tx.dos_block_timeout=${settings.blockMs / 1_000}'"
  ${own}
  ${lookups}
  Include ${crs}/*.conf
</IfModule>
`;
}

/**
 * Rules 912: an address and agent that reaches the threshold a second time within the time slice of the first is dropped for the timeout; its counter knows no time but
 * an hour's absence. For the grid search alone.
 */
export function floodModel({ limit, windowMs, blockMs, over }: LimiterSettings): Limiter {
  const states = new Map<string, { count: number; burstUntil: number; blockedUntil: number; last: number }>();
  return {
    take: (address, lookup, agent = "") => {
      const now = Date.now();
      const key = `${address} ${agent}`;
      let state = states.get(key);
      if (state === undefined || now > state.last + collectionMs) states.set(key, (state = { count: 0, burstUntil: 0, blockedUntil: 0, last: now }));
      state.last = now;
      if (state.blockedUntil > now) return false;
      if (over === "every request" || lookup !== undefined) state.count += 1;
      if (state.count < limit) return true;
      state.count = 0;
      if (state.burstUntil > now) state.blockedUntil = now + blockMs;
      else state.burstUntil = now + windowMs;
      return true;
    },
  };
}

/** ModSecurity forgets what was not written for so long. */
const collectionMs = 3_600_000;

function inWords({ over, limit, windowMs, blockMs, monitorExempt }: LimiterSettings): string {
  return `twice ${limit} within ${duration(windowMs)}, over ${over}, then dropped for ${duration(blockMs)}${monitorExempt ? "; the monitor exempt" : ""}`;
}

function apache(): string {
  return existsSync("/usr/sbin/apache2") ? "/usr/sbin/apache2" : join(unpacked(), "usr/sbin/apache2");
}

function unpacked(): string {
  const server = existsSync("/usr/sbin/apache2") ? [] : ["apache2-bin", "libapr1", "libaprutil1", "libjansson4", "liblua5.3-0", "libnghttp2-14", "libbrotli1"];
  return debianUnpacked("libapache2-mod-security2", "modsecurity-crs", "liblua5.1-0", "libyajl2", ...server);
}
