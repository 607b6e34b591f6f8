export * from "./clock.ts";
export * from "./population.ts";
export * from "./random.ts";
export * from "./latchkey/flaws.ts";
export { createLatchkey, type Latchkey, type LatchkeyOptions } from "./latchkey/latchkey.ts";
export type { LatchkeyRequest, LatchkeyResponse } from "./latchkey/message.ts";
export * from "./latchkey/secrets.ts";
export * from "./latchkey/serve.ts";
