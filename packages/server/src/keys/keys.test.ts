import { createHmac } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { keyPath, loadOrCreateKey } from "./key-file.ts";
import { makePorts, messageBytesMax, rememberedCharactersMax, rememberedMax } from "./make-ports.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "postern-key-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("loadOrCreateKey", () => {
  test("makes a key of 32 random bytes once, mode 0600 in a folder of mode 0700, and reads the same one afterwards", () => {
    const first = loadOrCreateKey({ env: {}, home, dataDir: join(home, "data") });
    expect(first.path).toBe(join(home, ".config", "postern", "key"));
    expect(first.secret).toHaveLength(32);
    expect(first.epoch).toBe(1);
    expect(statSync(first.path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(home, ".config", "postern"))).toEqual(["key"]);
    expect(loadOrCreateKey({ env: {}, home })).toEqual(first);
    expect(loadOrCreateKey({ env: { XDG_CONFIG_HOME: join(home, "other") }, home }).secret).not.toEqual(first.secret);
  });

  test("takes the place named by POSTERN_KEY_FILE before all others", () => {
    expect(keyPath({ POSTERN_KEY_FILE: join(home, "k"), XDG_CONFIG_HOME: "/elsewhere" }, home)).toBe(join(home, "k"));
    expect(keyPath({ XDG_CONFIG_HOME: "not/absolute" }, home)).toBe(join(home, ".config", "postern", "key"));
  });

  test("refuses a key that its group or the world can read", () => {
    const { path } = loadOrCreateKey({ env: {}, home });
    for (const mode of [0o640, 0o604, 0o660]) {
      chmodSync(path, mode);
      expect(() => loadOrCreateKey({ env: {}, home })).toThrow(expect.objectContaining({ code: "KEY_UNREADABLE" }));
    }
  });

  test("never makes a new key over a damaged one", () => {
    const path = join(home, "key");
    for (const text of ["", "postern-key-1 1 abcd\n", `postern-key-2 1 ${"a".repeat(64)}\n`, "x".repeat(10_000)]) {
      writeFileSync(path, text, { mode: 0o600 });
      expect(() => loadOrCreateKey({ env: { POSTERN_KEY_FILE: path } })).toThrow(expect.objectContaining({ code: "KEY_UNREADABLE" }));
      expect(statSync(path).size).toBe(text.length);
    }
  });

  test("refuses a key inside the data directory, also by way of a link, and makes none there", () => {
    const dataDir = join(home, "data");
    mkdirSync(dataDir);
    symlinkSync(dataDir, join(home, "link"));
    for (const path of [join(dataDir, "key"), join(dataDir, "deep", "key"), join(home, "link", "key")]) {
      expect(() => loadOrCreateKey({ env: { POSTERN_KEY_FILE: path }, dataDir })).toThrow(expect.objectContaining({ code: "KEY_UNREADABLE" }));
      expect(existsSync(path)).toBe(false);
    }
    expect(loadOrCreateKey({ env: { POSTERN_KEY_FILE: join(home, "data-key") }, dataDir }).secret).toHaveLength(32);
  });

  test("an error about the key never tells the key", () => {
    const path = join(home, "key");
    writeFileSync(path, `postern-key-9 1 ${"ab".repeat(32)}\n`, { mode: 0o600 });
    let said = "";
    try {
      loadOrCreateKey({ env: { POSTERN_KEY_FILE: path } });
    } catch (error) {
      said = error instanceof Error ? `${error.message}${error.stack ?? ""}` : "";
    }
    expect(said).not.toBe("");
    expect(said).not.toContain("abab");
  });
});

describe("makePorts", () => {
  test("hashes as HMAC-SHA-256 does, for any key and text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.string({ unit: "binary", maxLength: 500 }), (secret, normal) => {
        const expected = createHmac("sha256", secret).update(`phone\0${normal}`, "utf8").digest("hex").slice(0, 16);
        expect(makePorts({ secret }, 1).hash("phone", normal)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test("hashes the longest text that goes the fast way and the next longer one alike", () => {
    const secret = new Uint8Array(32).fill(7);
    const fast = Math.floor(messageBytesMax / 3) - "phone\0".length;
    for (const text of ["9".repeat(fast), "9".repeat(fast + 1), "\uffee".repeat(fast), "\uffee".repeat(fast + 1)])
      expect(makePorts({ secret }, 1).hash("phone", text)).toBe(createHmac("sha256", secret).update(`phone\0${text}`, "utf8").digest("hex").slice(0, 16));
  });

  test("a short text after a long one is not mixed with what the long one left behind", () => {
    const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
    const before = ports.hash("phone", "+999");
    ports.hash("phone", "9".repeat(300));
    expect(ports.hash("phone", "+999")).toBe(before);
  });

  test("a remembered hash is that of the same text and domain, also when thousands of others took turns at its place", () => {
    const secret = new Uint8Array(32).fill(7);
    const ports = makePorts({ secret }, 1);
    const expected = (type: string, normal: string): string => createHmac("sha256", secret).update(`${type}\0${normal}`, "utf8").digest("hex").slice(0, 16);
    const tail = "z".repeat(40);
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < rememberedMax + 500; n++) {
        const text = n % 5 === 0 ? `${n}${tail}` : String(n);
        const type = n % 2 === 0 ? "phone" : "email";
        const hash = ports.hash(type, text);
        if (n % 16 < 2 && hash !== expected(type, text)) expect.unreachable(`${type} ${text}`);
      }
    }
    for (const length of [rememberedCharactersMax, rememberedCharactersMax + 1]) {
      const text = "t".repeat(length);
      expect([ports.hash("credential", text), ports.hash("credential", text), ports.hash("opaque", text)]).toEqual([
        expected("credential", text),
        expected("credential", text),
        expected("opaque", text),
      ]);
    }
    expect(ports.hash("phone", "")).toBe(expected("phone", ""));
  });

  test("the same value in two domains, or under two keys, never shares a hash", () => {
    const a = makePorts({ secret: new Uint8Array(32).fill(1) }, 1);
    const b = makePorts({ secret: new Uint8Array(32).fill(2) }, 1);
    expect(new Set([a.hash("phone", "x"), a.hash("email", "x"), b.hash("phone", "x")]).size).toBe(3);
  });

  test("random repeats by seed and covers 32 bits", () => {
    const draw = (seed: number) => {
      const { random } = makePorts({ secret: new Uint8Array(32) }, seed);
      return Array.from({ length: 1_000 }, () => random());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(Math.max(...draw(7))).toBeGreaterThan(2 ** 31);
    expect(draw(7).every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
  });

  test("invalid UTF-8 becomes U+FFFD", () => {
    expect(makePorts({ secret: new Uint8Array(32) }, 1).decodeUtf8(new Uint8Array([0x61, 0xff, 0x62]))).toBe("a\uFFFDb");
  });
});
