import { FilePlus, FlaskConical, FolderOpen, Import } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../ui/button";
import { importBoard, useBoardImport } from "../board-import/import-job";
import { chooseDatabase } from "../databases/database-choice";
import { HelpLink } from "../guide/help-link";
import { openNew } from "../launch/launch-store";
import { useApp, useReadOnlyReason } from "../shell/app-store";
import { SampleList } from "./sample-list";
import styles from "./welcome.module.css";

interface WayProps {
  readonly icon: ReactNode;
  readonly title: string;
  /** What it does, and what it costs. */
  readonly says: ReactNode;
  readonly children: ReactNode;
}

/** One way to begin. */
function Way({ icon, title, says, children }: WayProps) {
  return (
    <section className={styles.way} aria-label={title}>
      <h3>
        {icon} {title}
      </h3>
      <p>{says}</p>
      {children}
    </section>
  );
}

/** What an empty database shows first: the ways to begin, each one step from here. */
export function Welcome() {
  const database = useApp((state) => state.info?.database);
  const readOnly = useReadOnlyReason();
  const isImporting = useBoardImport((state) => state.running !== null);
  return (
    <div className={styles.welcome}>
      <header className={styles.head}>
        <h2>No plans yet: four ways to begin</h2>
        <p>
          A plan is a graph of tasks: commands, requests, models and approvals. The console runs them on this computer
          and keeps everything in one file, {database === undefined ? "its database" : <b>{database.name}</b>}, which is
          ready
          {database === undefined ? (
            ""
          ) : (
            <>
              {" "}
              at <span className="mono">{database.file}</span>
            </>
          )}
          . The console itself sends nothing anywhere.
        </p>
        <HelpLink to="firstPlan">A first plan, step by step</HelpLink>
      </header>
      <div className={styles.ways}>
        <Way
          icon={<FlaskConical size={14} />}
          title="Try a sample"
          says="Look at a plan, its graph and its dry run. Nothing starts before you launch it."
        >
          <SampleList />
        </Way>
        <div className={styles.others}>
          <Way
            icon={<FilePlus size={14} />}
            title="Write a plan"
            says="A small plan to begin with, in an editor that completes what you type. Launch it as it stands, then make it yours."
          >
            <Button variant="primary" disabledReason={readOnly} onClick={() => void openNew()}>
              New plan
            </Button>
          </Way>
          <Way
            icon={<FolderOpen size={14} />}
            title="Open a Hive database"
            says="One that Python programs or another console write to. Look at it first (Observe), or work with it (Operate)."
          >
            <Button keys="Mod+O" onClick={() => void chooseDatabase()}>
              Open database…
            </Button>
          </Way>
          <Way
            icon={<Import size={14} />}
            title="Import from The Board"
            says="Takes over plans, tasks and events of the_board_state.db. That file is not changed, and nothing begins to run."
          >
            <Button
              disabledReason={readOnly ?? (isImporting ? "One is being imported." : null)}
              onClick={() => void importBoard()}
            >
              Import…
            </Button>
          </Way>
        </div>
      </div>
    </div>
  );
}
