import { Router } from "@solidjs/router";
import { FileRoutes } from "@solidjs/start/router";
import { ErrorBoundary, Suspense } from "solid-js";
import { SiteLayout } from "~/components/site-layout";
import { ErrorPage } from "~/components/error-page";
import "./app.css";

export default function App() {
  return (
    <Router
      root={(props) => (
        <ErrorBoundary
          fallback={(error) => (
            <main>
              <ErrorPage error={error} />
            </main>
          )}
        >
          <Suspense>
            <SiteLayout>
              <ErrorBoundary fallback={(error) => <ErrorPage error={error} />}>
                {props.children}
              </ErrorBoundary>
            </SiteLayout>
          </Suspense>
        </ErrorBoundary>
      )}
    >
      <FileRoutes />
    </Router>
  );
}
