import { closeSync, openSync, writeSync } from "node:fs";

/**
 * Writes `lines` lines of nginx's combined log to `file`: an API of 60 templates with ids, a long tail of addresses, four in a hundred errors, ten
 * minutes to the hundred thousand lines. The same bytes for the same `lines`, on every machine. Returns the bytes written.
 */
export function writeCombinedLog(file: string, lines: number): number {
  const fd = openSync(file, "w", 0o600);
  const random = mulberry(20_260_105);
  let bytes = 0;
  try {
    let text = "";
    for (let n = 0; n < lines; n++) {
      text += lineOf(n, random);
      if (text.length > chunkCharacters || n === lines - 1) {
        bytes += writeSync(fd, text, null, "latin1");
        text = "";
      }
    }
  } finally {
    closeSync(fd);
  }
  return bytes;
}

function lineOf(n: number, random: () => number): string {
  const pick = random();
  // The square makes few callers busy and many rare, as traffic is.
  const caller = Math.floor(random() * random() * callersMax);
  const address = `${11 + (caller >> 16)}.${(caller >> 8) & 255}.${caller & 255}.${1 + (caller % 250)}`;
  const collection = collections[Math.floor(random() * random() * collections.length)] ?? "items";
  const id = 100_000 + Math.floor(random() * 50_000);
  let method = "GET";
  let path: string;
  if (pick < 0.35) path = `/api/v1/${collection}/${id}`;
  else if (pick < 0.6) path = `/api/v1/${collection}?page=${1 + Math.floor(random() * 40)}&limit=20`;
  else if (pick < 0.75) path = `/api/v1/${collection}/${id}/history`;
  else if (pick < 0.85) {
    method = "POST";
    path = `/api/v1/${collection}`;
  } else if (pick < 0.93) {
    method = "PUT";
    path = `/api/v1/${collection}/${id}`;
  } else path = statics[Math.floor(random() * statics.length)] ?? "/";
  const trouble = random();
  const status = trouble < 0.03 ? 404 : trouble < 0.035 ? 500 : trouble < 0.04 ? 401 : method === "POST" ? 201 : 200;
  const at = new Date(baseAt + n * 6);
  const time = `${two(at.getUTCDate())}/Jan/2026:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  return `${address} - - [${time}] "${method} ${path} HTTP/1.1" ${status} ${180 + Math.floor(random() * 4_000)} "-" "${agents[caller % agents.length]}"\n`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const callersMax = 200_000;
const chunkCharacters = 1 << 20;
const baseAt = Date.UTC(2026, 0, 5);
const collections = [
  "orders",
  "users",
  "invoices",
  "products",
  "carts",
  "tickets",
  "devices",
  "sessions",
  "payments",
  "reviews",
  "addresses",
  "messages",
  "files",
  "teams",
  "plans",
];
const statics = ["/", "/health", "/favicon.ico", "/assets/app.js", "/assets/app.css", "/docs/index.html"];
const agents = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
  "okhttp/4.12.0",
  "app/4.2 (phone; 17.1)",
  "python-requests/2.32.3",
];
