import type { ReactNode } from "react";
import type { Endpoint, Finding, Incident } from "../api-types.ts";

type Tone = "plain" | "leak" | "warn" | "brand" | "loud";

const tones: Readonly<Record<Tone, string>> = {
  plain: "text-soft bg-sunk border-line",
  leak: "text-leak bg-leak-tint border-transparent",
  warn: "text-warn bg-warn-tint border-transparent",
  brand: "text-brand bg-brand-tint border-transparent",
  loud: "text-card bg-leak border-transparent",
};

/** A word in a box. Colour repeats what the word says, it never says it alone. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return <span className={`inline-block rounded border px-1.5 py-px text-xs font-medium whitespace-nowrap ${tones[tone]}`}>{children}</span>;
}

const levelTones: Readonly<Record<Incident["level"], Tone>> = { critical: "loud", high: "leak", medium: "warn", low: "plain", info: "plain" };

export function LevelBadge({ level }: { readonly level: Incident["level"] }) {
  return <Badge tone={levelTones[level]}>{level}</Badge>;
}

export function StatusBadge({ status }: { readonly status: Incident["status"] | Finding["status"] }) {
  return <Badge tone={status === "open" ? "leak" : status === "fixed" || status === "closed" ? "brand" : "plain"}>{status}</Badge>;
}

const authTones: Readonly<Record<Endpoint["auth"]["verdict"], Tone>> = { enforced: "brand", "not enforced": "leak", optional: "warn", unproven: "plain" };

export function AuthBadge({ verdict }: { readonly verdict: Endpoint["auth"]["verdict"] }) {
  return <Badge tone={authTones[verdict]}>{verdict}</Badge>;
}

/** How sure, and how much one answer gives away. */
export function OracleBadge({ oracle }: { readonly oracle: Endpoint["oracle"] }) {
  if (oracle === null) return <span className="text-soft">none seen</span>;
  return (
    <Badge
      tone={oracle.verdict === "proven" ? "leak" : "warn"}
    >{`${oracle.verdict} · tells ${oracle.bits >= 0.995 ? "all" : `${Math.max(1, Math.round(oracle.bits * 100))} %`}`}</Badge>
  );
}
