import { afterEach, expect, test, vi } from "vitest";
import { benchOptions } from "./bench-options.ts";

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

test("a bench explains itself, and tells a wrong option in one line without a stack", () => {
  const said: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => said.push(String(text)) > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  const asked = (...args: string[]): object | undefined => benchOptions(args, { seeds: { type: "string", default: "3" }, json: { type: "boolean" } }, "the help\n");

  expect(asked("--seeds", "2", "--json")).toEqual({ seeds: "2", json: true });
  expect(asked("--json", "--help")).toBeUndefined();
  expect(process.exitCode).toBeUndefined();
  expect(asked("--sedes", "2")).toBeUndefined();
  expect(process.exitCode).toBe(2);
  expect(asked("--seeds")).toBeUndefined();
  expect(asked("loose")).toBeUndefined();
  expect(said).toEqual([
    "the help\n",
    "bench: Unknown option '--sedes'. Its options: --help.\n",
    "bench: Option '--seeds <value>' argument missing. Its options: --help.\n",
    expect.stringMatching(/^bench: Unexpected argument 'loose'\.[^\n]*--help\.\n$/),
  ]);
});
