/**
 * Makes a parser of `10/Oct/2000:13:55:36 -0700` at a place in a line: milliseconds since the epoch, or undefined when it
 * is no time. Lines of one second are neighbours in a log, so the last text parsed is remembered.
 */
export function clfTimeParser(): (line: string, from: number) => number | undefined {
  let lastText = "\0";
  let lastAt = 0;
  return (line, from) => {
    if (line.startsWith(lastText, from)) return lastAt;
    const at = parseClfTime(line, from);
    if (at !== undefined) {
      lastText = line.slice(from, from + clfTimeLength);
      lastAt = at;
    }
    return at;
  };
}

/** `dd/Mon/yyyy:hh:mm:ss ±zzzz` */
export const clfTimeLength = 26;

function parseClfTime(line: string, from: number): number | undefined {
  if (line.charAt(from + 2) !== "/" || line.charAt(from + 6) !== "/" || line.charAt(from + 11) !== ":" || line.charAt(from + 14) !== ":" || line.charAt(from + 17) !== ":")
    return undefined;
  const month = months.indexOf(line.slice(from + 3, from + 6).toLowerCase());
  const day = digits(line, from, 2);
  const year = digits(line, from + 7, 4);
  const hour = digits(line, from + 12, 2);
  const minute = digits(line, from + 15, 2);
  const second = digits(line, from + 18, 2);
  const sign = line.charAt(from + 21);
  const zoneHour = digits(line, from + 22, 2);
  const zoneMinute = digits(line, from + 24, 2);
  if (month === -1 || line.charAt(from + 20) !== " " || (sign !== "+" && sign !== "-")) return undefined;
  if (!(year >= 1970 && hour < 24 && minute < 60 && second <= 60 && zoneHour < 24 && zoneMinute < 60)) return undefined;
  const midnight = Date.UTC(year, month, day);
  if (!(day >= 1) || new Date(midnight).getUTCMonth() !== month) return undefined;
  const offset = (zoneHour * 60 + zoneMinute) * 60_000;
  return midnight + ((hour * 60 + minute) * 60 + second) * 1_000 - (sign === "+" ? offset : -offset);
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** NaN when one of them is no digit. */
function digits(line: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i += 1) {
    const digit = line.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
