import { createServer, type Server } from "node:net";

/**
 * The service behind every contender: answers each complete request head with the same small JSON, from a plain socket, so that the machine's cores
 * go to what is measured. Reads requests without a body only.
 */
export function fastOrigin(): Server {
  return createServer((socket) => {
    let tail = "";
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      const text = tail + chunk.toString("latin1");
      let from = 0;
      let answers = "";
      for (let end = text.indexOf(headEnd); end >= 0; end = text.indexOf(headEnd, from)) {
        from = end + headEnd.length;
        answers += answer;
      }
      tail = text.slice(from);
      if (tail.length > headBytesMax) socket.destroy();
      else if (answers !== "") socket.write(answers, "latin1");
    });
  });
}

const headEnd = "\r\n\r\n";
const body = '{"items":[1,2,3],"next":null}';
const answer = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
/** A head is a few hundred bytes here. */
const headBytesMax = 65_536;
