import { IncomingMessage, ServerResponse } from "node:http";
import type { ClientEvents, ClientRequest, ClientResponse } from "./client-side.ts";

/** Node's request, with a place for ours: one hidden class for all, and no map to look it up in. */
export class GateRequest extends IncomingMessage implements ClientRequest {
  inFlight: ClientEvents | undefined = undefined;

  startBody(): void {
    this.on("data", onRequestData).on("end", onRequestEnd);
  }
}

export class GateResponse extends ServerResponse<GateRequest> implements ClientResponse {
  inFlight: ClientEvents | undefined = undefined;

  watchDrain(): void {
    this.on("drain", onResponseDrain);
  }

  watchClose(): void {
    this.on("close", onResponseClose);
  }

  releaseSocket(): void {
    this.off("close", onResponseClose);
    this.detachSocket(this.req.socket);
  }
}

function onRequestData(this: GateRequest, chunk: Buffer): void {
  this.inFlight?.onRequestData(chunk);
}
function onRequestEnd(this: GateRequest): void {
  this.inFlight?.onRequestEnd();
}
function onResponseClose(this: GateResponse): void {
  this.inFlight?.onClose();
}
function onResponseDrain(this: GateResponse): void {
  this.inFlight?.onClientDrain();
}
