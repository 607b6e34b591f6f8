import pc from "picocolors";
import { count, fit, plain, several, table, wrap } from "../report/text-layout.ts";
import type { ProbeDocument, ProbedEndpoint } from "./probe-document.ts";

/** The probe's result for a person. */
export function renderProbe(document: ProbeDocument, { color, width }: { readonly color: boolean; readonly width: number }): string {
  const paint = pc.createColors(color);
  const lines: string[] = [];
  const say = (text: string, indent = ""): void => void lines.push(...wrap(plain(text), width - indent.length, indent).map((line, n) => (n === 0 ? indent + line : line)));
  say(
    `Asked ${document.target} about ${count(document.registered)} registered and ${count(document.unregistered)} never-registered identifiers, ${several(document.rounds, "time")} each, after ${several(document.warmUp, "question")} that do not count.`,
  );
  lines.push("");
  lines.push(
    ...table(
      [
        { head: "Endpoint", flexible: true },
        { head: "Oracle", paint: (text, cell) => (cell === "YES" ? paint.red(text) : cell === "no" ? paint.green(text) : paint.yellow(text)) },
        { head: "By" },
        { head: "p", right: true },
        { head: "Bits", right: true },
        { head: "Answers", right: true },
      ],
      document.endpoints.map((one) => [
        plain(one.endpoint),
        one.oracle === "yes" ? "YES" : one.oracle,
        fit(one.channels.map(({ channel, name }) => (name === "" ? channel : `${channel} ${name}`))[0] ?? "", 24) + (one.channels.length > 1 ? ` +${one.channels.length - 1}` : ""),
        one.channels[0] === undefined ? "" : one.channels[0].p.toExponential(1),
        `${one.bits.toFixed(2)} (${one.interval[0].toFixed(2)}-${one.interval[1].toFixed(2)})`,
        `${one.answered}/${one.sent}`,
      ]),
      width,
      paint.bold,
    ),
  );
  for (const one of document.endpoints) lines.push("", ...renderEndpoint(one, width, paint));
  lines.push("");
  say(document.verdict);
  return `${lines.join("\n")}\n`;
}

type Paint = ReturnType<typeof pc.createColors>;

function renderEndpoint(one: ProbedEndpoint, width: number, paint: Paint): string[] {
  const lines: string[] = [paint.bold(fit(plain(one.endpoint), width))];
  const say = (text: string): void => void lines.push(...wrap(plain(text), width - 2, "  ").map((line, n) => (n === 0 ? `  ${line}` : line)));
  if (one.oracle === "yes") {
    for (const { channel, name, p, registered, unregistered } of one.channels.slice(0, channelsShown)) {
      const what = name === "" ? channel : `${channel} ${name}`;
      say(
        channel === "length" || channel === "time"
          ? `${what}: median ${round(registered)} ${channel === "time" ? "ms" : "bytes"} for registered, ${round(unregistered)} for never-registered (p ${p.toExponential(1)})`
          : `${what}: shown by ${registered} of ${one.usable.registered} registered and ${unregistered} of ${one.usable.unregistered} never-registered (p ${p.toExponential(1)})`,
      );
    }
    if (one.channels.length > channelsShown) say(`and ${one.channels.length - channelsShown} more, see --json`);
    say(
      one.seenInTraffic
        ? "Postern would find it in traffic as well: the classes of its answers differ."
        : "Postern would not find it in traffic: it does not tell answers apart by this.",
    );
  } else if (one.oracle === "no")
    say(`Nothing in status, headers, body or length differs. What a rare answer gives away could be ${one.interval[1].toFixed(2)} bit at most (95 %).`);
  for (const doubt of one.doubts) {
    say(`Could not tell: ${doubt.what}.`);
    say(`  ${doubt.remedy}`);
  }
  if (one.time !== null)
    say(
      `Time: ${signed(one.time.shiftMs)} ms for registered ones (p ${one.time.p.toPrecision(2)}); with this jitter a difference of ${one.time.visibleMs.toFixed(1)} ms or more would have shown.`,
    );
  else say("Time: too few timed answers to say anything.");
  if (one.pair !== null) {
    lines.push("");
    const half = Math.max(20, Math.floor((width - 5) / 2));
    const rows = Math.max(one.pair.registered.length, one.pair.unregistered.length);
    lines.push(`  ${paint.dim("registered".padEnd(half))} ${paint.dim("never registered")}`);
    for (let row = 0; row < Math.min(rows, pairLinesMax); row++) {
      const [left, right] = [plain(one.pair.registered[row] ?? ""), plain(one.pair.unregistered[row] ?? "")];
      const text = `  ${fit(left, half).padEnd(half)} ${fit(right, half)}`;
      lines.push(left === right ? paint.dim(text) : text);
    }
    if (rows > pairLinesMax) lines.push(paint.dim("  ..."));
  }
  return lines;
}

const channelsShown = 6;
const pairLinesMax = 24;

function round(value: number): string {
  return value < 10 ? value.toFixed(2) : String(Math.round(value));
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : "-"}${Math.abs(value).toFixed(2)}`;
}
