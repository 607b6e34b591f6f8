/** A host as a `Host` header has it, lower case, with or without its port; undefined for anything else, `-` and `_` included. At most 255 characters. */
export function hostTextOf(text: string): string | undefined {
  return text.length <= 255 && isHostText(text) && /[0-9a-z]/i.test(text) ? text.toLowerCase() : undefined;
}

/** Letters, digits and `.:-_[]` only: an address or a host name, with or without a port. */
export function isHostText(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    const fine = (c >= 48 && c <= 58) || (c >= 97 && c <= 122) || (c >= 65 && c <= 91) || c === 93 || c === 45 || c === 46 || c === 95;
    if (!fine) return false;
  }
  return text !== "";
}
