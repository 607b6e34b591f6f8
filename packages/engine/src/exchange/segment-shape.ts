/**
 * How a path segment looks, without what it says: runs of digits `d`, letters `a`, other `x` with their lengths, and `-._~@+:` as they are. `999-15550100` is
 * `d3-d8`. At most {@link runsMax} runs, then `…`. Lengths over 99 read `99`.
 */
export function segmentShape(segment: string): string {
  let shape = "";
  let runs = 0;
  let kind = "";
  let length = 0;
  for (let i = 0; i <= segment.length; i += 1) {
    const next = i < segment.length ? kindOf(segment.charCodeAt(i)) : "";
    if (next === kind && next.length > 0 && !marks.includes(next)) {
      length += 1;
      continue;
    }
    if (kind !== "") shape += marks.includes(kind) ? kind : `${kind}${Math.min(length, 99)}`;
    kind = next;
    length = 1;
    runs += 1;
    if (runs > runsMax && next !== "") return `${shape}…`;
  }
  return shape;
}

/** A UUID has nine runs when its hex groups mix letters and digits little; more tells nothing more. */
export const runsMax = 9;

const marks = "-._~@+:";

function kindOf(c: number): string {
  if (c >= 48 && c <= 57) return "d";
  if ((c >= 97 && c <= 122) || (c >= 65 && c <= 90)) return "a";
  const mark = String.fromCharCode(c);
  return marks.includes(mark) ? mark : "x";
}
