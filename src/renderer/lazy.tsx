import { type ComponentType, type ReactNode, useEffect, useSyncExternalStore } from "react";
import { Failure } from "./ui/failure";

/** A part of the page whose code comes when it is needed, or when there is nothing else to do. */
export interface LazyPart<Props> {
  (props: Props): ReactNode;
  /** Fetches its code; again after a failure. Never rejects: the part itself tells. */
  readonly load: () => Promise<void>;
  readonly isLoaded: () => boolean;
  /** Calls back when its code has come, or could not be had. */
  readonly subscribe: (listener: () => void) => () => void;
}

const parts = new Set<LazyPart<never>>();

/** Nothing is drawn until the code is there: where a flash would be seen, what was there before stays (`useLastLoaded`). */
export function lazyPart<Props extends object>(fetch: () => Promise<ComponentType<Props>>): LazyPart<Props> {
  type State = { readonly Part: ComponentType<Props> | null; readonly error: unknown };
  let state: State = { Part: null, error: null };
  let loading: Promise<void> | null = null;
  const listeners = new Set<() => void>();
  const become = (next: State): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const load = (): Promise<void> => {
    loading ??= fetch().then(
      (Part) => become({ Part, error: null }),
      (error: unknown) => {
        loading = null;
        become({ Part: null, error });
      },
    );
    return loading;
  };
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  function Lazy(props: Props) {
    const { Part, error } = useSyncExternalStore(subscribe, () => state);
    useEffect(() => {
      if (Part === null && error === null) void load();
    }, [Part, error]);
    if (Part !== null) return <Part {...props} />;
    if (error === null) return null;
    return (
      <Failure
        title="This part of the program could not be loaded"
        error={error}
        meaning="The database and what runs are not affected. If it happens again, the installation is damaged: install the program anew."
        onRetry={() => void load()}
      />
    );
  }
  const part = Object.assign(Lazy, {
    load,
    isLoaded: () => state.Part !== null || state.error !== null,
    subscribe,
  });
  parts.add(part);
  return part;
}

/** By then the first view has its figures: until it has, nothing to do is the time in which main answers. */
const AFTER_START_MS = 2_000;

/** Fetches every part that is not here yet, one at a time, whenever the page has nothing to do after its start. */
export function loadWhenIdle(): () => void {
  let isEnded = false;
  let pending = 0;
  const next = (): void => {
    const part = [...parts].find((one) => !one.isLoaded());
    if (part === undefined || isEnded) return;
    pending = requestIdleCallback(() => void part.load().then(next));
  };
  const start = setTimeout(next, AFTER_START_MS);
  return () => {
    isEnded = true;
    clearTimeout(start);
    cancelIdleCallback(pending);
  };
}
