import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { AppShell } from "./app-shell.tsx";
import { ChangesPage } from "./pages/changes.tsx";
import { DisclosuresPage } from "./pages/disclosures.tsx";
import { EndpointPage } from "./pages/endpoint.tsx";
import { EndpointsPage } from "./pages/endpoints.tsx";
import { FindingsPage } from "./pages/findings.tsx";
import { IncidentPage } from "./pages/incident.tsx";
import { IncidentsPage } from "./pages/incidents.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SpecPage } from "./pages/spec.tsx";
import { SpecsPage } from "./pages/specs.tsx";
import { readFilters } from "./parts/endpoint-filters.ts";
import { Empty } from "./parts/states.tsx";

const root = createRootRoute({ component: AppShell, notFoundComponent: () => <Empty title="There is no such page">Choose one from the navigation.</Empty> });
const page = <P extends string>(path: P, component: () => React.ReactNode) => createRoute({ getParentRoute: () => root, path, component });

/** Every page by its path. */
export const router = createRouter({
  routeTree: root.addChildren([
    page("/", OverviewPage),
    createRoute({ getParentRoute: () => root, path: "/endpoints", component: EndpointsPage, validateSearch: readFilters }),
    createRoute({ getParentRoute: () => root, path: "/endpoints/$id", component: EndpointPage }),
    page("/specs", SpecsPage),
    createRoute({ getParentRoute: () => root, path: "/specs/$id", component: SpecPage }),
    page("/changes", ChangesPage),
    page("/findings", FindingsPage),
    page("/incidents", IncidentsPage),
    createRoute({ getParentRoute: () => root, path: "/incidents/$id", component: IncidentPage }),
    page("/disclosures", DisclosuresPage),
  ]),
  defaultPreload: false,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
