import { create } from "zustand";
import type { LivePatch } from "../../../shared/contract";
import type { Overview, Throughput, ThroughputRange } from "../../../shared/model/overview";
import { THROUGHPUT_RANGE_NAMES } from "../../../shared/model/overview";
import { call } from "../../api";
import { keepLive } from "../../sync";
import { isCapped } from "./attention-words";

interface OverviewState {
  readonly overview: Overview | null;
  /** Why it could not be read at all. */
  readonly error: unknown;
  readonly throughput: Throughput | null;
  /** Why the latest figures could not be read; those before are still shown. */
  readonly throughputError: unknown;
  readonly range: ThroughputRange;
}

const RANGE_KEY = "overview-range";

function savedRange(): ThroughputRange {
  const saved = globalThis.localStorage?.getItem(RANGE_KEY);
  return THROUGHPUT_RANGE_NAMES.find((name) => name === saved) ?? "24h";
}

export const useOverview = create<OverviewState>()(() => ({
  overview: null,
  error: null,
  throughput: null,
  throughputError: null,
  range: savedRange(),
}));

/** Between two readings while it is on screen, however much changes; and while only the count beside its name is. */
const REST_MS = 1_000;
const AWAY_REST_MS = 5_000;
/** Without any change: ages, workers that fall silent, programs whose writes nobody tells of. */
const LOOK_MS = 5_000;
const THROUGHPUT_MS = 5_000;

let asked: Promise<Overview> | null = null;

/** Asks for it before anything is drawn: main answers while the window's frame is. The first reading takes that answer. */
export function askOverviewAhead(): void {
  asked = call("overview.get", {});
  asked.catch(() => undefined);
}

/** Reads again. Keeps what is shown when that fails, and throws then. */
async function loadOverview(): Promise<void> {
  const answer = asked ?? call("overview.get", {});
  asked = null;
  try {
    useOverview.setState({ overview: await answer, error: null });
  } catch (error) {
    if (useOverview.getState().overview !== null) throw error;
    useOverview.setState({ error });
  }
}

export function retryOverview(): void {
  useOverview.setState({ error: null });
  void loadOverview();
}

async function loadThroughput(): Promise<void> {
  const { range } = useOverview.getState();
  try {
    const throughput = await call("overview.throughput", { range });
    if (useOverview.getState().range === range) useOverview.setState({ throughput, throughputError: null });
  } catch (error) {
    useOverview.setState({ throughputError: error });
  }
}

export function setRange(range: ThroughputRange): void {
  if (range === useOverview.getState().range) return;
  globalThis.localStorage?.setItem(RANGE_KEY, range);
  useOverview.setState({ range });
  void loadThroughput();
}

/** Plans are shown as they change, before everything is read again. */
function takePlans({ plans }: LivePatch): void {
  if (plans.length === 0) return;
  const byId = new Map(plans.map((plan) => [plan.id, plan]));
  useOverview.setState(({ overview }) => ({
    overview: overview && { ...overview, plans: overview.plans.map((plan) => byId.get(plan.id) ?? plan) },
  }));
}

let onScreen = 0;
let readNow: () => void = () => undefined;

/** Keeps what wants a person known until the returned function is called, whatever is on screen. */
export function startOverview(): () => void {
  let resting: ReturnType<typeof setTimeout> | null = null;
  let isDirty = false;
  let isReading = false;
  let ended = false;
  const read = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    isDirty = false;
    await loadOverview().catch(() => undefined);
    isReading = false;
    if (ended) return;
    resting = setTimeout(
      () => {
        resting = null;
        if (isDirty) void read();
      },
      onScreen > 0 ? REST_MS : AWAY_REST_MS,
    );
  };
  const note = (): void => {
    isDirty = true;
    if (resting === null) void read();
  };
  readNow = () => {
    if (resting !== null) clearTimeout(resting);
    resting = null;
    void read();
  };
  void read();
  const looks = setInterval(() => {
    if (!document.hidden && onScreen > 0) note();
  }, LOOK_MS);
  const endLive = keepLive({
    patch: (patch) => {
      takePlans(patch);
      note();
    },
    reload: loadOverview,
  });
  return () => {
    ended = true;
    if (resting !== null) clearTimeout(resting);
    clearInterval(looks);
    endLive();
  };
}

/** Puts the overview on screen until the returned function is called. */
export function showOverview(): () => void {
  onScreen += 1;
  readNow();
  void loadThroughput();
  const figures = setInterval(() => {
    if (!document.hidden) void loadThroughput();
  }, THROUGHPUT_MS);
  return () => {
    onScreen -= 1;
    clearInterval(figures);
  };
}

const tasksAmong = (overview: Overview | null): Overview["attention"] =>
  overview?.attention.filter(({ kind }) => kind !== "worker") ?? [];

/** How many things want a person; workers that are not well are shown beside their own name. */
export function useAttentionCount(): number {
  return useOverview(({ overview }) => tasksAmong(overview).length);
}

/** There are more of them than were read. */
export function useHasMoreAttention(): boolean {
  return useOverview(({ overview }) => isCapped(tasksAmong(overview)));
}
