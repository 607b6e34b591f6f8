import { useEffect } from "react";
import { Mark } from "../parts/icons.tsx";

/** What a stranger sees: no data, no form to guess at. Only the link opens the gate. */
export function SignedOutPage() {
  useEffect(() => {
    document.title = "Not signed in · Postern";
  }, []);
  return (
    <main className="grid min-h-screen grid-cols-[minmax(0,460px)] place-content-center p-6">
      <div className="panel min-w-0 p-7">
        <Mark size={32} />
        <h1 className="mt-4 text-xl font-semibold">You are not signed in</h1>
        <p className="mt-1.5 text-soft">When Postern starts it prints a login link in its terminal. Open that link in this browser; it works once.</p>
        <pre className="mt-4 overflow-x-auto rounded border border-line bg-sunk px-3 py-2 font-mono text-[13px] text-soft" tabIndex={0} aria-label="What the terminal shows">
          {`Console  ${location.origin}/login?code=…`}
        </pre>
        <p className="mt-4 text-soft">Used it already? Your session has ended: restart Postern to have a new link printed.</p>
      </div>
    </main>
  );
}
