import type { Server } from "node:net";
import { createProxy } from "../gate/proxy/proxy.ts";
import { bareProxy } from "./bare-proxy.ts";
import { crowdAtGate } from "./crowd-at-gate.ts";
import { crowdAtHub } from "./crowd-at-hub.ts";
import { fastOrigin } from "./fast-origin.ts";
import { type LoadOptions, pacedLoad } from "./paced-client.ts";
import { passingGate } from "./passing-gate.ts";
import { acknowledge, timeDecisions } from "./time-decisions.ts";
import { timeInventory } from "./time-inventory.ts";
import { timeKind, timeLedger } from "./time-ledger.ts";
import { timeTriggers } from "./time-triggers.ts";

/**
 * Becomes one part of a bench in a process of its own. Under a parent it answers by message; run by hand (`node --cpu-prof dist/bench/bench-child.js
 * ledger 200000`) it prints, which is how a profile of one station is taken.
 */
async function main(role: string, argument: string | undefined): Promise<void> {
  switch (role) {
    case "origin":
      return tell(await listening(fastOrigin()));
    case "bare":
      return tell(await listening(bareProxy(argument ?? "")));
    case "proxy":
      return tell((await createProxy({ upstream: new URL(argument ?? ""), host: "127.0.0.1", port: 0, gate: passingGate, now: Date.now })).port);
    case "load":
      process.on("message", (options: LoadOptions) => void pacedLoad(options).then(tell));
      return tell("ready");
    case "sink":
      await acknowledge(argument ?? "");
      return tell("ready");
    case "decisions":
      return finish(await timeDecisions(Number(argument ?? 100_000)));
    case "ledger":
      return finish(timeLedger(Number(argument ?? 50_000)));
    case "no-body":
    case "json-1k":
    case "lookup":
      return finish(timeKind(role, Number(argument ?? 50_000)));
    case "inventory":
      return finish(timeInventory(Number(argument ?? 12)));
    case "triggers":
      return finish(timeTriggers(Number(argument ?? 40_000)));
    case "crowd-gate":
    case "crowd-hub": {
      const [questions = 0, addresses = 0, sourceSlots] = (argument ?? "330000,50000").split(",").map(Number);
      return finish(role === "crowd-gate" ? crowdAtGate({ questions, addresses }, sourceSlots) : crowdAtHub({ questions, addresses }));
    }
    default:
      process.exitCode = 2;
  }
}

function tell(message: unknown): void {
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(message)}\n`);
  else process.send(message);
}

function finish(result: object): void {
  tell(result);
  if (process.connected) process.disconnect();
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

process.on("disconnect", () => process.exit(0));
await main(process.argv[2] ?? "", process.argv[3]);
