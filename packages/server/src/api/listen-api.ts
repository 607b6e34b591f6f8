import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { PosternError } from "@postern/engine";
import type { Api } from "./create-api.ts";

export interface ListeningApi {
  /** `http://127.0.0.1:4800`, by the host asked for. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends every connection, live streams too. */
  close(): Promise<void>;
}

/** Serves the API. `port` 0 takes a free one. Rejects with PORT_IN_USE when the port is taken. Slow and oversized heads are cut off by time and size. */
export async function listenApi(api: Api, where: { readonly host: string; readonly port: number }): Promise<ListeningApi> {
  const listener = getRequestListener(api.fetch);
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 30_000 },
    (request, response) => void listener(request, response),
  );
  server.maxConnections = 512;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" ? new PosternError("PORT_IN_USE", `Something listens on ${where.host}:${where.port} already.`, { cause: error }) : error);
    });
    server.listen(where.port, where.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : where.port;
  return {
    url: `http://${where.host.includes(":") ? `[${where.host}]` : where.host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
