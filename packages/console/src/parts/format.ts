const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const precise = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `184,223` */
export function count(value: number): string {
  return whole.format(value);
}

/** `≈1,042` for a live count that is an estimate; up to 64 none is. */
export function learned(value: number, { estimated }: { readonly estimated: boolean }): string {
  return `${estimated && value > 64 ? "≈" : ""}${count(value)}`;
}

/** `47.3`, `1,204`; one decimal below a hundred. */
export function rate(value: number): string {
  return value < 100 ? short.format(value) : whole.format(value);
}

/** `41.2K` */
export function brief(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

/** Evidence values: large numbers in powers of ten, small ones to three digits, the rest as people write them. */
export function evidence(value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (Math.abs(value) >= 1e7) return value.toExponential(1).replace("e+", " × 10^");
  return Math.abs(value) < 10 ? precise.format(value) : short.format(value);
}

/** A name of evidence as words: `repeatEvidenceNats` → `repeat evidence nats`. */
export function words(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** `3 s ago`, `41 min ago`, `2 d ago`; by the product's clock, which a demo may run fast. */
export function ago(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** `22 Nov, 09:42:07` in the reader's own zone. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** `1 source`, `412 sources` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `0.3 %`, `41 %`; what is there at all is never shown as 0. */
export function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 0.1 ? "< 0.1 %" : `${value < 10 ? short.format(value) : whole.format(value)} %`;
}

/** `4.1 ms`, `1.2 s` */
export function milliseconds(value: number): string {
  return value < 1_000 ? `${value < 100 ? short.format(value) : whole.format(value)} ms` : `${short.format(value / 1_000)} s`;
}

/** `22 Nov 2026` in the reader's own zone. */
export function day(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
