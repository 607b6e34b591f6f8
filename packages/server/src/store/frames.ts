import type { Socket } from "node:net";

/**
 * JSON messages over a stream: four bytes of length (big endian), then UTF-8 JSON. A peer that announces more than
 * `bytesMax`, or sends what is no JSON, is cut off: it is not one of ours.
 */
export function onFrames(socket: Socket, bytesMax: number, receive: (message: unknown) => void): void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = -1;
  socket.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    held += chunk.length;
    for (;;) {
      if (wanted < 0) {
        if (held < 4) return;
        const all = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
        wanted = all.readUInt32BE(0);
        parts = [all.subarray(4)];
        held -= 4;
        if (wanted > bytesMax) {
          socket.destroy();
          return;
        }
      }
      if (held < wanted) return;
      const all = parts.length === 1 ? (parts[0] ?? chunk) : Buffer.concat(parts);
      const text = all.toString("utf8", 0, wanted);
      parts = [all.subarray(wanted)];
      held -= wanted;
      wanted = -1;
      let message: unknown;
      try {
        message = JSON.parse(text);
      } catch {
        socket.destroy();
        return;
      }
      receive(message);
    }
  });
}

/** The bytes of one message. */
export function frameOf(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message), "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length, 0);
  return Buffer.concat([head, body]);
}

/** A question is a name and a few values. */
export const requestBytesMax = 1024 * 1024;
/** 64 MiB: the largest page of the widest rows is below a tenth of it. */
export const answerBytesMax = 64 * 1024 * 1024;
