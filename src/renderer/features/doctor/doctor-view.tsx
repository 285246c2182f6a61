import { RefreshCw, Square, Stethoscope } from "lucide-react";
import { useEffect } from "react";
import { type DoctorPlace, type DoctorTab, doctorPlace } from "../../doctor-place";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { Page, PageBody } from "../../ui/page";
import { RelativeTime } from "../../ui/relative-time";
import { Segmented } from "../../ui/segmented";
import { BackupsTab } from "./backups-tab";
import { examine, examineOnce, stopExamination, useDoctor } from "./doctor-store";
import { FindingList } from "./finding-list";
import { FindingPanel } from "./finding-panel";
import { RetentionTab } from "./retention-tab";

const TABS: ReadonlyArray<{ readonly value: DoctorTab; readonly label: string }> = [
  { value: "findings", label: "Findings" },
  { value: "backups", label: "Backups" },
  { value: "retention", label: "Retention" },
];

/** The care of the database that is open. */
export function DoctorView({ place }: { readonly place: DoctorPlace }) {
  const { tab, kind } = place;
  useEffect(examineOnce, []);
  return (
    <Page
      title="Doctor"
      tools={
        <Segmented
          label="What is looked after"
          options={TABS}
          value={tab}
          onChange={(next) => goTo(doctorPlace(next))}
        />
      }
      actions={tab === "findings" && <ExamActions />}
    >
      <PageBody
        beside={kind !== null && <FindingPanel kind={kind} onClose={() => goTo(doctorPlace(), { replace: true })} />}
      >
        {tab === "findings" && <FindingList kind={kind} />}
        {tab === "backups" && <BackupsTab />}
        {tab === "retention" && <RetentionTab />}
      </PageBody>
    </Page>
  );
}

function ExamActions() {
  const { status, endedAt, isThorough } = useDoctor();
  const isRunning = status === "running";
  useHotkeys({
    group: "Doctor",
    hotkeys: [
      {
        keys: ["Shift+E"],
        label: "Examine everything",
        hint: { keys: ["Shift+E"], label: "Examine" },
        disabled: isRunning && isThorough,
        run: () => void examine(true),
      },
      { keys: ["Mod+."], label: "Stop the examination", disabled: !isRunning, run: () => void stopExamination() },
    ],
  });
  if (isRunning) {
    return (
      <Button icon={<Square size={12} />} keys="Mod+." onClick={() => void stopExamination()}>
        Stop
      </Button>
    );
  }
  return (
    <>
      {endedAt !== null && (
        <small>
          Looked <RelativeTime at={endedAt} ago />
        </small>
      )}
      <Button icon={<RefreshCw size={14} />} onClick={() => void examine(false)}>
        Quick look
      </Button>
      <Button icon={<Stethoscope size={14} />} keys="Shift+E" onClick={() => void examine(true)}>
        Examine everything
      </Button>
    </>
  );
}
