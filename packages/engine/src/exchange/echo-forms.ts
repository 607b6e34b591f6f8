/** Spellings under which the identifier asked about may come back: as it stood, and its digits. Too short ones are left out, they would mask by chance. */
export function echoForms(echo: readonly string[]): readonly string[] {
  const [only] = echo;
  if (echo.length !== 1 || only === undefined) return formsOf(echo);
  if (only !== lastEcho) {
    lastForms = formsOf(echo);
    lastEcho = only;
  }
  return lastForms;
}

/** Gate, scheme and class ask about the same identifier in turn: the last one is remembered. */
let lastEcho = "";
let lastForms: readonly string[] = [];

function formsOf(echo: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const raw of echo.slice(0, echoesMax)) {
    const text = raw.trim();
    if (text.length >= 3) forms.add(text.toLowerCase());
    let digits = "";
    for (const char of text) if (char >= "0" && char <= "9") digits += char;
    if (digits.length >= 5) forms.add(digits);
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** `text` in lower case with every form of the identifier replaced by `{}`. */
export function maskEcho(text: string, forms: readonly string[]): string {
  let out = text.toLowerCase();
  for (const form of forms) if (out.includes(form)) out = out.replaceAll(form, "{}");
  return out;
}

/** Identifiers of one request that are masked. */
export const echoesMax = 8;
