import { createHmac } from "node:crypto";
import type { Ports } from "../exchange/ports.ts";

/** For tests: the world as the product hands it to the engine, under a key of its own. */
export const ports: Ports = {
  hash: (type, normal) => createHmac("sha256", "a key of tests").update(`${type}\0${normal}`).digest("hex").slice(0, 16),
  random: () => 7,
  decodeUtf8: (bytes) => new TextDecoder().decode(bytes),
};
