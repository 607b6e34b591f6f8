import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "libsql";
import { loopbackAddress, publicAddress } from "./access-log.ts";
import { type Ban, endOfSecond, leakyBanModel } from "./bans.ts";
import { debianUnpacked, packagesFolder } from "./debian-unpacked.ts";
import { duration, type LimiterSettings, monitorAddress } from "./limiter-grid.ts";
import { logRival } from "./log-rival.ts";
import type { Rival } from "./rival.ts";
import { freePort } from "./running-program.ts";

/**
 * CrowdSec of Debian with the collections its package enables (linux, apache2, nginx, out of the hub that the package carries), its own profile (four hours' ban), its own replay of a log
 * in event time, and a database of its own; nothing leaves the machine. One list of its package has another name than its scenario reads; the list stands under both here, in its favour.
 */
export const crowdsec: Rival = logRival({
  name: "CrowdSec",
  version: async () => /version: v?(\S+)/.exec(spawnSync(program("crowdsec"), ["-version"], { encoding: "utf8" }).stderr)?.[1] ?? "unknown",
  told: {
    stands: "reads the access log (nginx's combined form); a firewall drops whom it bans",
    asShipped: "the collections that Debian's package enables; its scenarios count errors (404, 403, 401), known attack strings, bad agents, and distinct file names",
    tuned:
      "with them a leaky bucket of its own kind over distinct lookup paths of an address: capacity and leak speed from the grid, bans of 4 h (its default) or 1 d; the operator's monitor exempt",
    blind: "the log has no body: hit and miss are the same line. Every lookup's file name is “status”, so its crawl scenario sees one name; the lookups are no errors",
  },
  read: async (log, folder, settings) => bansOf(await replay(log, folder, settings)),
  model: leakyBanModel,
  grid: { mounts: ["every request"], windowsMs: [10_000, 60_000, 600_000, 3_600_000], blocksMs: [14_400_000, 86_400_000] },
  inWords: (settings) =>
    settings === undefined
      ? "Debian's collections, 4 h bans"
      : `and distinct lookups: capacity ${settings.limit}, leakspeed ${duration(settings.windowMs)}, bans of ${duration(settings.blockMs)}; the monitor exempt`,
});

/** What its database says of an alert with a ban. */
export interface CrowdsecDecision {
  readonly address: string;
  readonly stoppedAt: string;
  readonly until: string;
}

/** A ban from the end of the second of its last event until the time its decision names. */
export function bansOf(decisions: readonly CrowdsecDecision[]): readonly Ban[] {
  return decisions.map((one) => ({ address: loopbackAddress(one.address), from: endOfSecond(timeOf(one.stoppedAt)), until: timeOf(one.until) }));
}

/** The scenario that stands in for what an operator would write for this service. */
export function tunedScenario(settings: LimiterSettings): string {
  return `type: leaky
name: tuned/lookups
description: "many lookups of one address"
filter: "evt.Meta.log_type == 'http_access-log' && evt.Meta.http_path matches '^/client/v1/users/[^/]+/status$' && evt.Meta.source_ip != '${publicAddress(monitorAddress)}'"
groupby: evt.Meta.source_ip
distinct: evt.Meta.http_path
capacity: ${settings.limit}
leakspeed: ${settings.windowMs / 1_000}s
blackhole: 1s
labels:
  remediation: true
`;
}

async function replay(log: string, folder: string, settings: LimiterSettings | undefined): Promise<readonly CrowdsecDecision[]> {
  const configuration = configure(join(folder, "crowdsec"), await freePort(), settings);
  const machine = spawnSync(program("cscli"), ["-c", configuration.file, "machines", "add", "bench", "--auto", "--force", "-f", configuration.credentials], { encoding: "utf8" });
  if (machine.status !== 0) throw new Error(`cscli: ${machine.stderr.trim().split("\n").at(-1) ?? ""}`);
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(program("crowdsec"), ["-c", configuration.file, "-dsn", `file://${log}`, "-type", "nginx"], { stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", resolve);
  });
  if (code !== 0) throw new Error(`crowdsec ended with ${code}`);
  const database = new Database(configuration.database, { readonly: true });
  const rows = database
    .prepare("select a.source_value, a.stopped_at, d.until from decisions d join alerts a on a.id = d.alert_decisions where d.type = 'ban' order by a.id")
    .raw()
    .all();
  database.close();
  return rows.flatMap((row) => (Array.isArray(row) ? [{ address: String(row[0]), stoppedAt: String(row[1]), until: String(row[2]) }] : []));
}

/** Lays out what Debian's installation would, under a folder of its own. */
function configure(home: string, port: number, settings: LimiterSettings | undefined): { readonly file: string; readonly credentials: string; readonly database: string } {
  const package_ = unpacked();
  const etc = join(home, "etc");
  const data = join(home, "data");
  for (const folder of [etc, join(etc, "notifications"), join(home, "plugins")]) mkdirSync(folder, { recursive: true });
  cpSync(join(package_, "usr/share/crowdsec/data"), data, { recursive: true });
  if (!existsSync(join(data, "http_path_traversal.txt"))) copyFileSync(join(data, "path_traversal.txt"), join(data, "http_path_traversal.txt"));
  cpSync(join(package_, "etc/crowdsec/patterns"), join(etc, "patterns"), { recursive: true });
  copyFileSync(join(package_, "etc/crowdsec/simulation.yaml"), join(etc, "simulation.yaml"));
  const profiles = readFileSync(join(package_, "etc/crowdsec/profiles.yaml"), "utf8");
  writeFileSync(join(etc, "profiles.yaml"), settings === undefined ? profiles : profiles.replace("duration: 4h", `duration: ${settings.blockMs / 3_600_000}h`));
  const hub = join(package_, "usr/share/crowdsec/hub");
  for (const item of enabledItems()) {
    // kind/[stage/]author/name: the author's folder is not part of where it is enabled.
    const parts = item.split("/");
    const link = join(etc, ...parts.slice(0, -2), basename(item));
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(hub, item), link);
  }
  if (settings !== undefined) writeFileSync(join(etc, "scenarios", "tuned.yaml"), tunedScenario(settings));
  writeFileSync(join(etc, "acquis.yaml"), "");
  const credentials = join(etc, "local_api_credentials.yaml");
  writeFileSync(credentials, `url: http://127.0.0.1:${port}/\n`);
  const file = join(home, "config.yaml");
  const database = join(data, "crowdsec.db");
  const paths = {
    config_dir: etc,
    data_dir: data,
    simulation_path: join(etc, "simulation.yaml"),
    hub_dir: hub,
    index_path: join(hub, ".index.json"),
    notification_dir: join(etc, "notifications"),
    plugin_dir: join(home, "plugins"),
  };
  // JSON is YAML. What it keeps is kept for good: the traffic is of another year.
  const configuration = {
    common: { daemonize: false, log_media: "stdout", log_level: "error", log_dir: home, working_dir: home },
    config_paths: paths,
    crowdsec_service: { acquisition_path: join(etc, "acquis.yaml"), parser_routines: 1 },
    db_config: { log_level: "error", type: "sqlite", db_path: database, use_wal: false, flush: { max_items: 100_000_000, max_age: "36500d" } },
    plugin_config: { user: "nobody", group: "nogroup" },
    api: {
      client: { insecure_skip_verify: false, credentials_path: credentials },
      server: { log_level: "error", listen_uri: `127.0.0.1:${port}`, profiles_path: join(etc, "profiles.yaml"), console_path: join(etc, "console.yaml") },
    },
    prometheus: { enabled: false },
  };
  writeFileSync(file, JSON.stringify(configuration));
  return { file, credentials, database };
}

/** What the package's installation enables, by its own script. */
function enabledItems(): readonly string[] {
  const script = readFileSync(join(unpacked(), packagesFolder, "crowdsec.control/postinst"), "utf8");
  return script.split("\n").filter((line) => /^(?:collections|parsers|scenarios|postoverflows)\/[\w./-]+\.yaml$/.test(line));
}

function timeOf(written: string): number {
  return Date.parse(written.replace(" ", "T"));
}

function program(name: "crowdsec" | "cscli"): string {
  return join(unpacked(), "usr/bin", name);
}

function unpacked(): string {
  return debianUnpacked("crowdsec");
}
