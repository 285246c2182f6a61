import { ArrowLeft, FileText, Play, RefreshCw } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { PlanPreview } from "../../../shared/model/views";
import { goTo, planPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { Failure } from "../../ui/failure";
import { useHotkeys } from "../../ui/hotkeys";
import { StatusGlyph } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./launch.module.css";
import { checkAgain, launch, loadSamples, openFile, openSample, typedValues, useLaunch } from "./launch-store";
import { layerSubtasks } from "./layers";
import { ParameterForm } from "./parameter-form";
import { parseForm } from "./parameters";
import { PreviewPane } from "./preview-pane";
import { type Readiness, readiness } from "./readiness";
import { SourceList } from "./source-list";
import { ValidationPanel } from "./validation-panel";

const leave = (): void => goTo(planPlace(null));

/** Chooses a plan, fills in its parameters, shows what it will do, and launches it. */
export function LaunchView({ sample }: { readonly sample: string | null }) {
  const { samples, preview, error, sample: shown, status } = useLaunch();
  useEffect(() => {
    void loadSamples();
  }, []);
  const first = samples?.[0]?.name;
  useEffect(() => {
    const state = useLaunch.getState();
    if (sample !== null && (state.sample !== sample || state.error !== null)) void openSample(sample);
  }, [sample]);
  useEffect(() => {
    const showsNothing = preview === null && error === null && status === "idle";
    if (sample === null && showsNothing && first !== undefined) void openSample(first);
  }, [sample, first, preview, error, status]);
  const canCheck = preview !== null && shown === null;
  useHotkeys({
    group: "Launch",
    hotkeys: [
      { keys: ["o"], label: "Open plan file", hint: true, run: () => void openFile() },
      { keys: ["c"], label: "Check the file again", disabled: !canCheck, run: () => void checkAgain() },
      { keys: ["Escape"], label: "Back to the plans", whileTyping: true, run: leave },
    ],
  });
  return (
    <div className={styles.view}>
      <header className={styles.head}>
        <IconButton label="Back to the plans" keys="Escape" size="sm" onClick={leave}>
          <ArrowLeft size={16} />
        </IconButton>
        <h1>Launch plan</h1>
        {preview !== null && <span className={styles.source}>{preview.sourceName}</span>}
        <span className={styles.push}>
          {canCheck && (
            <Button size="sm" icon={<RefreshCw size={12} />} keys="c" onClick={() => void checkAgain()}>
              Check the file again
            </Button>
          )}
        </span>
      </header>
      <div className={styles.columns}>
        <SourceList />
        {error !== null ? (
          <div className={styles.wide}>
            <Failure
              title="The plan could not be read"
              error={error}
              meaning="Nothing was launched. Choose another plan, or correct this one and open it again."
              onRetry={() => void (sample === null ? openFile() : openSample(sample))}
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
          <Chosen key={preview.sourceName} preview={preview} />
        )}
      </div>
      {preview !== null && error === null && <Foot preview={preview} />}
    </div>
  );
}

function Chosen({ preview }: { readonly preview: PlanPreview }) {
  const refused = useLaunch((state) => state.refused);
  const findings = useMemo(() => mergeFindings(preview, refused), [preview, refused]);
  const graph = useMemo(() => layerSubtasks(preview.subtasks), [preview]);
  return (
    <>
      <section className={styles.middle} aria-label="Parameters and validation">
        <div className={styles.intro}>
          <h2>{preview.title}</h2>
          {preview.description !== "" && <p>{preview.description}</p>}
        </div>
        <ParameterForm parameters={preview.parameters} />
        <ValidationPanel preview={preview} findings={findings} layerCount={graph.layerCount} />
      </section>
      <PreviewPane preview={preview} graph={graph} findings={findings} />
    </>
  );
}

/** What was found at launch, then what was found at reading, each once. */
function mergeFindings(preview: PlanPreview, refused: PlanPreview["findings"]): PlanPreview["findings"] {
  const seen = new Set(refused.map((finding) => `${finding.line} ${finding.message}`));
  return [...refused, ...preview.findings.filter((finding) => !seen.has(`${finding.line} ${finding.message}`))];
}

const GLYPH: Readonly<Record<Readiness["tone"], string>> = { ok: "completed", warning: "escalated", error: "failed" };

function Foot({ preview }: { readonly preview: PlanPreview }) {
  const { typed, status, launchError, refused } = useLaunch();
  const readOnly = useReadOnlyReason();
  const problems = useMemo(
    () => Object.keys(parseForm(preview.parameters, typedValues({ preview, typed })).problems).length,
    [preview, typed],
  );
  const state = readiness(preview, preview.findings, problems);
  const busy = { idle: null, reading: "The plan is being read.", launching: "It is being launched." }[status];
  const off = readOnly ?? (state.isReady ? busy : `${state.sentence}.`);
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
    ],
  });
  const isRefused = launchError !== null;
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
        variant="primary"
        icon={<Play size={12} />}
        keys="Mod+Enter"
        disabledReason={off}
        onClick={() => void launch()}
      >
        <span className={styles.launchTitle}>Launch {preview.title}</span>
      </Button>
    </footer>
  );
}
