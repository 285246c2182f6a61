import type { PlanForecast } from "../../shared/model/forecast";

interface ForecastSource {
  watch(planId: string, listener: (forecast: PlanForecast) => void, trouble: (message: string) => void): () => void;
}

export interface ForecastPushOptions {
  readonly source: ForecastSource;
  /** Whether anybody can see the window. While nobody can, nothing is sent. */
  readonly isVisible: () => boolean;
  readonly send: (forecast: PlanForecast) => void;
  readonly report: (message: string) => void;
}

export interface ForecastPush {
  /** Replaces the plan whose end is predicted; null: none is on screen. */
  watch(planId: string | null): void;
  /** The window can be seen again. */
  resume(): void;
  stop(): void;
}

/** Keeps the forecast of the plan on screen current. */
export function createForecastPush({ source, isVisible, send, report }: ForecastPushOptions): ForecastPush {
  let watched: string | null = null;
  let unwatch = () => {};
  let unseen: PlanForecast | null = null;
  let lastTrouble: string | null = null;

  function tell(forecast: PlanForecast): void {
    lastTrouble = null;
    if (isVisible()) send(forecast);
    else unseen = forecast;
  }

  return {
    watch(planId) {
      if (planId === watched) return;
      unwatch();
      unseen = null;
      watched = planId;
      unwatch =
        planId === null
          ? () => {}
          : source.watch(planId, tell, (message) => {
              if (message !== lastTrouble) report(`forecast: ${message}`);
              lastTrouble = message;
            });
    },
    resume() {
      if (unseen === null) return;
      const forecast = unseen;
      unseen = null;
      tell(forecast);
    },
    stop() {
      unwatch();
      unwatch = () => {};
      watched = null;
    },
  };
}
