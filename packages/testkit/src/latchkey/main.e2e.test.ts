import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { population } from "../population.ts";

test("as a process it says in one JSON line where it answers, answers there, and ends with its parent's pipe", async () => {
  const script = new URL("../../dist/latchkey/main.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [script, "--port", "0", "--flaws", "F1,F2,F3", "--accounts", "300", "--seed", "child", "--with-parent"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (code) => reject(new Error(`latchkey ended with ${code}`)));
  });
  const ready: { ready: boolean; url: string; accounts: number } = JSON.parse(first);
  expect(ready).toMatchObject({ ready: true, accounts: 300 });
  const people = population({ seed: "child", accounts: 300 });
  const answer: unknown = await (await fetch(`${ready.url}/client/v1/users/999-${people.numberAt(7)}/status`)).json();
  expect(answer).toMatchObject({ account_id: people.accountIdAt(7), success: true });
  child.stdin.end();
  expect(await ended).toBe(0);
});
