import type { AlertMessage } from "./alert-message.ts";

/** A way to tell somebody. `send` may be called again with the same message after a crash: `message.id` lets the receiver drop it. */
export interface AlertChannel {
  /** Unique and stable over restarts (`email`, `webhook:hooks.example.com`): pending deliveries are kept under it. Holds no secret. */
  readonly name: string;
  /** Delivers, or says why not. Never throws; gives up by itself after its own time limit. */
  send(message: AlertMessage): Promise<SendResult>;
  close?(): void;
}

export type SendResult =
  | { readonly ok: true }
  /** `retry` false: trying again cannot help (the address is refused). `reason` holds no secret and no body. */
  | { readonly ok: false; readonly retry: boolean; readonly reason: string };
