/**
 * ISO 8601 date and time with a zone (`2026-11-22T05:45:34.379Z`, `…+05:30`, `…+0530`) as milliseconds since the epoch, or
 * undefined when it is none. Without a zone a time is ambiguous and refused. At most nine digits of a second's fraction,
 * of which three count. Years 1970–9999; the 30th of February is refused.
 */
export function parseIsoTime(text: string): number | undefined {
  const found = isoTime.exec(text);
  if (found === null) return undefined;
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = "", zone = ""] = found;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  const ms = Number(fraction.slice(1, 4).padEnd(3, "0"));
  const at = midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + ms;
  if (zone === "Z") return at;
  const offset = (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
  const utc = zone.startsWith("-") ? at + offset : at - offset;
  return utc < 0 ? 0 : utc;
}

/** Anchored, fixed-width parts: linear. The JSON Schema carries the same text. */
export const isoTime =
  /^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(\.[0-9]{1,9})?(Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])$/;
