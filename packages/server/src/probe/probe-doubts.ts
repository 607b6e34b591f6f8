import type { Ports } from "@postern/engine";
import { featuresOf } from "./answer-features.ts";
import { type Asked, isUsable, type Judged } from "./judge-endpoint.ts";
import type { ProbeAnswer } from "./probe-client.ts";
import { leastPerSide } from "./probe-plan.ts";

/** Why the probe cannot say "no oracle", and what to do about it. */
export interface Doubt {
  readonly code: DoubtCode;
  readonly what: string;
  readonly remedy: string;
}

export type DoubtCode = "unreachable" | "refused" | "redirected" | "limited" | "failing" | "not-understood" | "like-anything" | "too-few" | "hint" | "unsteady";

/** What stands between these answers and a verdict; empty when nothing does. The most telling first. */
export function doubtOf(asked: readonly Asked[], elsewhere: readonly ProbeAnswer[], judged: Judged, ports: Ports): readonly Doubt[] {
  const doubts: Doubt[] = [];
  const add = (code: DoubtCode, what: string, remedy: string): void => void doubts.push({ code, what, remedy });
  const usable = asked.filter(({ answer }) => isUsable(answer));
  const share = (test: (answer: ProbeAnswer) => boolean): number => asked.filter(({ answer }) => test(answer)).length / Math.max(1, asked.length);
  const silent = share(({ status }) => status === 0);
  const failure = asked.find(({ answer }) => answer.failure !== undefined)?.answer.failure ?? "";
  if (silent > 0.1)
    add(
      "unreachable",
      `${silent === 1 ? "no request" : `${percent(1 - silent)} of the requests`} got an answer (${failure})`,
      failure === "ETIMEDOUT"
        ? "Give it longer with --timeout, or look whether it hangs."
        : "Check the address, that the service runs, and its certificate (NODE_EXTRA_CA_CERTS for one of your own).",
    );
  if (silent === 1) return doubts;
  const limited = share(({ status }) => status === 429);
  if (limited > 0.1)
    add(
      "limited",
      `${percent(limited)} of the answers were 429`,
      "Ask more slowly with --rate, or let the probe's address pass the limit: behind one that stops everybody nothing can be compared.",
    );
  const failing = share(({ status }) => status >= 500);
  if (failing > 0.1) add("failing", `${percent(failing)} of the answers were 5xx`, "Mend the service first, or check the body and headers the endpoint wants.");
  const all = (test: (answer: ProbeAnswer) => boolean): boolean => usable.length > 0 && usable.every(({ answer }) => test(answer));
  if (all(({ status }) => status === 401 || status === 403 || status === 407))
    add(
      "refused",
      `it answered ${statuses(usable)} to every question`,
      "Give a credential by --token-env or --header. That callers without one are all refused alike is good; what those with one are told is not seen.",
    );
  else if (all(({ status }) => status >= 300 && status < 400))
    add(
      "redirected",
      `it redirected every question (${statuses(usable)} to ${targetsOf(usable)})`,
      "Probe the address it points to: https, a slash at the end, or what comes after a sign-in.",
    );
  else if (all(({ status }) => notUnderstood.has(status)))
    add(
      "not-understood",
      `it answered ${statuses(usable)} to every question`,
      "Compare method, content type and body with a request that works; the identifiers must have the form the service wants.",
    );
  else if (judged.tells !== "proven" && elsewhere.length > 0 && likeElsewhere(usable, elsewhere, ports))
    add(
      "like-anything",
      `it answers as a path that does not exist does (${statuses(usable)})`,
      "Check the path. A firewall's page, a sign-in page or a single-page application's index before the service looks the same: probe behind it.",
    );
  const few = Math.min(...judged.usable);
  if (few < leastPerSide)
    add("too-few", `only ${few} identifiers of a side have a usable answer`, `Name at least ${leastPerSide} registered and ${leastPerSide} never-registered ones.`);
  const [hint] = judged.channels;
  if (judged.tells === "hint" && hint !== undefined)
    add(
      "hint",
      `${hint.kind}${hint.name === "" ? "" : ` ${hint.name}`} differs, too weakly to be sure (p ${hint.p.toExponential(1)})`,
      "Ask again with more identifiers, and for time with more --rounds on a quiet machine.",
    );
  if (judged.tells !== "proven" && judged.unsteady * 4 > judged.usable[0] + judged.usable[1])
    add(
      "unsteady",
      `${judged.unsteady} identifiers were answered one way and another`,
      "Take caches, tests of variants and limits off for the probe, or raise --warm-up so that they have settled.",
    );
  return doubts;
}

const notUnderstood: ReadonlySet<number> = new Set([400, 405, 406, 411, 413, 414, 415, 422]);

function likeElsewhere(usable: readonly Asked[], elsewhere: readonly ProbeAnswer[], ports: Ports): boolean {
  const look = (answer: ProbeAnswer, identifiers: readonly string[]): string =>
    featuresOf(answer, identifiers, ports)
      .filter(({ kind, name }) => kind === "status" || kind === "field" || kind === "text" || (kind === "value" && name !== "") || name === "content-type:")
      .map(({ kind, name, symbol }) => `${kind} ${name} ${symbol}`)
      .join("\n");
  const [first, second] = elsewhere;
  if (first === undefined || second === undefined) return false;
  const nowhere = look(first, []);
  // What is never the same twice is compared by status and type alone.
  if (nowhere === look(second, [])) return usable.every(({ answer, identifiers }) => look(answer, identifiers) === nowhere);
  return first.status >= 400 && usable.every(({ answer }) => answer.status === first.status && typeOf(answer) === typeOf(first) && typeOf(answer).includes("html"));
}

function typeOf(answer: ProbeAnswer): string {
  return answer.headers.find(([name]) => name === "content-type")?.[1] ?? "";
}

function statuses(usable: readonly Asked[]): string {
  return [...new Set(usable.map(({ answer }) => answer.status))].sort((a, b) => a - b).join(", ");
}

function targetsOf(usable: readonly Asked[]): string {
  const [first] = usable;
  const location = first?.answer.headers.find(([name]) => name === "location")?.[1] ?? "nowhere";
  // A path may hold the identifier.
  return URL.canParse(location) ? new URL(location).origin : location.startsWith("/") ? `/${location.split("/")[1]?.split("?")[0] ?? ""}` : "another place";
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
