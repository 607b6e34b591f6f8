import type { DiscoveryViews } from "./discovery-views.ts";
import { readParameters } from "./parameters.ts";
import type { Route } from "./route.ts";
import { schemas } from "./schemas.ts";

/**
 * Bytes of a document sent over the API. The largest public ones have 10 MiB; reading one holds the hub up for as long as it takes (some seconds at the bound), so
 * larger ones go the way of the command line.
 */
export const uploadBytesMax = 16 * 1024 * 1024;

/** Keeping documents and forgetting them; how traffic differs is asked by plain GET. */
export function specRoutes(views: DiscoveryViews): readonly Route[] {
  return [
    {
      method: "post",
      path: "/specs",
      summary: `Keep a document (OpenAPI 2.0 to 3.2, Postman 2.1, HAR; at most ${uploadBytesMax / 1024 / 1024} MiB), in place of one of the same name. Endpoints then say that they are documented. Audited.`,
      query: ["specName", "specKind"],
      upload: { bytesMax: uploadBytesMax },
      answer: "AddedSpec",
      page: false,
      run: async ({ query, body, by }) => {
        const { values, mistakes } = readParameters(query, ["specName", "specKind"]);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        const text = typeof body === "string" ? body : "";
        return { kind: "ok", body: schemas.AddedSpec.parse(await views.addSpec({ name: values.specName, kind: values.specKind ?? "spec", text }, by)) };
      },
    },
    {
      method: "post",
      path: "/specs/{id}/status",
      summary: "Put a removed document back; one that was added under its name since changes places with it. Audited.",
      query: [],
      statuses: ["kept"],
      answer: "Spec",
      page: false,
      run: async ({ id, query, status, by }) => {
        const { mistakes } = readParameters(query, []);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        if (status !== "kept") return { kind: "invalid", mistakes: [{ pointer: "#/body/status", detail: "must be: kept" }] };
        return { kind: "ok", body: schemas.Spec.parse(await views.restoreSpec(id, by)) };
      },
    },
    {
      method: "delete",
      path: "/specs/{id}",
      summary: "Remove a document. It can be put back, see `/specs/removed`. Audited.",
      query: [],
      answer: "Spec",
      page: false,
      run: async ({ id, query, by }) => {
        const { mistakes } = readParameters(query, []);
        if (mistakes.length > 0) return { kind: "invalid", mistakes };
        return { kind: "ok", body: schemas.Spec.parse(await views.removeSpec(id, by)) };
      },
    },
  ];
}
