import { create } from "zustand";
import type { FleetOverview } from "../../../shared/model/fleet-view";
import { call } from "../../api";
import { keepLive } from "../../sync";

const LOOK_MS = 1_000;

interface FleetState {
  readonly overview: FleetOverview | null;
  /** Why it could not be read; null once it was. */
  readonly error: unknown;
  readonly cursor: string | null;
}

export const useFleet = create<FleetState>()(() => ({ overview: null, error: null, cursor: null }));

let asking: Promise<void> | null = null;

async function ask(): Promise<void> {
  try {
    useFleet.setState({ overview: await call("fleet.overview", {}), error: null });
  } catch (error) {
    useFleet.setState({ error });
  }
}

/** Asks again; never twice at once. */
export function loadFleet(): Promise<void> {
  asking ??= ask().finally(() => {
    asking = null;
  });
  return asking;
}

/** Keeps the fleet's figures fresh while they are on screen. */
export function startFleet(): () => void {
  void loadFleet();
  const timer = setInterval(() => {
    if (!document.hidden) void loadFleet();
  }, LOOK_MS);
  const end = keepLive({ patch: () => undefined, reload: loadFleet });
  return () => {
    clearInterval(timer);
    end();
  };
}
