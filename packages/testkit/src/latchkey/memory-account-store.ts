import type { Population } from "../population.ts";
import type { Account, AccountStore, Approval, Device, Registration } from "./account-store.ts";

/**
 * What {@link openAccountStore} keeps in SQL, kept in maps instead, with the same answers and the same ids: for worlds in virtual time, where the database took more
 * time than the service. Of people who were there on day one only what changed is held; registrations and approvals are held until {@link AccountStore.prune}.
 */
export function memoryAccountStore(people: Population): AccountStore {
  const added = new Map<number, Account>();
  const addedByNumber = new Map<number, Account>();
  const changes = new Map<number, Pick<Account, "deviceCount" | "multiDevice">>();
  const devices = new Map<number, Device>();
  const addedDevices = new Map<number, Device[]>();
  const notices = new Map<number, { readonly text: string; readonly at: number }[]>();
  const registrations = new Map<string, Registration>();
  const approvals = new Map<string, Approval>();
  const approvalsOf = new Map<number, Set<string>>();
  const backups = new Map<number, { readonly ciphertext: string; readonly salt: string; readonly at: number }>();
  const firstId = people.accountIdAt(0);
  const last = people.accounts - 1;
  let nextDevice = (people.deviceIdAt(last) ?? people.deviceIdAt(last - 1) ?? 0) + 1;

  const accountAt = (index: number): Account => {
    const deviceId = people.deviceIdAt(index);
    const id = people.accountIdAt(index);
    return {
      id,
      national: people.numberAt(index),
      email: people.emailAt(index),
      status: index % 33 === 7 ? "suspended" : "active",
      forceOtt: index % 5 === 0,
      deviceCount: deviceId === undefined ? 0 : 1 + (index % 3 === 0 ? 1 : 0),
      multiDevice: true,
      ...changes.get(id),
    };
  };
  const accountById = (id: number): Account | undefined => {
    const index = id - firstId;
    if (Number.isInteger(index) && index >= 0 && index < people.accounts) return accountAt(index);
    const account = added.get(id);
    return account === undefined ? undefined : { ...account, ...changes.get(id) };
  };
  const firstDevice = (index: number): Device | undefined => {
    const id = index >= 0 && index < people.accounts ? people.deviceIdAt(index) : undefined;
    return id === undefined ? undefined : { id, accountId: people.accountIdAt(index), name: "first device" };
  };
  const change = (id: number, how: (account: Account) => Partial<Pick<Account, "deviceCount" | "multiDevice">>): void => {
    const account = accountById(id);
    if (account !== undefined) changes.set(id, { deviceCount: account.deviceCount, multiDevice: account.multiDevice, ...how(account) });
  };
  const forget = (requestId: string, accountId: number): void => {
    approvals.delete(requestId);
    const own = approvalsOf.get(accountId);
    own?.delete(requestId);
    if (own?.size === 0) approvalsOf.delete(accountId);
  };

  return {
    accountByNumber: (national) => {
      const index = people.indexOf(national);
      if (index >= 0 && index < people.accounts) return accountAt(index);
      const account = addedByNumber.get(national);
      return account === undefined ? undefined : accountById(account.id);
    },
    accountById,
    addAccount: (national, email) => {
      if (people.holds(national) || addedByNumber.has(national)) throw new RangeError("the number has an account");
      const account = { id: people.accountIdAt(people.accounts + added.size), national, email, status: "active", forceOtt: false, deviceCount: 0, multiDevice: true };
      added.set(account.id, account);
      addedByNumber.set(national, account);
      return account;
    },
    setMultiDevice: (accountId, enabled) => change(accountId, () => ({ multiDevice: enabled })),
    device: (id) => {
      const index = id - (people.deviceIdAt(0) ?? 0);
      const first = Number.isInteger(index) ? firstDevice(index) : undefined;
      return first?.id === id ? first : devices.get(id);
    },
    devices: (accountId) => {
      const first = firstDevice(accountId - firstId);
      return [...(first === undefined ? [] : [first]), ...(addedDevices.get(accountId) ?? [])].slice(0, devicesMax);
    },
    addDevice: (accountId, name, at) => {
      const device = { id: nextDevice++, accountId, name };
      devices.set(device.id, device);
      push(addedDevices, accountId, device);
      change(accountId, ({ deviceCount }) => ({ deviceCount: deviceCount + 1 }));
      push(notices, accountId, { text: `A new device was added: ${name}`, at });
      return device;
    },
    notices: (accountId) => [...(notices.get(accountId) ?? [])].sort((a, b) => b.at - a.at).slice(0, answersMax),
    addRegistration: (registration) => void registrations.set(registration.requestId, { ...registration, tries: 0, completed: false }),
    registration: (requestId) => registrations.get(requestId),
    countTry: (requestId) => {
      const registration = registrations.get(requestId);
      if (registration !== undefined) registrations.set(requestId, { ...registration, tries: registration.tries + 1 });
    },
    completeRegistration: (requestId) => {
      const registration = registrations.get(requestId);
      if (registration !== undefined) registrations.set(requestId, { ...registration, completed: true });
    },
    addApproval: (approval) => {
      approvals.set(approval.id, { ...approval, state: "pending" });
      const own = approvalsOf.get(approval.accountId);
      if (own === undefined) approvalsOf.set(approval.accountId, new Set([approval.id]));
      else own.add(approval.id);
    },
    approval: (id) => approvals.get(id),
    pendingApprovals: (accountId, since) =>
      [...(approvalsOf.get(accountId) ?? [])]
        .flatMap((id) => approvals.get(id) ?? [])
        .filter(({ state, createdAt }) => state === "pending" && createdAt > since)
        .slice(0, answersMax),
    decideApproval: (id, state) => {
      const approval = approvals.get(id);
      if (approval !== undefined) approvals.set(id, { ...approval, state });
    },
    putBackup: (accountId, ciphertext, salt, at) => void backups.set(accountId, { ciphertext, salt, at }),
    backup: (accountId) => backups.get(accountId),
    prune: (at) => {
      for (const [requestId, { createdAt }] of registrations) if (createdAt < at) registrations.delete(requestId);
      for (const [id, { createdAt, accountId }] of approvals) if (createdAt < at) forget(id, accountId);
    },
    close: () => {},
  };
}

/** As the database's statements have them. */
const devicesMax = 50;
const answersMax = 20;

function push<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
