import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { claim, holdDataDir } from "./run-lock.ts";
import { ownerIsAlive } from "./store/segment-name.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-lock-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("holdDataDir", () => {
  test("takes a fresh directory, and again in the same process", async () => {
    await holdDataDir(dir);
    claim(dir, "gate");
    await holdDataDir(dir);
    expect(statSync(join(dir, "run")).mode & 0o777).toBe(0o700);
  });

  test("refuses a directory whose supervisor runs, and takes it when that one is dead", async () => {
    const other = await owner("postern");
    await expect(holdDataDir(dir)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    await other.end();
    await holdDataDir(dir);
  });

  test("waits for a role that a killed supervisor left, no longer than it is told", async () => {
    const orphan = await owner("hub");
    await expect(holdDataDir(dir, 0)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    const held = holdDataDir(dir, 10_000);
    await orphan.end();
    await held;
  });

  test("a reused pid, a torn file and an owner without start time lock nothing", async () => {
    mkdirSync(join(dir, "run"));
    for (const text of [`${process.ppid}x1`, "", "12x", `${process.ppid}x0`]) {
      writeFileSync(join(dir, "run", "postern.owner"), text);
      await holdDataDir(dir);
      expect(readFileSync(join(dir, "run", "postern.owner"), "utf8")).toMatch(`${process.pid}x`);
    }
  });
});

/** A process that claims the directory under this name and stays. */
async function owner(name: string): Promise<{ end(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  await once(child, "spawn");
  const stat = readFileSync(`/proc/${child.pid}/stat`, "latin1");
  const tick = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]).toString(36);
  mkdirSync(join(dir, "run"), { recursive: true });
  writeFileSync(join(dir, "run", `${name}.owner`), `${child.pid}x${tick}`);
  expect(ownerIsAlive(`${child.pid}x${tick}`, "")).toBe(true);
  return {
    end: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}
