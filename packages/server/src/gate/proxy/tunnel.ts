import type { Socket } from "node:net";
import type { ResponseHead } from "./response-parser.ts";

/** Joins two sockets after `101 Switching Protocols`: bytes pass both ways untouched, the end of one is the end of the other. Nothing inside is judged. */
export function openTunnel(client: Socket, clientRest: Buffer, upstream: Socket, upstreamRest: Buffer, head: ResponseHead, idleMs: number, tunnels: Set<Socket>): void {
  let text = `HTTP/1.1 101 ${head.reason}\r\n`;
  for (let at = 0; at < head.rawHeaders.length; at += 2) text += `${head.rawHeaders[at]}: ${head.rawHeaders[at + 1]}\r\n`;
  client.write(`${text}\r\n`, "latin1");
  if (upstreamRest.length > 0) client.write(upstreamRest);
  if (clientRest.length > 0) upstream.write(clientRest);
  const cut = (): void => {
    tunnels.delete(client);
    client.destroy();
    upstream.destroy();
  };
  tunnels.add(client);
  // Reads and writes both count as activity of the client's socket, so one timer watches both ways.
  client.setTimeout(idleMs, cut);
  client.on("error", cut).on("close", cut);
  upstream.on("error", cut).on("close", cut);
  client.pipe(upstream);
  upstream.pipe(client);
}
