import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("every thread of the process stands behind those of an ordinary one", () => {
  const script = `
    import { readdirSync } from "node:fs";
    import { getPriority } from "node:os";
    import { yieldTo } from ${JSON.stringify(fileURLToPath(new URL("../dist/yield-priority.js", import.meta.url)))};
    yieldTo(7);
    const threads = process.platform === "linux" ? readdirSync("/proc/self/task").map(Number) : [0];
    process.stdout.write(JSON.stringify(threads.map((thread) => getPriority(thread))));`;
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const priorities = JSON.parse(ran.stdout) as number[];
  expect(priorities.length).toBeGreaterThan(0);
  expect(priorities.every((priority) => priority >= 7)).toBe(true);
});
