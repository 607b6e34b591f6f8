// A child of the kill test: journals disclosures at about 10,000 a second in small segments until it is killed, each with a subject of its own.
import { Journal } from "../journal.ts";
import { sampleDisclosure } from "./sample-rows.ts";

const [dir = ""] = process.argv.slice(2);
const journal = Journal.open({ dir, kind: "disclosures", segmentBytesMax: 512 * 1024, segmentAgeMs: 50, now: Date.now });
let number = 0;
setInterval(() => {
  for (let i = 0; i < 100; i += 1) {
    number += 1;
    const subject = (BigInt(process.pid) * 0x1_0000_0000n + BigInt(number)).toString(16).padStart(16, "0");
    // Two days, so that one segment makes parts in several hours and months at once.
    const at = Date.UTC(2026, 9, 31, 12) + (number % 48) * 3_600_000;
    journal.append({ ...sampleDisclosure(number, at), id: `${process.pid}-${number}.0`, endpointId: "e", answer: "truthful", subject });
  }
  journal.rotate();
  process.send?.(number);
}, 10);
