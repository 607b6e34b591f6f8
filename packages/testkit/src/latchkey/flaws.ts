/**
 * The sins Latchkey can be made to commit, each alone. A new one is a line here and the place in the service that reads
 * its switch. With all off the service is the hardened build.
 */
export const flawCatalogue = {
  F1: "no authentication: the lookup and the start of a registration ask for no attestation token",
  F2: "no limit: an address may look up as often as it likes",
  F3: "existence by body: a known number gets its account, an unknown one a refusal",
  F4: "existence by time: a known number takes 15–25 ms longer",
} as const;

export type FlawId = keyof typeof flawCatalogue;
export type Flaws = Readonly<Record<FlawId, boolean>>;

export const flawIds: readonly FlawId[] = ["F1", "F2", "F3", "F4"];

/** Only the named flaws are on. */
export function flaws(...on: FlawId[]): Flaws {
  return { F1: on.includes("F1"), F2: on.includes("F2"), F3: on.includes("F3"), F4: on.includes("F4") };
}

/** Reads `F1,F3`; the empty text and `none` mean the hardened build. An unknown name is returned as the error it is. */
export function parseFlaws(text: string): { readonly ok: true; readonly flaws: Flaws } | { readonly ok: false; readonly unknown: string } {
  const on: FlawId[] = [];
  for (const part of text.split(",")) {
    const name = part.trim().toUpperCase();
    if (name === "" || name === "NONE") continue;
    const known = flawIds.find((id) => id === name);
    if (known === undefined) return { ok: false, unknown: part.trim() };
    on.push(known);
  }
  return { ok: true, flaws: flaws(...on) };
}
