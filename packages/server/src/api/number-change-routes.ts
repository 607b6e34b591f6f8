import { GcraTable } from "@postern/engine";
import { z } from "zod";
import { readParameters } from "./parameters.ts";
import { parseInstant } from "./parse-instant.ts";
import type { Route } from "./route.ts";
import { schemas } from "./schemas.ts";
import type { Views } from "./views.ts";

/**
 * `POST /number-changes`, for carriers' and operators' own systems: the SIM-swap test. The number is hashed at once and kept nowhere. A report that comes again is the one it was.
 *
 * Bound: {@link burst} at once and then one a second, whoever sends them, so that a leaked token cannot push out what was reported.
 */
export function numberChangeRoutes(views: Pick<Views, "numberChanged">, now: () => number): readonly Route[] {
  const rate = new GcraTable(8);
  return [
    {
      method: "post",
      path: "/number-changes",
      summary: `Report that a telephone number was ported or changed hands: with a new device and a new password within 72 hours it is told. Only its keyed hash is kept. Sent again within an hour it is the same change; at most ${burst} at once and one a second. Audited.`,
      query: [],
      body: z.toJSONSchema(report),
      busy: true,
      answer: "NumberChange",
      page: false,
      run: async ({ query, body, by }) => {
        const { mistakes } = readParameters(query, []);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        const parsed = report.safeParse(body);
        if (!parsed.success)
          return { kind: "invalid", mistakes: parsed.error.issues.slice(0, 8).map(({ path, message }) => ({ pointer: `#/body/${path.join("/").slice(0, 64)}`, detail: message })) };
        const at = parsed.data.at === undefined ? undefined : parseInstant(parsed.data.at);
        if (at?.ok === false) return { kind: "invalid", mistakes: [{ pointer: "#/body/at", detail: at.detail }] };
        const waitMs = rate.take(1, 1, now(), emissionIntervalMs, burst);
        if (waitMs > 0) return { kind: "busy", retryAfterSeconds: Math.ceil(waitMs / 1_000) };
        return { kind: "ok", body: schemas.NumberChange.parse(await views.numberChanged(parsed.data.phone, at?.value, by)) };
      },
    },
  ];
}

const report = z.strictObject({
  phone: z
    .string()
    .max(30)
    .regex(/^\+?[0-9 ()./-]{6,30}$/, "must be a telephone number with its country: +491701234567")
    .describe("With its country: `+491701234567`."),
  at: z.string().max(40).optional().describe("When it did (RFC 3339, or a UTC day); now when left out."),
});

/** What a carrier gathered for a while; a night of more takes a second each. */
export const burst = 100;
const emissionIntervalMs = 1_000;
