import { GitCompareArrows } from "lucide-react";
import { useEffect } from "react";
import { differencesOf, PHASE_TITLES } from "../../../shared/model/unified-migration";
import { goTo } from "../../location";
import { type MigrationPlace, type MigrationTab, migrationPlace } from "../../migration-place";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { formatCount } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Page } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { useReadOnlyReason } from "../shell/app-store";
import { DifferencesTab } from "./differences-tab";
import { FiguresTab } from "./figures-tab";
import { askBackfill, askRollback, askStopBackfill, NEXT_ACTS } from "./migration-acts";
import { checkNow, loadMigration, startMigration, stopCheck, useMigration } from "./migration-store";
import { RoadTab } from "./road-tab";

/** From the legacy tables to the unified schema: where this database stands, what differs, and what it costs. */
export function MigrationView({ place: { tab } }: { readonly place: MigrationPlace }) {
  useEffect(startMigration, []);
  const { status, error, isChecking } = useMigration();
  const readOnly = useReadOnlyReason();
  const isCompared = isChecking || status?.checking != null;
  const hasTables = status !== null && status.phase !== "none";
  const noTables = hasTables ? null : "There are no unified tables to compare.";
  const show = (next: MigrationTab): void => goTo(migrationPlace(next));
  useKeys(tab, readOnly);
  const differences = hasTables && status.parity !== null ? differencesOf(status.parity) : 0;
  const tabs = [
    { value: "road", label: "Road" },
    { value: "differences", label: `Differences${differences > 0 ? ` ${formatCount(differences)}` : ""}` },
    { value: "figures", label: "Figures" },
  ] as const;
  return (
    <Page
      title="Migration"
      tools={<Segmented label="What is shown" options={tabs} value={tab} onChange={show} />}
      meta={
        status !== null &&
        (status.phase === "none" ? "Not begun" : `Phase ${status.phase}, ${PHASE_TITLES[status.phase]}`)
      }
      actions={
        isCompared ? (
          <Button keys="Mod+." onClick={() => void stopCheck()}>
            Stop comparing
          </Button>
        ) : (
          <Button
            icon={<GitCompareArrows size={14} />}
            keys="Shift+C"
            disabledReason={noTables}
            onClick={() => void checkNow()}
          >
            Compare now
          </Button>
        )
      }
    >
      {status === null &&
        (error === null ? (
          <SkeletonRows height={34} />
        ) : (
          <Failure
            title="Where the database stands could not be read"
            error={error}
            meaning="Nothing was changed, and dual write goes on as it was set. Retry reads it again."
            onRetry={() => void loadMigration()}
          />
        ))}
      {status !== null && tab === "road" && <RoadTab status={status} readOnly={readOnly} />}
      {status !== null && tab === "differences" && <DifferencesTab status={status} />}
      {status !== null && tab === "figures" && <FiguresTab />}
    </Page>
  );
}

function useKeys(tab: MigrationTab, readOnly: string | null): void {
  const { status, isChecking } = useMigration();
  const isCompared = isChecking || status?.checking != null;
  const step = status === null ? null : NEXT_ACTS[status.phase];
  const backfill = status?.backfill;
  const order: readonly MigrationTab[] = ["road", "differences", "figures"];
  useHotkeys({
    group: "Migration",
    hotkeys: [
      {
        keys: ["v"],
        label: "Road, differences, figures",
        hint: { keys: ["v"], label: "Next tab" },
        run: () => goTo(migrationPlace(order[(order.indexOf(tab) + 1) % order.length] ?? "road")),
      },
      {
        keys: ["Shift+C"],
        label: "Compare both schemas",
        hint: { keys: ["Shift+C"], label: "Compare" },
        disabled: isCompared || status === null || status.phase === "none",
        run: () => void checkNow(),
      },
      { keys: ["Mod+."], label: "Stop comparing", disabled: !isCompared, run: () => void stopCheck() },
      {
        keys: ["Shift+S"],
        label: "Take the next step",
        hint: { keys: ["Shift+S"], label: "Next step" },
        disabled: readOnly !== null || step === null,
        run: () => {
          if (status !== null) step?.ask(status);
        },
      },
      {
        keys: ["Shift+B"],
        label: "Go one phase back",
        disabled: readOnly !== null || status === null || status.phase === "none",
        run: () => {
          if (status !== null) askRollback(status);
        },
      },
      {
        keys: ["Shift+F"],
        label: backfill?.state === "running" ? "Stop the backfill" : "Backfill",
        disabled: readOnly !== null || status === null || status.phase === "none",
        run: () => {
          if (backfill?.state === "running") askStopBackfill(backfill);
          else if (status !== null) askBackfill(status);
        },
      },
    ],
  });
}
