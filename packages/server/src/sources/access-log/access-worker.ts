import { parentPort, workerData } from "node:worker_threads";
import { callersOf } from "@postern/engine";
import { makePorts } from "../../keys/make-ports.ts";
import { accessLineBytesMax, accessLogLineIn } from "./access-log.ts";
import { LineSplitter } from "../lines.ts";
import { tooLong } from "../read-lines.ts";
import { type PackedRows, RowPacker } from "./access-rows.ts";
import type { AccessWorkerStart } from "./read-ahead.ts";

/**
 * The thread that reads an access log's lines while another judges: takes pieces of the file in order, `null` for its end, and answers each with its packed records.
 */
function work(start: AccessWorkerStart): void {
  let mapping: string | undefined;
  const parse = accessLogLineIn(start.format, { name: start.name, onMapping: (text) => (mapping = text) });
  const splitter = new LineSplitter(accessLineBytesMax, start.linesBefore);
  const packer = new RowPacker(start.secret === undefined ? undefined : callersOf(makePorts({ secret: start.secret }, 1)));
  const sink = {
    line: (text: string, number: number): void => {
      const record = parse(text, number);
      if (record === undefined) return;
      if ("reason" in record) packer.reject(record);
      else packer.add(record, number);
    },
    tooLong: (number: number): void => packer.reject(tooLong(number, accessLineBytesMax)),
  };
  parentPort?.on("message", (bytes: Uint8Array | null) => {
    if (bytes === null) splitter.end(sink);
    else splitter.push(bytes, sink);
    const packed: PackedRows = { ...packer.take(), mapping };
    parentPort?.postMessage(packed, [packed.at.buffer, packed.size.buffer, packed.durationMs.buffer, packed.numbers.buffer]);
  });
}

work(workerData as AccessWorkerStart);
