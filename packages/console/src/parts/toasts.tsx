import { Toast } from "@base-ui/react/toast";

/** Short messages at the bottom, read out by screen readers; F6 moves there. */
export function Toasts() {
  const { toasts } = Toast.useToastManager();
  return (
    <Toast.Portal>
      <Toast.Viewport className="fixed right-4 bottom-20 left-4 z-20 grid gap-2 md:bottom-4 md:left-auto md:w-[400px]">
        {toasts.map((toast) => (
          <Toast.Root key={toast.id} toast={toast} className="toast">
            <Toast.Title className="min-w-0 flex-1" />
            <Toast.Action className="shrink-0 font-semibold underline underline-offset-3" />
          </Toast.Root>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  );
}
