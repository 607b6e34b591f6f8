import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalForm, type SubjectType } from "@postern/engine";
import { afterAll, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { loadConfig } from "./load-config.ts";
import { canarySetOf, sealedCanaries } from "./sealed-canaries.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(9) }, 1);
const dir = mkdtempSync(join(tmpdir(), "postern-canaries-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const hashOf = (type: SubjectType, text: string): string => ports.hash(type, normalForm(type, text));

function configured(yaml: string) {
  const path = join(dir, "postern.yaml");
  writeFileSync(path, yaml);
  return loadConfig(path, { env: {} });
}

test("canaries of the configuration and of the file beside it are found under every type that an endpoint may take them for", () => {
  writeFileSync(join(dir, "list.yaml"), 'registered: [+12025550100, "ada@canary.example"]\nunregistered: ["1b4e28ba-2fa1-41d2-883f-0016d3cca427"]\n');
  const set = canarySetOf(configured("canaries:\n  file: list.yaml\n  unregistered: [nobody_17]\n").canaries, ports);
  expect(set?.get(hashOf("phone", "+1 202-555-0100"))).toBe("registered");
  expect(set?.get(hashOf("integer", "12025550100"))).toBe("registered");
  expect(set?.get(hashOf("email", "Ada@canary.example"))).toBe("registered");
  expect(set?.get(hashOf("uuid", "1B4E28BA-2FA1-41D2-883F-0016D3CCA427"))).toBe("unregistered");
  expect(set?.get(hashOf("username", "nobody_17"))).toBe("unregistered");
  expect(set?.get(hashOf("phone", "+1 202-555-0101"))).toBeUndefined();
});

test("what processes are told holds hashes alone, and is the same list", () => {
  const { canaries } = configured('canaries:\n  registered: ["+12025550100"]\n  unregistered: [ada@canary.example]\n');
  const sealed = sealedCanaries(canaries, ports);
  expect(JSON.stringify(sealed)).not.toMatch(/2025550100|ada@/);
  expect(canarySetOf(sealed, ports)).toEqual(canarySetOf(canaries, ports));
  expect(canarySetOf(configured("mode: observe\n").canaries, ports)).toBeUndefined();
});

test("a list that is no list is refused with its place and without its values", () => {
  writeFileSync(join(dir, "broken.yaml"), "registered: +12025550100\n");
  expect(() => configured("canaries: { file: broken.yaml }\n")).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.not.stringContaining("2025550100") as string }),
  );
  expect(() => configured("canaries: { file: nowhere.yaml }\n")).toThrow(expect.objectContaining({ code: "CONFIG_UNREADABLE" }));
});
