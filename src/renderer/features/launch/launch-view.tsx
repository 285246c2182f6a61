import { ArrowLeft, CalendarClock, FileText, History, Pause, Play } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { PlanPreview } from "../../../shared/model/views";
import { messageOf } from "../../api";
import { goTo, type LaunchPlace, planPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { useHotkeys } from "../../ui/hotkeys";
import { Page } from "../../ui/page";
import { StatusGlyph } from "../../ui/status";
import { toast } from "../../ui/toast";
import { askSchedule } from "../schedules/new-schedule";
import { useReadOnlyReason } from "../shell/app-store";
import { useDraft } from "./draft-text";
import { useDryRun, useLiveDryRun } from "./dry-run-store";
import styles from "./launch.module.css";
import { typedValues, useLaunch } from "./launch-state";
import { fillFromRun, isShown, launch, openFile, openOrigin, placeOrigin } from "./launch-store";
import { layerSubtasks } from "./layers";
import { ParameterForm } from "./parameter-form";
import { parseForm } from "./parameters";
import { PresetsMenu } from "./presets-menu";
import { PreviewPane } from "./preview-pane";
import { type Readiness, readiness } from "./readiness";
import { checkFile } from "./save-store";
import { titledGraph, withValues } from "./shown-values";
import { SourceList } from "./source-list";
import { lastOf, loadSources, useSources } from "./sources-store";
import { ValidationPanel } from "./validation-panel";

const leave = (): void => goTo(planPlace(null));

/** Opens what the address asks for; without a wish what was shown last stays, or the first sample comes. */
function useOrigin(place: LaunchPlace): void {
  const { sample, file, like } = place;
  const wished = useMemo(() => placeOrigin({ view: "launch", sample, file, like }), [sample, file, like]);
  const first = useSources((state) => state.samples?.[0]?.name);
  const isEmpty = useLaunch(({ preview, error, status }) => preview === null && error === null && status === "idle");
  useEffect(() => {
    if (wished !== null && !isShown(wished)) void openOrigin(wished);
  }, [wished]);
  useEffect(() => {
    if (wished === null && isEmpty && first !== undefined) void openOrigin({ kind: "sample", name: first });
  }, [wished, isEmpty, first]);
}

/** A file may be changed by others while one looks elsewhere. */
function useFileWatch(sourceId: string | undefined): void {
  useEffect(() => {
    if (sourceId === undefined) return undefined;
    const check = (): void => void checkFile();
    check();
    window.addEventListener("focus", check);
    return () => window.removeEventListener("focus", check);
  }, [sourceId]);
}

/** Chooses a plan, fills in its parameters, shows what it will do, and launches it. */
export function LaunchView({ place }: { readonly place: LaunchPlace }) {
  const { preview, error } = useLaunch();
  const { samples, recent } = useSources();
  useEffect(() => {
    void loadSources();
  }, []);
  useOrigin(place);
  useFileWatch(preview?.sourceId);
  const again = useLiveDryRun();
  const last = preview === null ? null : lastOf(recent, preview.origin);
  const canFill = last !== null && preview !== null && preview.parameters.length > 0;
  const fill = (): void => {
    if (last === null) return;
    fillFromRun(last.planId).catch((failure: unknown) =>
      toast.error("Could not read the last values", { description: messageOf(failure) }),
    );
  };
  useHotkeys({
    group: "Launch",
    hotkeys: [
      { keys: ["o"], label: "Open plan file", hint: true, run: () => void openFile() },
      { keys: ["v"], label: "Fill in the last values", disabled: !canFill, run: fill },
      { keys: ["Escape"], label: "Back to the plans", whileTyping: true, run: leave },
    ],
  });
  const wished = placeOrigin(place);
  return (
    <Page
      title="Launch plan"
      lead={
        <IconButton label="Back to the plans" keys="Escape" size="sm" onClick={leave}>
          <ArrowLeft size={16} />
        </IconButton>
      }
      meta={
        preview !== null && (
          <span title={`${preview.folder}/${preview.sourceName}`}>
            {preview.sourceName}
            {preview.origin.kind === "like" && ", like an earlier run"}
          </span>
        )
      }
      actions={
        preview !== null && (
          <>
            <PresetsMenu preview={preview} />
            {canFill && (
              <Button size="sm" icon={<History size={12} />} keys="v" onClick={fill}>
                Fill in last values
              </Button>
            )}
          </>
        )
      }
    >
      <div className={styles.columns}>
        <SourceList />
        {error !== null ? (
          <div className={styles.wide}>
            <Failure
              title="The plan could not be read"
              error={error}
              meaning="Nothing was launched. Choose another plan, or correct this one and open it again."
              onRetry={() => void (wished === null ? openFile() : openOrigin(wished))}
            />
          </div>
        ) : preview === null ? (
          <div className={styles.wide}>
            {samples !== null && samples.length === 0 && (
              <EmptyState icon={<FileText size={20} />} title="No plan chosen">
                Open a plan file to see what it would do before it does it.
              </EmptyState>
            )}
          </div>
        ) : (
          <Chosen key={preview.sourceId} preview={preview} again={again} />
        )}
      </div>
      {preview !== null && error === null ? <Foot preview={preview} /> : <EmptyFoot />}
    </Page>
  );
}

interface ChosenProps {
  readonly preview: PlanPreview;
  readonly again: (() => void) | null;
}

function Chosen({ preview, again }: ChosenProps) {
  const refused = useLaunch((state) => state.refused);
  const sound = useLaunch((state) => state.sound) ?? preview;
  const run = useDryRun((state) => (state.sourceId === preview.sourceId ? state.result : null));
  const findings = useMemo(() => mergeFindings(preview, refused), [preview, refused]);
  const typed = useLaunch((state) => state.typed);
  const contents = typedValues({ preview, typed });
  const layered = useMemo(() => layerSubtasks(sound.subtasks), [sound]);
  const graph = useMemo(() => titledGraph(layered, sound.parameters, contents), [layered, sound, contents]);
  const hasErrors = findings.some(({ severity }) => severity === "error");
  return (
    <>
      <section className={styles.middle} aria-label="Parameters and validation">
        <div className={styles.intro}>
          <h2>{withValues(sound.title, sound.parameters, contents)}</h2>
          {sound.description !== "" && <p>{sound.description}</p>}
        </div>
        <ParameterForm parameters={sound.parameters} />
        <ValidationPanel
          preview={preview}
          findings={findings}
          trouble={hasErrors || again === null ? null : (run?.findings ?? null)}
          layerCount={graph.layerCount}
        />
      </section>
      <PreviewPane preview={preview} graph={graph} findings={findings} again={again} />
    </>
  );
}

/** What was found at launch, then what was found at reading, each once. */
function mergeFindings(preview: PlanPreview, refused: PlanPreview["findings"]): PlanPreview["findings"] {
  const seen = new Set(refused.map((finding) => `${finding.line} ${finding.message}`));
  return [...refused, ...preview.findings.filter((finding) => !seen.has(`${finding.line} ${finding.message}`))];
}

const GLYPH: Readonly<Record<Readiness["tone"], string>> = { ok: "completed", warning: "escalated", error: "failed" };

/** Keeps the place of the foot until there is a plan: what is above it must not move away under the pointer. */
function EmptyFoot() {
  return (
    <footer className={styles.foot}>
      <span className={styles.detail} />
      <Button variant="ghost" keys="Escape" onClick={leave}>
        Cancel
      </Button>
    </footer>
  );
}

function Foot({ preview }: { readonly preview: PlanPreview }) {
  const { typed, status, launchError, refused, sound } = useLaunch();
  const run = useDryRun((state) => (state.sourceId === preview.sourceId ? state.result : null));
  const isTyping = useDraft((state) => state.text !== null);
  const readOnly = useReadOnlyReason();
  const form = useMemo(() => parseForm(preview.parameters, typedValues({ preview, typed })), [preview, typed]);
  const state = readiness(preview, preview.findings, Object.keys(form.problems).length, run?.findings);
  const busy = { idle: null, reading: "The plan is being read.", launching: "It is being launched." }[status];
  const off = readOnly ?? (state.isReady ? busy : `${state.sentence}.`);
  const isInFile = preview.origin.kind === "file" || preview.origin.kind === "sample";
  const noSchedule =
    off ??
    (isInFile && !preview.isEdited && !isTyping ? null : "Save the plan first: its file is read at each launch.");
  const schedule = (): void =>
    askSchedule({
      sourceId: preview.sourceId,
      title: preview.title,
      parameters: form.values,
      fields: preview.parameters,
    });
  useHotkeys({
    group: "Launch",
    hotkeys: [
      {
        keys: ["Mod+Enter"],
        label: "Launch",
        hint: true,
        whileTyping: true,
        disabled: off !== null,
        run: () => void launch(),
      },
      {
        keys: ["Mod+Shift+Enter"],
        label: "Launch paused",
        whileTyping: true,
        disabled: off !== null,
        run: () => void launch({ paused: true }),
      },
      { keys: ["s"], label: "Schedule the plan", disabled: noSchedule !== null, run: schedule },
    ],
  });
  const isRefused = launchError !== null;
  const known = sound ?? preview;
  const name = withValues(known.title, known.parameters, typedValues({ preview, typed }));
  return (
    <footer className={styles.foot}>
      <span className={styles.sentence} role="status">
        <StatusGlyph kind="task" state={isRefused ? "failed" : GLYPH[state.tone]} />
        <b>{isRefused ? "Not launched" : state.sentence}</b>
      </span>
      <span className={styles.detail} title={launchError ?? state.detail}>
        {isRefused ? (refused.length > 0 ? `${launchError} See Validation.` : launchError) : (readOnly ?? state.detail)}
      </span>
      <Button variant="ghost" keys="Escape" onClick={leave}>
        Cancel
      </Button>
      <Button
        icon={<Pause size={14} />}
        disabledReason={off}
        title="Its tasks wait until it is resumed"
        onClick={() => void launch({ paused: true })}
      >
        Launch paused
      </Button>
      <Button icon={<CalendarClock size={14} />} keys="s" disabledReason={noSchedule} onClick={schedule}>
        Schedule…
      </Button>
      <Button
        variant="primary"
        icon={<Play size={12} />}
        keys="Mod+Enter"
        disabledReason={off}
        onClick={() => void launch()}
      >
        <span className={styles.launchTitle}>Launch {name}</span>
      </Button>
    </footer>
  );
}
