/** Reads `90s`, `10m`, `1h`, `7d`, `1h30m` to milliseconds; undefined for anything else, for zero, and beyond 400 days. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 32) return undefined;
  const parts = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?(?:(\d{1,10})ms)?$/.exec(text.trim());
  if (parts === null) return undefined;
  const [days, hours, minutes, seconds, milliseconds] = parts.slice(1).map((part) => Number(part ?? 0));
  const ms = (days ?? 0) * 86_400_000 + (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1_000 + (milliseconds ?? 0);
  return ms > 0 && ms <= durationMaxMs ? ms : undefined;
}

/** 400 days: the longest anything is kept. */
export const durationMaxMs = 400 * 86_400_000;
