import type { Latchkey } from "../../latchkey/latchkey.ts";
import { jsonObject, textOf } from "../../latchkey/message.ts";
import { derive } from "../../latchkey/secrets.ts";
import type { AbuseDoor } from "../abuse.ts";
import type { TrafficRequest } from "../session.ts";
import type { SmallService } from "./small-service.ts";

/**
 * A clinic's portal, different again: nested JSON, a challenge with an id of its own, codes of letters, the same status for right and wrong, a number in every sign-in that is never the
 * same twice, user names that are no addresses, and 404 for people it does not know.
 */
export function createClinic(seed: string): SmallService {
  const challenges = new Map<string, { readonly code: string; readonly n: number }>();
  const codes = new Map<number, string>();
  let made = 0;
  const handle: Latchkey["handle"] = ({ method, url, body, at = 0 }) => {
    const parts = url.split("/");
    const read = jsonObject(body);
    if (url === "/portal/challenges" && method === "POST") {
      const to = read["to"];
      const number = typeof to === "object" && to !== null && "mobile" in to ? String(to.mobile) : "";
      made += 1;
      const id = derive(seed, `challenge/${made}`, 32);
      const code = derive(seed, `letters/${made}`, 6).toUpperCase();
      challenges.set(id, { code, n: numberToN(number) });
      codes.set(numberToN(number), code);
      return json(201, { challenge: id, expiresIn: 300 });
    }
    if (parts[2] === "challenges" && parts.length === 4 && method === "PUT") {
      const challenge = challenges.get(parts[3] ?? "");
      if (challenge === undefined) return json(404, { outcome: "gone" });
      if (challenge.code !== read["reply"]) return json(200, { outcome: "denied" });
      challenges.delete(parts[3] ?? "");
      return json(200, { outcome: "granted", ticket: derive(seed, `ticket/${made}/${at}`, 40) });
    }
    if (url === "/portal/entry" && method === "POST") {
      const who = textOf(read["who"], 64);
      if (!/^[a-z]+\d{1,5}$/.test(who)) return json(404, { problem: "unknown" });
      return read["secret"] === secretOf(who) ? json(200, { ticket: derive(seed, `entry/${who}/${at}`, 40) }) : json(400, { problem: "mismatch" });
    }
    return json(404, {});
  };
  const secretOf = (who: string): string => derive(seed, `secret/${who}`, 12);
  const send = (method: string, path: string, content: unknown, headers: TrafficRequest["headers"]): TrafficRequest => ({
    method,
    path,
    headers: [...headers, ["Content-Type", "application/json"]],
    body: JSON.stringify(content),
  });
  let nonce = 0;
  const door: AbuseDoor = {
    *begin(n, headers, _via, sends) {
      sends?.();
      const answer = yield send("POST", "/portal/challenges", { to: { mobile: numberOf(n) }, via: "text" }, headers);
      const id = jsonObject(answer.body)["challenge"];
      return typeof id === "string" ? id : undefined;
    },
    check: (_n, reference, code, headers) => send("PUT", `/portal/challenges/${reference}`, { reply: code }, headers),
    signIn: (n, password, headers) => send("POST", "/portal/entry", { who: `patient${n}`, secret: password, once: derive(seed, `once/${(nonce += 1)}`, 16) }, headers),
  };
  return { handle, door, codeOf: (n) => codes.get(n), passwordOf: (n) => secretOf(`patient${n}`), codeDigits: 6, neighbour: (n) => 10_000 + n };
}

function json(status: number, content: unknown): ReturnType<Latchkey["handle"]> {
  return { status, headers: [["content-type", "application/json"]], body: JSON.stringify(content), durationMs: 15 };
}

function numberOf(n: number): string {
  return `+4791${String(n < 10_000 ? n * 613 + 100_000 : 9_000_000 + n - 10_000).padStart(7, "0")}`;
}

function numberToN(number: string): number {
  const rest = Number(number.slice(5));
  return rest >= 9_000_000 ? rest - 9_000_000 + 10_000 : (rest - 100_000) / 613;
}
