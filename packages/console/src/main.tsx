import { Toast } from "@base-ui/react/toast";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiFailure } from "./data/client.ts";
import { Toasts } from "./parts/toasts.tsx";
import { router } from "./router.tsx";
import "./style.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused stays refused; only silence and a store that restarts are worth asking again.
      retry: (failures, error) => failures < 2 && error instanceof ApiFailure && (error.status === 0 || error.status === 503),
      refetchOnWindowFocus: true,
    },
  },
});

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Toast.Provider limit={3}>
          <RouterProvider router={router} />
          <Toasts />
        </Toast.Provider>
      </QueryClientProvider>
    </StrictMode>,
  );
}
