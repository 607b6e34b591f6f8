import { connect } from "node:net";
import { localSocketPath } from "../../local-socket.ts";

/** Whether a hub listens for this data directory right now. */
export async function hubRuns(dataDir: string): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const socket = connect(localSocketPath(dataDir, "hub"));
    const end = (runs: boolean): void => {
      socket.destroy();
      resolve(runs);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.setTimeout(connectMs, () => end(true));
  });
}

/** A local socket answers at once; one that is there and does not belongs to a busy hub. */
const connectMs = 2_000;
