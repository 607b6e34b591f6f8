import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { plainPage } from "./plain-page.ts";

/** Files and bytes of a console build we agree to hold; a wrong folder given by mistake stops here, with an error at start. */
export const consoleFilesMax = 500;
export const consoleBytesMax = 32 * 1_024 * 1_024;

export interface StaticConsole {
  answer(path: string, acceptEncoding: string): Response;
}

/**
 * Reads the console's build once and answers from memory, so no request path ever reaches the file system. Files under `/assets/` have
 * their hash in the name and are cached for good; every other path that is not a file gets the shell, which holds no data.
 */
export function loadConsole(dir: string | undefined): StaticConsole {
  const files = dir === undefined ? new Map<string, File>() : read(dir);
  const shell = files.get("/index.html");
  return {
    answer(path, acceptEncoding) {
      const file = files.get(path);
      if (file !== undefined && path !== "/index.html") return respond(file, path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache", acceptEncoding);
      if (path.startsWith("/assets/")) return new Response("Not found", { status: 404, headers: { "content-type": "text/plain" } });
      if (shell !== undefined) return respond(shell, "no-cache", acceptEncoding);
      return new Response(
        plainPage("The console is not built", "<p>The API works. To have the console here, run <code>npm run build -w packages/console</code> and start again.</p>"),
        {
          headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
        },
      );
    },
  };
}

interface File {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".png": "image/png",
  ".txt": "text/plain; charset=utf-8",
};

function read(dir: string): Map<string, File> {
  const files = new Map<string, File>();
  let bytes = 0;
  for (const entry of entriesOf(dir)) {
    if (!entry.isFile()) continue;
    const full = join(entry.parentPath, entry.name);
    const plain = new Uint8Array(readFileSync(full));
    bytes += plain.byteLength;
    if (files.size >= consoleFilesMax || bytes > consoleBytesMax)
      throw new Error(`The console folder holds more than ${consoleFilesMax} files or ${consoleBytesMax} bytes: is it the console's build?`);
    const extension = extname(entry.name);
    const text = extension !== ".woff2" && extension !== ".png";
    files.set(`/${relative(dir, full).split(sep).join("/")}`, {
      type: types[extension] ?? "application/octet-stream",
      plain,
      gzip: text && plain.byteLength > 1_024 ? new Uint8Array(gzipSync(plain)) : undefined,
    });
  }
  return files;
}

function entriesOf(dir: string): ReturnType<typeof listed> {
  try {
    return listed(dir);
  } catch {
    return [];
  }
}

function listed(dir: string) {
  return readdirSync(dir, { recursive: true, withFileTypes: true });
}

function respond(file: File, cache: string, acceptEncoding: string): Response {
  const zipped = file.gzip !== undefined && /\bgzip\b/.test(acceptEncoding.slice(0, 256));
  return new Response(zipped ? file.gzip : file.plain, {
    headers: { "content-type": file.type, "cache-control": cache, vary: "accept-encoding", ...(zipped ? { "content-encoding": "gzip" } : {}) },
  });
}
