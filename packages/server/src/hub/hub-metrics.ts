import { Gauge, Registry } from "prom-client";
import type { HubCore } from "./hub-core.ts";
import type { HubViews } from "./hub-views.ts";

/** Prometheus text about the product itself, read at the moment it is asked. No label holds anything a client can choose. */
export async function hubMetrics(core: HubCore, views: HubViews): Promise<string> {
  const registry = new Registry();
  const put = (name: string, help: string, value: number): void => {
    new Gauge({ name, help, registers: [registry] }).set(value);
  };
  const overview = views.overview();
  put("postern_requests_total", "Exchanges the hub has read since it started.", core.requests);
  put("postern_endpoints", "Endpoints in the inventory.", overview.endpoints);
  put("postern_findings_open", "Open findings.", overview.openFindings);
  put("postern_incidents_open", "Open incidents.", overview.openIncidents);
  put("postern_disclosed_confirmed", "Distinct subjects confirmed on budgeted endpoints since start (exact to 64 an endpoint, then about 3 %).", overview.disclosed.confirmed);
  put("postern_disclosed_denied", "Distinct subjects denied, likewise.", overview.disclosed.denied);
  put("postern_disclosed_uniform", "Distinct subjects answered uniformly, likewise.", overview.disclosed.uniform);
  put(
    "postern_missing_exchanges_total",
    "Exchanges known not to have reached the hub.",
    core.missing.reduce((sum, one) => sum + one.count, 0),
  );
  put("postern_upstream_errors_total", "Requests the service behind the gate did not answer.", core.upstreamErrors);
  put("postern_gate_waited_total", "Requests that waited until the hub had read those before them.", core.lead.waited);
  put("postern_gate_overdue_total", "Requests let go although the hub had not read those before them: after the longest wait, at a bound, or to a silent hub.", core.lead.overdue);
  const slow = core.slow?.last;
  put(
    "postern_slow_detectors_last_success_timestamp_seconds",
    "End of the last stored day that the slow detectors looked back from (event time); 0 before the first.",
    (slow?.day ?? 0) / 1_000,
  );
  put("postern_slow_detectors_last_run_seconds", "How long their last run took.", (slow?.tookMs ?? 0) / 1_000);
  put(
    "postern_slow_detectors_failing",
    "1 when their last run failed or the store did not answer about all sources.",
    slow?.status === "failed" || slow?.status === "incomplete" ? 1 : 0,
  );
  put("postern_store_up", "1 when the store answers.", views.storeUp ? 1 : 0);
  put("postern_gates_connected", "Gates connected to this hub.", views.gates);
  put("postern_hub_resident_bytes", "Resident memory of the hub process.", process.memoryUsage.rss());
  return await registry.metrics();
}
