import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/**
 * The path of a program that stands beside us in the comparison, installed from Debian's own packages when it is missing and we may (root, apt).
 * Undefined when it is not to be had: the report then says so instead of comparing.
 */
export function debianPart(part: DebianPart, say: (line: string) => void): string | undefined {
  const { file, name } = parts[part];
  if (existsSync(file)) return file;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return undefined;
  say(`installing ${name} from Debian`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = (): number | null => spawnSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", name], { env, stdio: "ignore", timeout: installMs }).status;
  if (install() !== 0) {
    spawnSync("apt-get", ["update", "-q"], { env, stdio: "ignore", timeout: installMs });
    install();
  }
  return existsSync(file) ? file : undefined;
}

export type DebianPart = keyof typeof parts;

const parts = {
  nginx: { file: "/usr/sbin/nginx", name: "nginx-light" },
  wrk: { file: "/usr/bin/wrk", name: "wrk" },
  goaccess: { file: "/usr/bin/goaccess", name: "goaccess" },
} as const;

const installMs = 120_000;
