import { Toast as Base } from "@base-ui/react/toast";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { StatusGlyph } from "./status";
import styles from "./toast.module.css";

interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

interface ToastOptions {
  /** A second line: what it means, what to do. */
  readonly description?: string | undefined;
  readonly action?: ToastAction;
}

const manager = Base.createToastManager();
const SHOWN_MS = 6_000;

function add(type: "success" | "error" | "info", title: string, { description, action }: ToastOptions): void {
  manager.add({
    type,
    title,
    ...(description === undefined ? {} : { description }),
    // Errors stay until somebody has read them.
    timeout: type === "error" ? 0 : SHOWN_MS,
    priority: type === "error" ? "high" : "low",
    ...(action === undefined ? {} : { actionProps: { children: action.label, onClick: action.run } }),
  });
}

/** Short feedback at the bottom right, three at most. Errors stay, the others leave after 6 s. */
export const toast = {
  success: (title: string, options: ToastOptions = {}) => add("success", title, options),
  error: (title: string, options: ToastOptions = {}) => add("error", title, options),
  info: (title: string, options: ToastOptions = {}) => add("info", title, options),
};

const GLYPH_STATE: Readonly<Record<string, string>> = { success: "completed", error: "failed" };

function ToastList() {
  const { toasts } = Base.useToastManager();
  return toasts.map((item) => (
    <Base.Root key={item.id} toast={item} className={styles.toast} swipeDirection={[]}>
      <Base.Content className={styles.content}>
        <StatusGlyph kind="task" state={GLYPH_STATE[item.type ?? ""] ?? "in_progress"} />
        <div className={styles.text}>
          <Base.Title className={styles.title} />
          <Base.Description className={styles.description} />
        </div>
        {item.actionProps !== undefined && <Base.Action className={styles.action} />}
        <Base.Close
          render={
            <IconButton label="Dismiss" size="xs">
              <X size={12} />
            </IconButton>
          }
        />
      </Base.Content>
    </Base.Root>
  ));
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3} timeout={SHOWN_MS}>
      {children}
      <Base.Portal>
        <Base.Viewport className={styles.viewport}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
