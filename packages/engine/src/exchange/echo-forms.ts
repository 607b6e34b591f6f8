/** Spellings under which the identifier asked about may come back: as it stood, and its digits. Too short ones are left out, they would mask by chance. */
export function echoForms(echo: readonly string[]): readonly string[] {
  const [only] = echo;
  if (echo.length !== 1 || only === undefined) return formsOf(echo);
  if (only !== lastEcho) {
    lastForms = formsOfOne(only);
    lastEcho = only;
  }
  return lastForms;
}

/** Gate, scheme and class ask about the same identifier in turn: the last one is remembered. */
let lastEcho = "";
let lastForms: readonly string[] = [];

/** Longest first. */
function formsOf(echo: readonly string[]): readonly string[] {
  const forms = new Set(echo.slice(0, echoesMax).flatMap(formsOfOne));
  return [...forms].sort((a, b) => b.length - a.length);
}

function formsOfOne(raw: string): string[] {
  const text = raw.trim();
  if (text.length < 3) return [];
  const lower = text.toLowerCase();
  const digits = digitsOf(text);
  return digits.length < 5 || digits === lower ? [lower] : [lower, digits];
}

function digitsOf(text: string): string {
  let digits = "";
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) continue;
    digits += text.slice(from, i);
    from = i + 1;
  }
  return from === 0 ? text : digits + text.slice(from);
}

/** `text` in lower case with every form of the identifier replaced by `{}`. */
export function maskEcho(text: string, forms: readonly string[]): string {
  let out = text.toLowerCase();
  for (const form of forms) if (out.includes(form)) out = out.replaceAll(form, "{}");
  return out;
}

/** Identifiers of one request that are masked. */
export const echoesMax = 8;
