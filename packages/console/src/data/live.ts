import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { Finding, Incident, Overview } from "../api-types.ts";

export type LiveState = "connecting" | "live" | "lost";

let state: LiveState = "connecting";
const listeners = new Set<() => void>();

/** Whether live events arrive. While they do not, pages still renew themselves by asking every few seconds. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Milliseconds before a refused stream is tried again; the browser itself retries a dropped one. */
const retryMs = 10_000;

/** Feeds live events into the query cache; returns the way to stop. */
export function startLive(client: QueryClient): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource("/api/v1/events");
    source.addEventListener("open", () => setState("live"));
    source.addEventListener("error", () => {
      setState("lost");
      if (source?.readyState === EventSource.CLOSED) timer = setTimeout(open, retryMs);
    });
    // The server parsed each event through the schema its type was made from.
    source.addEventListener("overview", (event) => put(client, ["overview"], JSON.parse(event.data) as Overview));
    source.addEventListener("incident", (event) => {
      const incident = JSON.parse(event.data) as Incident;
      put(client, ["incident", incident.id], incident);
      void client.invalidateQueries({ queryKey: ["incidents"] });
    });
    source.addEventListener("finding", (event) => {
      const finding = JSON.parse(event.data) as Finding;
      void client.invalidateQueries({ queryKey: ["findings"] });
      void client.invalidateQueries({ queryKey: ["endpoint", finding.endpoint.id] });
    });
    source.addEventListener("gap", () => void client.invalidateQueries());
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** What an event says is newer than any answer still on its way: that one is dropped, or it would put the old back. */
function put(client: QueryClient, queryKey: readonly string[], data: Overview | Incident): void {
  void client.cancelQueries({ queryKey, exact: true }).then(() => client.setQueryData(queryKey, data));
}

function setState(next: LiveState): void {
  if (state === next) return;
  state = next;
  listeners.forEach((listener) => listener());
}
