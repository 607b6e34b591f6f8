import type { FindingView } from "../../api/views.ts";
import { count, plain } from "./text-layout.ts";

/** The telling numbers of a finding in one sentence; lists and zeros are left to `--json`. */
export function evidenceText(evidence: FindingView["evidence"]): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(evidence)) {
    if (parts.length >= 6) break;
    if (typeof value === "object" || value === "" || value === 0) continue;
    parts.push(`${plain(words(name))} ${typeof value === "number" ? number(value) : plain(String(value))}`);
  }
  return parts.join(", ");
}

/** What a signal means, with its telling numbers behind it. */
export function meaningText({ meaning, ...rest }: FindingView["evidence"]): string {
  const numbers = evidenceText(rest);
  if (meaning === undefined) return numbers;
  return numbers === "" ? plain(String(meaning)) : `${plain(String(meaning))} (${numbers})`;
}

/** `recordsPerHourSeen` reads `records per hour seen`. */
function words(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function number(value: number): string {
  if (Math.abs(value) >= 1e9) return value.toExponential(1);
  return Number.isInteger(value) ? count(value) : String(value);
}

/** Who accepted a weakness, and until when it stays so. */
export function acceptedText({ by, reason, until }: NonNullable<FindingView["accepted"]>): string {
  return `Accepted by ${plain(by)} until ${until}: ${plain(reason)}`;
}
