/** A telephone company that sends nothing and charges for it. It keeps a meter, never a message. */
export interface Carrier {
  /** Books one message or call. Returns what it cost, in thousandths of a cent. */
  send(kind: "sms" | "call"): number;
  meter(): { readonly sms: number; readonly calls: number; readonly costMillicents: number };
}

/** Prices of the fake carrier, in thousandths of a cent. */
export const carrierPrices = { sms: 790, call: 1_350 } as const;

export function createCarrier(): Carrier {
  let sms = 0;
  let calls = 0;
  return {
    send: (kind) => {
      if (kind === "sms") sms += 1;
      else calls += 1;
      return carrierPrices[kind];
    },
    meter: () => ({ sms, calls, costMillicents: sms * carrierPrices.sms + calls * carrierPrices.call }),
  };
}
