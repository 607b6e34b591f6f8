import { createHash } from "node:crypto";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";

/**
 * Where a process of a data directory listens. Inside it, in a folder of mode 0700; a path too long for a Unix socket
 * moves to a folder of this user's own below the system's temporary folder, named for the data directory.
 */
export function localSocketPath(dataDir: string, name: "hub" | "store"): string {
  const inside = join(resolve(dataDir), "run", `${name}.sock`);
  if (Buffer.byteLength(inside) <= socketPathBytesMax) return inside;
  const digest = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 16);
  return join(tmpdir(), `postern-${userInfo().uid}`, `${digest}-${name}.sock`);
}

/** `sun_path` holds 104 bytes on macOS and 108 on Linux, the closing NUL included. */
export const socketPathBytesMax = 100;
