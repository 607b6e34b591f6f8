import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { debianUnpacked } from "./debian-unpacked.ts";

/**
 * A clock for programs that know only the machine's: Debian's libfaketime makes every look at a clock a look into a file, and the file holds the time of
 * the traffic. It stands still between requests; so nothing in such a program may wait for a timer.
 */
export class ClockFile {
  /** What the program is started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #fd: number;

  /** The file is readable for a program that gives up its rights. Throws when libfaketime is not to be had. */
  constructor(folder: string) {
    const library = clockLibrary();
    const file = join(folder, "now");
    this.#fd = openSync(file, "w", 0o644);
    this.env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", TZ: "UTC" };
  }

  /** Written over in one go, always as long: whoever reads meanwhile finds a time. */
  set(at: number): void {
    writeSync(this.#fd, `${new Date(at).toISOString().slice(0, 23).replace("T", " ")}\n`, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Debian's libfaketime. Throws when it is not to be had. */
export function clockLibrary(): string {
  return join(debianUnpacked("libfaketime"), "usr/lib", `${machines[process.arch] ?? process.arch}-linux-gnu`, "faketime/libfaketime.so.1");
}

const machines: Partial<Record<NodeJS.Architecture, string>> = { x64: "x86_64", arm64: "aarch64" };
