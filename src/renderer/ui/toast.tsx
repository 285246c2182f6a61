import { Toast as Base } from "@base-ui/react/toast";
import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { create } from "zustand";
import { IconButton } from "./button";
import { useHotkeys } from "./hotkeys";
import { Kbd } from "./kbd";
import { StatusGlyph } from "./status";
import styles from "./toast.module.css";

/** What a toast knows beside its words. */
interface ToastData {
  /** What closing it means; default: nothing but that. */
  readonly dismissLabel?: string;
}

interface ToastAction {
  readonly label: string;
  readonly run: () => void;
}

interface ToastOptions {
  /** A second line: what it means, what to do. */
  readonly description?: string | undefined;
  readonly action?: ToastAction;
  /** Takes back what was done; the key for it takes back the latest of those on screen. */
  readonly undo?: () => void;
}

type ToastType = "success" | "error" | "info";

/** A toast that stays until it is told how the thing went. */
export interface HeldToast {
  succeed(title: string, action?: ToastAction): void;
  fail(title: string, description: string): void;
  close(): void;
}

interface HeldOptions {
  readonly description?: string | undefined;
  readonly undo: () => void;
  /** Somebody does not want to wait. */
  readonly onDismiss: () => void;
}

const manager = Base.createToastManager<ToastData>();
const SHOWN_MS = 6_000;

/** What can be taken back, the latest last. */
const useUndo = create<{ readonly latest: ReadonlyArray<{ readonly id: string; readonly run: () => void }> }>()(() => ({
  latest: [],
}));

function offerUndo(id: string, run: () => void): void {
  useUndo.setState(({ latest }) => ({ latest: [...latest.filter((one) => one.id !== id), { id, run }] }));
}

function withdrawUndo(id: string): void {
  useUndo.setState(({ latest }) => ({ latest: latest.filter((one) => one.id !== id) }));
}

function undoLatest(): void {
  const last = useUndo.getState().latest.at(-1);
  last?.run();
}

const UNDO = (
  <>
    Undo <Kbd keys="z" />
  </>
);

let count = 0;

function add(type: ToastType, title: string, { description, action, undo }: ToastOptions): void {
  count += 1;
  const id = `toast-${count}`;
  const shown = undo === undefined ? action : { label: "Undo", run: undo };
  const run = (): void => {
    withdrawUndo(id);
    manager.close(id);
    shown?.run();
  };
  manager.add({
    id,
    type,
    title,
    ...(description === undefined ? {} : { description }),
    // Errors stay until somebody has read them.
    timeout: type === "error" ? 0 : SHOWN_MS,
    priority: type === "error" ? "high" : "low",
    onClose: () => withdrawUndo(id),
    ...(shown === undefined
      ? {}
      : { actionProps: { children: undo === undefined ? shown.label : UNDO, onClick: run } }),
  });
  if (undo !== undefined) offerUndo(id, run);
}

function hold(title: string, { description, undo, onDismiss }: HeldOptions): HeldToast {
  count += 1;
  const id = `toast-${count}`;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    withdrawUndo(id);
  };
  const takeBack = (): void => {
    end();
    manager.close(id);
    undo();
  };
  manager.add({
    id,
    type: "info",
    title,
    ...(description === undefined ? {} : { description }),
    timeout: 0,
    priority: "low",
    data: { dismissLabel: "Do it now" },
    onClose: () => {
      if (isOver) return;
      end();
      onDismiss();
    },
    actionProps: { children: UNDO, onClick: takeBack },
  });
  offerUndo(id, takeBack);
  return {
    succeed(words, action) {
      end();
      manager.close(id);
      add("success", words, action === undefined ? {} : { action });
    },
    fail(words, why) {
      end();
      manager.close(id);
      add("error", words, { description: why });
    },
    close() {
      end();
      manager.close(id);
    },
  };
}

/** Short feedback at the bottom right, three at most. Errors stay, the others leave after 6 s. */
export const toast = {
  success: (title: string, options: ToastOptions = {}) => add("success", title, options),
  error: (title: string, options: ToastOptions = {}) => add("error", title, options),
  info: (title: string, options: ToastOptions = {}) => add("info", title, options),
  /** Something that is about to be done, and can be taken back until it is. */
  hold,
};

const GLYPH_STATE: Readonly<Record<string, string>> = { success: "completed", error: "failed" };

function ToastList() {
  const { toasts } = Base.useToastManager<ToastData>();
  return toasts.map((item) => (
    <Base.Root key={item.id} toast={item} className={styles.toast} swipeDirection={[]}>
      <Base.Content className={styles.content}>
        <StatusGlyph kind="task" state={GLYPH_STATE[item.type ?? ""] ?? "in_progress"} />
        <div className={styles.text}>
          <Base.Title className={styles.title} />
          <Base.Description className={styles.description} />
        </div>
        {item.actionProps !== undefined && <Base.Action className={styles.action} />}
        {item.data?.dismissLabel === undefined ? (
          <Base.Close
            render={
              <IconButton label="Dismiss" size="xs">
                <X size={12} />
              </IconButton>
            }
          />
        ) : (
          // Not Base's: that one hides from screen readers while nobody is in the stack.
          <IconButton label={item.data.dismissLabel} size="xs" onClick={() => manager.close(item.id)}>
            <Check size={12} />
          </IconButton>
        )}
      </Base.Content>
    </Base.Root>
  ));
}

/** Takes back the latest that can be taken back. */
function UndoKey() {
  const canUndo = useUndo(({ latest }) => latest.length > 0);
  useHotkeys({
    group: "Everywhere",
    hotkeys: [
      { keys: ["z", "Mod+z"], label: "Undo the latest act", hint: canUndo, disabled: !canUndo, run: undoLatest },
    ],
  });
  return null;
}

export function Toasts({ children }: { readonly children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3} timeout={SHOWN_MS}>
      {children}
      <UndoKey />
      <Base.Portal>
        <Base.Viewport className={styles.viewport}>
          <ToastList />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
