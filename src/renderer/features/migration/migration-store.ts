import { create } from "zustand";
import type { MigrationFigures, MigrationRange } from "../../../shared/model/migration-figures";
import type { Difference, MigrationStatus, ParityPoint, ParityReport } from "../../../shared/model/unified-migration";
import { ApiError, call, messageOf } from "../../api";
import { toast } from "../../ui/toast";

const LOOK_MS = 2_000;
/** While something is under way whose progress is shown. */
const LOOK_OFTEN_MS = 400;
const FIGURES_MS = 5_000;
const POINTS = 200;
const PAGE = 100;

interface MigrationState {
  readonly status: MigrationStatus | null;
  readonly error: unknown;
  /** Checks of the whole database, the latest first. */
  readonly history: readonly ParityPoint[];
  /** The latest check that this window has made; null: none yet. */
  readonly report: ParityReport | null;
  readonly differences: readonly Difference[];
  /** Where more of them begin; null: these are all. */
  readonly next: string | null;
  readonly isChecking: boolean;
  readonly isReadingMore: boolean;
  readonly checkError: unknown;
  readonly range: MigrationRange;
  readonly figures: MigrationFigures | null;
  readonly figuresError: unknown;
}

export const useMigration = create<MigrationState>()(() => ({
  status: null,
  error: null,
  history: [],
  report: null,
  differences: [],
  next: null,
  isChecking: false,
  isReadingMore: false,
  checkError: null,
  range: "1h",
  figures: null,
  figuresError: null,
}));

/** Takes in where the database stands, as an act has answered. */
export function takeStatus(status: MigrationStatus): void {
  const before = useMigration.getState().status;
  useMigration.setState({ status, error: null });
  if (before === null || before.parity?.at !== status.parity?.at) void loadHistory();
}

export async function loadMigration(): Promise<void> {
  try {
    takeStatus(await call("migration.status", {}));
  } catch (error) {
    useMigration.setState({ error });
  }
}

async function loadHistory(): Promise<void> {
  try {
    useMigration.setState({ history: await call("migration.parityHistory", { limit: POINTS }) });
  } catch {
    // The status is read again soon, and says what is wrong.
  }
}

const isBusy = ({ status, isChecking }: MigrationState): boolean =>
  isChecking || status?.checking != null || status?.backfill?.state === "running";

/** Keeps the standing fresh until the returned function is called. */
export function startMigration(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isOver = false;
  const look = async (): Promise<void> => {
    if (!document.hidden) await loadMigration();
    if (!isOver) timer = setTimeout(() => void look(), isBusy(useMigration.getState()) ? LOOK_OFTEN_MS : LOOK_MS);
  };
  timer = setTimeout(() => void look(), 0);
  const end = useMigration.subscribe((state, before) => {
    if (!isBusy(state) || isBusy(before) || isOver) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), LOOK_OFTEN_MS);
  });
  return () => {
    isOver = true;
    clearTimeout(timer);
    end();
  };
}

export async function loadFigures(): Promise<void> {
  const { range } = useMigration.getState();
  try {
    const figures = await call("migration.figures", { range });
    if (range === useMigration.getState().range) useMigration.setState({ figures, figuresError: null });
  } catch (figuresError) {
    useMigration.setState({ figuresError });
  }
}

/** Keeps the figures fresh until the returned function is called. */
export function startFigures(): () => void {
  void loadFigures();
  const timer = setInterval(() => {
    if (!document.hidden) void loadFigures();
  }, FIGURES_MS);
  return () => clearInterval(timer);
}

export function setMigrationRange(range: MigrationRange): void {
  useMigration.setState({ range });
  void loadFigures();
}

/** Compares the whole database; where it is large that takes a while, and can be stopped. */
export async function checkNow(): Promise<void> {
  if (useMigration.getState().isChecking) return;
  useMigration.setState({ isChecking: true, checkError: null });
  try {
    const report = await call("migration.parity", { limit: PAGE });
    useMigration.setState({ report, differences: report.differences, next: report.next });
  } catch (error) {
    const wasStopped = error instanceof ApiError && error.details.stopped === true;
    useMigration.setState({ checkError: wasStopped ? null : error });
    if (!wasStopped) toast.error("The schemas could not be compared", { description: messageOf(error) });
  } finally {
    useMigration.setState({ isChecking: false });
    await loadMigration();
  }
}

export async function stopCheck(): Promise<void> {
  try {
    await call("migration.stopParity", {});
  } catch (error) {
    toast.error("The check could not be stopped", { description: messageOf(error) });
  }
}

export async function readMoreDifferences(): Promise<void> {
  const { next, isReadingMore } = useMigration.getState();
  if (next === null || isReadingMore) return;
  useMigration.setState({ isReadingMore: true });
  try {
    const page = await call("migration.parity", { limit: PAGE, after: next });
    useMigration.setState(({ differences }) => ({
      differences: [...differences, ...page.differences],
      next: page.next,
      checkError: null,
    }));
  } catch (checkError) {
    useMigration.setState({ checkError });
  }
  useMigration.setState({ isReadingMore: false });
}
