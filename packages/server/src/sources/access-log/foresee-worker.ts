import { parentPort, workerData } from "node:worker_threads";
import { Foresight, pathViewOf } from "@postern/engine";
import { makePorts } from "../../keys/make-ports.ts";
import { LineSplitter } from "../lines.ts";
import { accessLineBytesMax, accessLogLineIn } from "./access-log.ts";
import type { ForeseeWorkerStart } from "./foresee-ahead.ts";

/** A thread of {@link foreseeAhead}: takes pieces of whole lines, answers each, and at `null` hands over what it gathered. */
function work({ format, secret, pathsMax }: ForeseeWorkerStart): void {
  const ports = makePorts({ secret }, 1);
  const foresight = new Foresight(ports, pathsMax);
  const parse = accessLogLineIn(format, { name: "" });
  const splitter = new LineSplitter(accessLineBytesMax);
  const sink = {
    line: (text: string, number: number): void => {
      const record = parse(text, number);
      if (record !== undefined && !("reason" in record)) foresight.add(pathViewOf(record, ports));
    },
    tooLong: (): void => undefined,
  };
  parentPort?.on("message", (bytes: Uint8Array | null) => {
    if (bytes === null) {
      splitter.end(sink);
      parentPort?.postMessage(foresight.exported(), []);
      return;
    }
    splitter.push(bytes, sink);
    parentPort?.postMessage(null, []);
  });
}

work(workerData as ForeseeWorkerStart);
