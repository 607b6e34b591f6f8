import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { idleMs, loginMs, sessionMs } from "./access-store.ts";
import { openState, type State } from "./open-state.ts";

const at = Date.UTC(2026, 10, 22);
let dir = "";
let state: State;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "postern-state-"));
  state = await openState(dir);
});
afterEach(async () => {
  await state.close();
  rmSync(dir, { recursive: true, force: true });
});

describe("openState", () => {
  test("is readable by its owner only, and a second opening finds what the first wrote", async () => {
    expect(statSync(join(dir, "state.db")).mode & 0o777).toBe(0o600);
    await state.kv.put("ledger", { endpoints: [1, 2] }, at);
    await state.close();
    state = await openState(dir);
    expect(await state.kv.get("ledger")).toEqual({ endpoints: [1, 2] });
    expect(await state.kv.get("other")).toBeUndefined();
    await state.kv.delete("ledger");
    expect(await state.kv.get("ledger")).toBeUndefined();
  });

  test("a folder that cannot be used is told as DATA_DIR_UNUSABLE", async () => {
    await expect(openState(join(dir, "state.db"))).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
  });

  test("no secret handed out stands anywhere on the disk", async () => {
    const token = await state.access.createToken({ name: "ci", may: "read", at });
    const code = await state.access.createLogin(at);
    const session = await state.access.redeemLogin(code, at);
    for (const file of readdirSync(dir)) {
      const bytes = readFileSync(join(dir, file));
      for (const secret of [token.secret, code, session?.id ?? "none"]) expect(bytes.includes(secret)).toBe(false);
    }
  });
});

describe("tokens", () => {
  test("a token is good until it is revoked, and no other text is", async () => {
    const { id, secret } = await state.access.createToken({ name: "ci", may: "read", at });
    expect(await state.access.verifyToken(secret, at + 5)).toEqual({ name: "token:ci", may: "read" });
    expect(await state.access.verifyToken(`${secret}x`, at)).toBeUndefined();
    expect(await state.access.tokens()).toEqual([{ id, name: "ci", may: "read", createdAt: at, lastUsedAt: at + 5, revokedAt: null }]);
    expect(await state.access.revokeToken(id, at + 9)).toBe(true);
    expect(await state.access.revokeToken(id, at + 9)).toBe(false);
    expect(await state.access.verifyToken(secret, at + 10)).toBeUndefined();
  });

  test("a preset token is stored once, however often the product starts", async () => {
    const preset = "chosen-by-the-operator";
    const first = await state.access.createToken({ name: "env", may: "write", at, preset });
    expect((await state.access.createToken({ name: "env", may: "write", at, preset })).id).toBe(first.id);
    expect(await state.access.tokens()).toHaveLength(1);
  });
});

describe("login links and sessions", () => {
  test("a link opens one session, however many ask at once", async () => {
    const code = await state.access.createLogin(at);
    const opened = await Promise.all(Array.from({ length: 10 }, () => state.access.redeemLogin(code, at + 1)));
    expect(opened.filter((session) => session !== undefined)).toHaveLength(1);
    expect(await state.access.redeemLogin(code, at + 2)).toBeUndefined();
  });

  test("a link is dead after ten minutes, and a made-up one never lives", async () => {
    const code = await state.access.createLogin(at);
    expect(await state.access.redeemLogin("made-up", at)).toBeUndefined();
    expect(await state.access.redeemLogin(code, at + loginMs)).toBeUndefined();
  });

  test("a session ends by logging out, by idleness and by age", async () => {
    const open = async (from: number) => (await state.access.redeemLogin(await state.access.createLogin(from), from))?.id ?? "";
    const out = await open(at);
    expect(await state.access.verifySession(out, at + 1)).toMatchObject({ may: "write" });
    await state.access.endSession(out);
    expect(await state.access.verifySession(out, at + 1)).toBeUndefined();
    const idle = await open(at);
    expect(await state.access.verifySession(idle, at + idleMs - 1)).toBeDefined();
    expect(await state.access.verifySession(idle, at + idleMs * 2 - 1)).toBeUndefined();
    const old = await open(at);
    for (let now = at; now < at + sessionMs; now += idleMs / 2) expect(await state.access.verifySession(old, now)).toBeDefined();
    expect(await state.access.verifySession(old, at + sessionMs)).toBeUndefined();
  });
});

describe("documents", () => {
  test("are replaced by id, listed newest first, and keep their kinds apart", async () => {
    await state.documents.put("incident", [
      { id: "a", status: "open", document: { n: 1 }, updatedAt: at },
      { id: "b", status: "open", document: { n: 2 }, updatedAt: at + 1 },
    ]);
    await state.documents.put("incident", [{ id: "a", status: "open", document: { n: 3 }, updatedAt: at + 2 }]);
    await state.documents.put("finding", [{ id: "a", status: "fixed", document: {}, updatedAt: at }]);
    expect((await state.documents.list("incident")).map(({ id, document }) => [id, document])).toEqual([
      ["a", { n: 3 }],
      ["b", { n: 2 }],
    ]);
    expect(await state.documents.setStatus("incident", "b", "closed", at + 5)).toBe(true);
    expect(await state.documents.setStatus("incident", "nobody", "closed", at)).toBe(false);
    expect(await state.documents.get("incident", "b")).toMatchObject({ status: "closed", document: { n: 2 } });
    expect(await state.documents.get("finding", "a")).toMatchObject({ status: "fixed" });
    expect(await state.documents.list("incident", 1)).toHaveLength(1);
  });
});

describe("audit log", () => {
  const entry = (subject: string) => ({ at, actor: "token:ci", action: "incident.close", subject, detail: { from: "open", to: "closed" } });

  test("keeps entries in order also when they are added at once, and its chain is whole", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, i) => state.audit.append(entry(String(i)))));
    expect(await state.audit.verify()).toBeUndefined();
    const rows = await state.audit.list(5);
    expect(rows.map(({ seq }) => seq)).toEqual([20, 19, 18, 17, 16]);
    expect((await state.audit.list(100, 16)).map(({ seq }) => seq)[0]).toBe(15);
  });

  test("cannot be changed through the database, and a change made around it shows", async () => {
    for (const subject of ["a", "b", "c"]) await state.audit.append(entry(subject));
    const raw = new Database(join(dir, "state.db"));
    expect(() => raw.exec("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2")).toThrow(/append only/);
    expect(() => raw.exec("DELETE FROM audit_log")).toThrow(/append only/);
    raw.exec("DROP TRIGGER audit_log_keep");
    raw.exec("UPDATE audit_log SET actor = 'nobody' WHERE seq = 2");
    raw.close();
    expect(await state.audit.verify()).toBe(2);
  });
});
