export { recordExchanges, pendingMax, type ExchangeRecorder, type RecorderCounts, type RecorderOptions } from "./record-exchanges.ts";
export { bodyBytesMax } from "./bounded-body.ts";
export { exchangeLine, type Exchange } from "@postern/engine";
