/** The one style sheet of the pages the server writes itself. Inline, allowed by its hash: it must be byte-equal to what the page holds. */
export const plainPageStyle = `:root{color-scheme:light dark;--bg:#f3f5f5;--card:#fff;--ink:#12191b;--soft:#526066;--line:#d5dcdd;--brand:#0b6e63;--on:#fff}
@media (prefers-color-scheme:dark){:root{--bg:#0d1214;--card:#141b1e;--ink:#e4eaeb;--soft:#98a6ac;--line:#273136;--brand:#4cc2ae;--on:#06201c}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{width:100%;max-width:400px;padding:28px;background:var(--card);border:1px solid var(--line);border-radius:8px}
svg{display:block;color:var(--brand)}h1{margin:16px 0 6px;font-size:20px;line-height:1.25}p{margin:0 0 16px;color:var(--soft)}p:last-child{margin:0}
code{font:13px ui-monospace,monospace;color:var(--ink)}
button{width:100%;padding:10px 16px;border:0;border-radius:6px;background:var(--brand);color:var(--on);font:600 15px system-ui,sans-serif;cursor:pointer}
button:focus-visible{outline:2px solid var(--ink);outline-offset:2px}`;

/** A small page without script. `body` is markup of ours: escape what came from outside with {@link escapeHtml}. */
export function plainPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)} · Postern</title><style>${plainPageStyle}</style></head><body><main>${mark}<h1>${escapeHtml(title)}</h1>${body}</main></body></html>`;
}

/** Text for HTML content and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** The gate: an arch in a wall, its door ajar. */
const mark = `<svg width="32" height="32" viewBox="0 0 24 24" fill="none" aria-hidden="true"><path d="M3 21V11a9 9 0 0 1 18 0v10" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><path d="M8 21v-9a4 4 0 0 1 8 0v9l-5-2.2V12" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/></svg>`;
