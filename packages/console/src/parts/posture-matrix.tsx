import type { Endpoint } from "../api-types.ts";
import { AuthBadge } from "./badges.tsx";
import { Card } from "./card.tsx";
import { count, plural } from "./format.ts";
import { useCommand } from "./use-command.ts";

/** As the API words them: `answered without credential`. */
const callers = {
  "without credential": "None",
  "with a malformed credential": "Malformed",
  "with an expired credential": "Expired",
  "with another's credential": "Another's",
  "with a shared credential": "The same for all",
  "with credential": "Valid",
} as const;
const outcomes = { answered: "Data", "answered empty": "Empty", refused: "Refused", otherwise: "Other" } as const;
type Caller = keyof typeof callers;
type Outcome = keyof typeof outcomes;

const verdicts: Readonly<Record<Endpoint["auth"]["verdict"], string>> = {
  enforced: "Callers without a credential were refused and never got data; callers with one were answered.",
  "not enforced": "Callers without a credential of their own got data, none of them was refused, and a credential made no difference.",
  optional: "Callers without a credential got data, and a credential makes a difference or may make one.",
  unproven: "What was seen proves neither that it refuses strangers nor that it answers them.",
};

/** What each sort of caller got, the verdict that follows, the exchanges that show it, and what it cannot say. */
export function PostureMatrix({ endpoint }: { readonly endpoint: Endpoint }) {
  const { auth } = endpoint;
  const command = useCommand();
  const known = Object.keys(callers).flatMap((caller) => Object.keys(outcomes).map((outcome) => `${outcome} ${caller}`));
  // What a later Postern counts beside these is not lost.
  const others = Object.entries(auth.evidence).filter(([name]) => !known.includes(name));
  const samples = Object.entries(auth.samples).filter(([, ids]) => ids.length > 0);
  return (
    <Card title="Credential" badge={<AuthBadge verdict={auth.verdict} />}>
      <p className="max-w-[75ch]">{verdicts[auth.verdict]}</p>
      <div className="mt-3 grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <table className="w-full border-collapse">
          <caption className="pb-1 text-left text-[13px] text-soft">Requests by the credential they came with and the answer they got</caption>
          <thead>
            <tr className="text-[12px] text-soft">
              <th className="py-1.5 pr-2 text-left font-medium">Credential</th>
              {Object.values(outcomes).map((name) => (
                <th key={name} className="px-1 py-1.5 text-right font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(Object.keys(callers) as Caller[]).map((caller) => (
              <tr key={caller} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-2 text-left text-[13px] font-normal">
                  {callers[caller]}
                </th>
                {(Object.keys(outcomes) as Outcome[]).map((outcome) => (
                  <Cell key={outcome} value={auth.evidence[`${outcome} ${caller}`] ?? 0} tone={toneOf(caller, outcome)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <div className="grid content-start gap-3 text-[13px]">
          <Line name="Kinds seen" text={auth.kinds.join(", ") || "none"} />
          {auth.jwt !== null && <Line name="Tokens (JWT)" text={jwtText(auth.jwt)} />}
          {others.map(([name, value]) => (
            <Line key={name} name={name} text={count(value)} />
          ))}
          <div>
            <p className="text-soft">Sample evidence</p>
            {samples.length === 0 ? (
              <p>None kept.</p>
            ) : (
              <>
                <ul className="mt-0.5 grid gap-1">
                  {samples.slice(0, samplesShown).map(([name, ids]) => (
                    <li key={name}>
                      {name}: <span className="font-mono text-xs [overflow-wrap:anywhere]">{ids.join(", ")}</span>
                    </li>
                  ))}
                </ul>
                <p className="mt-1 text-soft">
                  <code className="font-mono text-xs [overflow-wrap:anywhere]">{command("why <id>")}</code> with one of these shows the exchange, where it was stored.
                </p>
              </>
            )}
          </div>
          <div>
            <p className="text-soft">What it cannot see</p>
            <ul className="mt-0.5 grid list-disc gap-1 pl-4">
              {unseen(endpoint).map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </div>
        </div>
      </div>
    </Card>
  );
}

const samplesShown = 8;

function Cell({ value, tone }: { readonly value: number; readonly tone: string }) {
  return <td className={`px-1 py-1.5 text-right ${value === 0 ? "text-soft" : `font-medium ${tone}`}`}>{value === 0 ? "0" : count(value)}</td>;
}

function Line({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <div>
      <p className="text-soft">{name}</p>
      <p className="[overflow-wrap:anywhere]">{text}</p>
    </div>
  );
}

/** Data for somebody who has no credential of his own is what should not be. */
function toneOf(caller: Caller, outcome: Outcome): string {
  if (outcome === "refused") return "text-brand";
  return outcome === "answered" && caller !== "with credential" ? "text-leak" : "";
}

function jwtText({ issuers, algorithms, lifetimeSeconds }: NonNullable<Endpoint["auth"]["jwt"]>): string {
  const life =
    lifetimeSeconds === null
      ? "no lifetime said"
      : `valid for ${span(lifetimeSeconds.min)}${lifetimeSeconds.max === lifetimeSeconds.min ? "" : ` to ${span(lifetimeSeconds.max)}`}`;
  return `${algorithms.join(", ") || "no algorithm said"}; issued by ${issuers.join(", ") || "nobody named"}; ${life}`;
}

function span(seconds: number): string {
  if (seconds < 120) return plural(Math.round(seconds), "second");
  if (seconds < 7_200) return plural(Math.round(seconds / 60), "minute");
  return seconds < 172_800 ? plural(Math.round(seconds / 3_600), "hour") : plural(Math.round(seconds / 86_400), "day");
}

/** In plain words, of this endpoint. */
function unseen({ auth, requests }: Endpoint): readonly string[] {
  const total = Object.values(auth.evidence).reduce((sum, value) => sum + value, 0);
  if (total === 0) return ["Any credential: no source of this traffic carried request headers. Access logs never do; a HAR, exchange NDJSON or the gate does."];
  const never = (Object.keys(callers) as Caller[]).filter((caller) => Object.keys(outcomes).every((outcome) => (auth.evidence[`${outcome} ${caller}`] ?? 0) === 0));
  return [
    ...(total < requests ? [`${count(requests - total)} of ${plural(requests, "request")} are not counted: no headers were recorded, or there was no answer.`] : []),
    ...(never.includes("without credential") ? ["Nobody came without a credential, so nobody was seen refused for lack of one."] : []),
    ...(never.length > 0 ? [`Never seen: ${never.map((caller) => callers[caller].toLowerCase()).join(", ")}.`] : []),
    "Whether a credential is genuine: that shows in the answer alone. “Valid” means that nothing is wrong with it that can be seen.",
  ];
}
