import type { TruthCase } from "./truth-case.ts";

/**
 * What is true of one door, found by trying it: without a credential, as two users, and with a forged credential where the case has one. Knows nothing of the engine: data
 * is given away where an answer of 2xx holds the case's marker. `credentials` are the headers of users who signed in.
 */
export async function probeTruth(url: string, one: TruthCase, credentials: readonly Readonly<Record<string, string>>[]): Promise<ProbedTruth> {
  const path = one.path.replace("{id}", "3");
  const body = one.body?.right;
  const ask = async (target: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> => {
    const answer = await fetch(`${url}${target}`, {
      method: one.method,
      redirect: "manual",
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    return answer.status >= 200 && answer.status < 300 && text.includes(one.marker ?? "record") ? text : undefined;
  };
  const without = await ask(path, {});
  const forgedGets = one.forged !== undefined && (await ask(path, one.forged)) !== undefined;
  const withOne: (string | undefined)[] = [];
  if (one.as !== undefined) {
    for (const user of ["anna", "bert"]) {
      const { path: target, headers } = one.as(user, { path, challenge: await challengeOf(url, one, path) });
      withOne.push(await ask(target ?? path, headers ?? {}));
    }
  }
  for (const headers of credentials) withOne.push(await ask(path, headers));
  if (without === undefined) {
    if (withOne.every((text) => text === undefined)) return { truth: "nobody gets in", forgedGets };
    return { truth: forgedGets || one.constant === true ? "not enforced" : "enforced", forgedGets };
  }
  // What changes from call to call by itself says nothing about credentials.
  const steady = (await ask(path, {})) === without;
  return { truth: steady && withOne.some((text) => text !== without) ? "optional" : "not enforced", forgedGets };
}

export interface ProbedTruth {
  readonly truth: "enforced" | "not enforced" | "optional" | "nobody gets in";
  /** A forged credential was answered with data. */
  readonly forgedGets: boolean;
}

/** What the door says to a stranger who asks for this path; `""` where the case needs none. */
export async function challengeOf(url: string, one: TruthCase, path: string): Promise<string> {
  if (one.challenge !== true) return "";
  const answer = await fetch(`${url}${path}`, { method: one.method, redirect: "manual" });
  await answer.arrayBuffer();
  return answer.headers.get("www-authenticate") ?? "";
}

/** Signs in and gives the cookies that came back. */
export async function signedIn(url: string, path: string): Promise<Readonly<Record<string, string>>> {
  const answer = await fetch(`${url}${path}`, { method: "POST" });
  await answer.arrayBuffer();
  return {
    cookie: answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";", 1)[0] ?? "")
      .join("; "),
  };
}
