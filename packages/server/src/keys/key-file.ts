import { randomBytes } from "node:crypto";
import { closeSync, fchmodSync, fstatSync, fsyncSync, linkSync, mkdirSync, openSync, readSync, realpathSync, rmSync, writeSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, relative, resolve, sep, isAbsolute } from "node:path";
import { PosternError } from "@postern/engine";

/**
 * The key that turns identifiers into hashes. Phone numbers can be enumerated: whoever has the key and the data has the numbers.
 * So the key lives apart from the data (`POSTERN_KEY_FILE`, default `~/.config/postern/key`), readable by its owner only, and backups leave it out.
 *
 * Reads it, or makes a new one on first use; two processes starting at once agree on one. Throws KEY_UNREADABLE, never makes a
 * new key over one that is there but cannot be used: that would cut off everything stored under it.
 */
export function loadOrCreateKey(options: KeyOptions): Key {
  const path = keyPath(options.env, options.home);
  refuseInside(path, options.dataDir);
  return readKey(path) ?? createKey(path);
}

/** Where the key is, by the environment handed in. */
export function keyPath(env: Readonly<Record<string, string | undefined>>, home: string = homedir()): string {
  const named = env["POSTERN_KEY_FILE"];
  if (named !== undefined && named !== "") return resolve(named);
  const config = env["XDG_CONFIG_HOME"];
  return join(config !== undefined && isAbsolute(config) ? config : join(home, ".config"), "postern", "key");
}

export interface KeyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The key may not lie in here: a copied folder must not be the breach. */
  readonly dataDir?: string;
  readonly home?: string;
}

export interface Key {
  /** 32 bytes. Never log it, never store it elsewhere. */
  readonly secret: Uint8Array;
  /** Which key this is, from 1: a column of every row hashed with it. */
  readonly epoch: number;
  readonly path: string;
}

/** `postern-key-1 <epoch> <64 hex digits>` and a newline. */
const keyForm = /^postern-key-1 ([1-9]\d{0,4}) ([0-9a-f]{64})\n?$/;
const keyBytesMax = 256;

function readKey(path: string): Key | undefined {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new PosternError("KEY_UNREADABLE", `The key file ${path} cannot be read`, { cause });
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new PosternError("KEY_UNREADABLE", `The key file ${path} is no file`);
    if (process.platform !== "win32" && (stat.mode & 0o077) !== 0) {
      throw new PosternError("KEY_UNREADABLE", `The key file ${path} can be read by others (mode ${(stat.mode & 0o777).toString(8)})`, {
        remedy: `Run \`chmod 600 ${path}\`. If others may have read it, treat it as known to them.`,
      });
    }
    const bytes = Buffer.alloc(keyBytesMax);
    const text = bytes.toString("latin1", 0, readSync(fd, bytes, 0, keyBytesMax, 0));
    const match = keyForm.exec(text);
    if (match === null) throw new PosternError("KEY_UNREADABLE", `The key file ${path} does not hold a key`);
    return { secret: new Uint8Array(Buffer.from(match[2] ?? "", "hex")), epoch: Number(match[1]), path };
  } finally {
    closeSync(fd);
  }
}

/** Writes the key whole under another name and links it into place: no reader ever sees half a key, and the first of two makers wins. */
function createKey(path: string): Key {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(draft, "wx", 0o600);
    try {
      fchmodSync(fd, 0o600);
      writeSync(fd, `postern-key-1 1 ${randomBytes(32).toString("hex")}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    throw new PosternError("KEY_UNREADABLE", `The key file ${path} cannot be made`, { cause, remedy: "Name a place that can be written with POSTERN_KEY_FILE." });
  }
  const key = readKey(path);
  if (key === undefined) throw new PosternError("KEY_UNREADABLE", `The key file ${path} vanished as soon as it was made`);
  return key;
}

/** Links are followed on both sides: a link out of the data directory is fine, a link into it is not. */
function refuseInside(path: string, dataDir: string | undefined): void {
  if (dataDir === undefined) return;
  const way = relative(realOf(dataDir), realOf(path));
  if (way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way))) {
    throw new PosternError("KEY_UNREADABLE", `The key file ${path} lies inside the data directory ${dataDir}`, {
      remedy: "Move it elsewhere and name it with POSTERN_KEY_FILE: whoever copies the data must not have the key.",
    });
  }
}

/** The real path of what may not exist yet: the nearest folder that does, with the rest behind it. */
function realOf(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(realOf(parent), basename(whole));
  }
}
