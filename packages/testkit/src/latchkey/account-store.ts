import Database from "libsql";
import type { Population } from "../population.ts";
import { secretSeedOf } from "./secrets.ts";

export interface Account {
  readonly id: number;
  readonly national: number;
  readonly email: string;
  readonly status: string;
  readonly forceOtt: boolean;
  readonly deviceCount: number;
  readonly multiDevice: boolean;
}

export interface Registration {
  readonly requestId: string;
  /** 0 for a decoy: it looks alive and can never be completed. */
  readonly accountId: number;
  readonly via: "push" | "sms" | "call";
  readonly pin: string;
  readonly createdAt: number;
  readonly tries: number;
  readonly completed: boolean;
}

export interface Approval {
  readonly id: string;
  readonly accountId: number;
  readonly kind: "login" | "device";
  readonly message: string;
  readonly createdAt: number;
  readonly state: "pending" | "approved" | "denied";
}

export interface Device {
  readonly id: number;
  readonly accountId: number;
  readonly name: string;
}

/** Everything Latchkey remembers. Calls are synchronous. */
export interface AccountStore {
  accountByNumber(national: number): Account | undefined;
  accountById(id: number): Account | undefined;
  addAccount(national: number, email: string, at: number): Account;
  setMultiDevice(accountId: number, enabled: boolean): void;
  device(id: number): Device | undefined;
  devices(accountId: number): readonly Device[];
  /** Adds a device, counts it, and leaves a notice for the account's other devices. */
  addDevice(accountId: number, name: string, at: number): Device;
  notices(accountId: number): readonly { readonly text: string; readonly at: number }[];
  addRegistration(registration: Registration): void;
  registration(requestId: string): Registration | undefined;
  countTry(requestId: string): void;
  completeRegistration(requestId: string): void;
  addApproval(approval: Approval): void;
  approval(id: string): Approval | undefined;
  pendingApprovals(accountId: number, since: number): readonly Approval[];
  decideApproval(id: string, state: "approved" | "denied"): void;
  putBackup(accountId: number, ciphertext: string, salt: string, at: number): void;
  backup(accountId: number): { readonly ciphertext: string; readonly salt: string; readonly at: number } | undefined;
  /** Forgets registrations and approvals begun before `at`. */
  prune(at: number): void;
  close(): void;
}

/** In an embedded SQL database. Opens it and, when it holds no account yet, fills it with the population. */
export function openAccountStore(people: Population, file = ":memory:"): AccountStore {
  const db = new Database(file);
  db.exec("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
  db.exec(schema);
  if (row(db.prepare("SELECT count(*) FROM accounts").raw().get())?.[0] === 0) fill(db, people);

  const accountColumns = "SELECT id, national, email, status, force_ott, device_count, multi_device FROM accounts";
  const byNumber = db.prepare(`${accountColumns} WHERE national = ?`).raw();
  const byId = db.prepare(`${accountColumns} WHERE id = ?`).raw();
  const insertAccount = db.prepare("INSERT INTO accounts (national, email, status, force_ott, device_count, multi_device, created_at) VALUES (?, ?, 'active', 0, 0, 1, ?)");
  const updateMulti = db.prepare("UPDATE accounts SET multi_device = ? WHERE id = ?");
  const deviceById = db.prepare("SELECT id, account_id, name FROM devices WHERE id = ?").raw();
  const devicesOf = db.prepare("SELECT id, account_id, name FROM devices WHERE account_id = ? ORDER BY id LIMIT 50").raw();
  const insertDevice = db.prepare("INSERT INTO devices (account_id, name, secret_seed, created_at) VALUES (?, ?, ?, ?)");
  const setSecret = db.prepare("UPDATE devices SET secret_seed = ? WHERE id = ?");
  const countDevice = db.prepare("UPDATE accounts SET device_count = device_count + 1 WHERE id = ?");
  const insertNotice = db.prepare("INSERT INTO notices (account_id, text, at) VALUES (?, ?, ?)");
  const noticesOf = db.prepare("SELECT text, at FROM notices WHERE account_id = ? ORDER BY at DESC LIMIT 20").raw();
  const insertRegistration = db.prepare("INSERT INTO registrations (request_id, account_id, via, pin, created_at, tries, completed) VALUES (?, ?, ?, ?, ?, 0, 0)");
  const registrationById = db.prepare("SELECT account_id, via, pin, created_at, tries, completed FROM registrations WHERE request_id = ?").raw();
  const addTry = db.prepare("UPDATE registrations SET tries = tries + 1 WHERE request_id = ?");
  const complete = db.prepare("UPDATE registrations SET completed = 1 WHERE request_id = ?");
  const insertApproval = db.prepare("INSERT INTO approvals (id, account_id, kind, message, created_at, state) VALUES (?, ?, ?, ?, ?, 'pending')");
  const approvalById = db.prepare("SELECT id, account_id, kind, message, created_at, state FROM approvals WHERE id = ?").raw();
  const pendingOf = db
    .prepare("SELECT id, account_id, kind, message, created_at, state FROM approvals WHERE account_id = ? AND state = 'pending' AND created_at > ? LIMIT 20")
    .raw();
  const decide = db.prepare("UPDATE approvals SET state = ? WHERE id = ?");
  const upsertBackup = db.prepare(
    "INSERT INTO backups (account_id, ciphertext, salt, at) VALUES (?, ?, ?, ?) ON CONFLICT (account_id) DO UPDATE SET ciphertext = excluded.ciphertext, salt = excluded.salt, at = excluded.at",
  );
  const backupOf = db.prepare("SELECT ciphertext, salt, at FROM backups WHERE account_id = ?").raw();
  const pruneRegistrations = db.prepare("DELETE FROM registrations WHERE created_at < ?");
  const pruneApprovals = db.prepare("DELETE FROM approvals WHERE created_at < ?");

  return {
    accountByNumber: (national) => accountOf(byNumber.get(national)),
    accountById: (id) => accountOf(byId.get(id)),
    addAccount: (national, email, at) => {
      const id = Number(insertAccount.run(national, email, at).lastInsertRowid);
      return { id, national, email, status: "active", forceOtt: false, deviceCount: 0, multiDevice: true };
    },
    setMultiDevice: (accountId, enabled) => void updateMulti.run(enabled ? 1 : 0, accountId),
    device: (id) => deviceOf(deviceById.get(id)),
    devices: (accountId) => devicesOf.all(accountId).flatMap((cells) => deviceOf(cells) ?? []),
    addDevice: (accountId, name, at) => {
      const id = Number(insertDevice.run(accountId, name, "", at).lastInsertRowid);
      setSecret.run(secretSeedOf(people.seed, id), id);
      countDevice.run(accountId);
      insertNotice.run(accountId, `A new device was added: ${name}`, at);
      return { id, accountId, name };
    },
    notices: (accountId) => noticesOf.all(accountId).map((cells) => ({ text: text(row(cells)?.[0]), at: Number(row(cells)?.[1]) })),
    addRegistration: (r) => void insertRegistration.run(r.requestId, r.accountId, r.via, r.pin, r.createdAt),
    registration: (requestId) => registrationOf(requestId, registrationById.get(requestId)),
    countTry: (requestId) => void addTry.run(requestId),
    completeRegistration: (requestId) => void complete.run(requestId),
    addApproval: (a) => void insertApproval.run(a.id, a.accountId, a.kind, a.message, a.createdAt),
    approval: (id) => approvalOf(approvalById.get(id)),
    pendingApprovals: (accountId, since) => pendingOf.all(accountId, since).flatMap((cells) => approvalOf(cells) ?? []),
    decideApproval: (id, state) => void decide.run(state, id),
    putBackup: (accountId, ciphertext, salt, at) => void upsertBackup.run(accountId, ciphertext, salt, at),
    backup: (accountId) => {
      const cells = row(backupOf.get(accountId));
      return cells === undefined ? undefined : { ciphertext: text(cells[0]), salt: text(cells[1]), at: Number(cells[2]) };
    },
    prune: (at) => {
      pruneRegistrations.run(at);
      pruneApprovals.run(at);
    },
    close: () => void db.close(),
  };
}

const schema = `
CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, national INTEGER NOT NULL UNIQUE, email TEXT NOT NULL, status TEXT NOT NULL,
  force_ott INTEGER NOT NULL, device_count INTEGER NOT NULL, multi_device INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS devices (id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL, name TEXT NOT NULL, secret_seed TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS devices_by_account ON devices (account_id);
CREATE TABLE IF NOT EXISTS registrations (request_id TEXT PRIMARY KEY, account_id INTEGER NOT NULL, via TEXT NOT NULL, pin TEXT NOT NULL,
  created_at INTEGER NOT NULL, tries INTEGER NOT NULL, completed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS approvals (id TEXT PRIMARY KEY, account_id INTEGER NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
  created_at INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS approvals_by_account ON approvals (account_id);
CREATE TABLE IF NOT EXISTS backups (account_id INTEGER PRIMARY KEY, ciphertext TEXT NOT NULL, salt TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS notices (account_id INTEGER NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS notices_by_account ON notices (account_id);
`;

/** Inserts in slices, so that a million accounts need no million-row JSON text. */
function fill(db: Database.Database, people: Population): void {
  const addAccounts = db.prepare("INSERT INTO accounts SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, 1, 0 FROM json_each(?)");
  const addDevices = db.prepare("INSERT INTO devices SELECT value->>0, value->>1, 'first device', value->>2, 0 FROM json_each(?)");
  const slice = 10_000;
  db.exec("BEGIN");
  for (let from = 0; from < people.accounts; from += slice) {
    const accounts: (readonly (string | number)[])[] = [];
    const devices: (readonly (string | number)[])[] = [];
    for (let index = from; index < Math.min(from + slice, people.accounts); index += 1) {
      const id = people.accountIdAt(index);
      const deviceId = people.deviceIdAt(index);
      const deviceCount = deviceId === undefined ? 0 : 1 + (index % 3 === 0 ? 1 : 0);
      accounts.push([id, people.numberAt(index), people.emailAt(index), index % 33 === 7 ? "suspended" : "active", index % 5 === 0 ? 1 : 0, deviceCount]);
      if (deviceId !== undefined) devices.push([deviceId, id, secretSeedOf(people.seed, deviceId)]);
    }
    addAccounts.run(JSON.stringify(accounts));
    addDevices.run(JSON.stringify(devices));
  }
  db.exec("COMMIT");
}

function row(cells: unknown): readonly unknown[] | undefined {
  return Array.isArray(cells) ? cells : undefined;
}

function text(cell: unknown): string {
  return typeof cell === "string" ? cell : "";
}

function accountOf(found: unknown): Account | undefined {
  const cells = row(found);
  if (cells === undefined) return undefined;
  return {
    id: Number(cells[0]),
    national: Number(cells[1]),
    email: text(cells[2]),
    status: text(cells[3]),
    forceOtt: cells[4] === 1,
    deviceCount: Number(cells[5]),
    multiDevice: cells[6] === 1,
  };
}

function deviceOf(found: unknown): Device | undefined {
  const cells = row(found);
  return cells === undefined ? undefined : { id: Number(cells[0]), accountId: Number(cells[1]), name: text(cells[2]) };
}

function registrationOf(requestId: string, found: unknown): Registration | undefined {
  const cells = row(found);
  if (cells === undefined) return undefined;
  const via = cells[1] === "push" || cells[1] === "call" ? cells[1] : "sms";
  return { requestId, accountId: Number(cells[0]), via, pin: text(cells[2]), createdAt: Number(cells[3]), tries: Number(cells[4]), completed: cells[5] === 1 };
}

function approvalOf(found: unknown): Approval | undefined {
  const cells = row(found);
  if (cells === undefined) return undefined;
  return {
    id: text(cells[0]),
    accountId: Number(cells[1]),
    kind: cells[2] === "device" ? "device" : "login",
    message: text(cells[3]),
    createdAt: Number(cells[4]),
    state: cells[5] === "approved" || cells[5] === "denied" ? cells[5] : "pending",
  };
}
