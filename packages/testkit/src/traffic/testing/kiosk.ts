import type { Latchkey, Outage } from "../../latchkey/latchkey.ts";
import { derive } from "../../latchkey/secrets.ts";
import type { AbuseDoor } from "../abuse.ts";
import type { TrafficRequest } from "../session.ts";
import type { SmallService } from "./small-service.ts";

/**
 * A ticket shop unlike Latchkey: forms instead of JSON, 200 with `{"ok":false}` for a refusal, German names of fields, a code in the query of a GET, a sign-in that answers with a
 * redirect either way. Nothing in it is called code, pin, password or login.
 */
export function createKiosk(seed: string, options: { readonly outages?: readonly Outage[] } = {}): SmallService {
  const codes = new Map<string, string>();
  const gone = new Set<string>();
  let sent = 0;
  const handle: Latchkey["handle"] = ({ method, url, body, at = 0 }) => {
    const [path = "", query = ""] = url.split("?");
    const form = new URLSearchParams(method === "GET" ? query : (body ?? ""));
    const number = form.get("rufnummer") ?? "";
    if (path === "/rufnummer/pruefen" && method === "POST") {
      sent += 1;
      codes.set(number, String(Number.parseInt(derive(seed, `code/${number}/${sent}`, 8), 16) % 10_000).padStart(4, "0"));
      // While messages do not get through, the shop says nothing of it.
      if (options.outages?.some((outage) => at >= outage.from && at < outage.to) === true) gone.add(number);
      else gone.delete(number);
      return json({ ok: true });
    }
    if (path === "/freischalten" && method === "GET") {
      const right = codes.get(number) !== undefined && codes.get(number) === form.get("ziffern");
      if (right) codes.delete(number);
      return json(right ? { ok: true, gast: derive(seed, number, 12) } : { ok: false, grund: "stimmt nicht" });
    }
    if (path === "/anmelden" && method === "POST") {
      const who = form.get("kunde") ?? "";
      const right = form.get("losung") === wordOf(who);
      const cookie: readonly (readonly [string, string])[] = right ? [["set-cookie", `sitzung=${derive(seed, `${who}/${at}`, 32)}; HttpOnly`]] : [];
      return { status: 302, headers: [["location", right ? "/konto" : "/anmelden?fehler=1"], ...cookie], body: "", durationMs: 40 };
    }
    return { status: 404, headers: [], body: "", durationMs: 3 };
  };
  const wordOf = (who: string): string => `${derive(seed, `word/${who}`, 9)}!`;
  const get = (path: string, headers: TrafficRequest["headers"]): TrafficRequest => ({ method: "GET", path, headers });
  const post = (path: string, fields: Readonly<Record<string, string>>, headers: TrafficRequest["headers"]): TrafficRequest => ({
    method: "POST",
    path,
    headers: [...headers, ["Content-Type", "application/x-www-form-urlencoded"]],
    body: new URLSearchParams(fields).toString(),
  });
  const door: AbuseDoor = {
    *begin(n, headers, _via, sends) {
      sends?.();
      const answer = yield post("/rufnummer/pruefen", { rufnummer: numberOf(n) }, headers);
      return answer.status === 200 ? numberOf(n) : undefined;
    },
    check: (_n, reference, code, headers) => get(`/freischalten?rufnummer=${encodeURIComponent(reference)}&ziffern=${code}`, headers),
    signIn: (n, password, headers) => post("/anmelden", { kunde: nameOf(n), losung: password, merken: "1" }, headers),
  };
  return {
    handle,
    door,
    codeOf: (n) => (gone.has(numberOf(n)) ? undefined : codes.get(numberOf(n))),
    passwordOf: (n) => wordOf(nameOf(n)),
    codeDigits: 4,
    neighbour: (n) => 12_000 + n * 6_000,
  };
}

function json(content: unknown): ReturnType<Latchkey["handle"]> {
  return { status: 200, headers: [["content-type", "application/json"]], body: JSON.stringify(content), durationMs: 12 };
}

/** Austrian-looking numbers, ten thousand to a prefix; the first digits say which. */
function numberOf(n: number): string {
  const prefix = 2_000 + ((n * 37) % 6_000);
  return `+43664${prefix}${String((n * 7_919 + Math.floor(n / 6_000) * 13) % 10_000).padStart(4, "0")}`;
}

function nameOf(n: number): string {
  return `gast${n}@kiosk.example`;
}
