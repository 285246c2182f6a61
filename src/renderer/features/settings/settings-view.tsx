import {
  Bell,
  Bot,
  Clock,
  Database,
  Keyboard,
  Network,
  Palette,
  Play,
  Recycle,
  RefreshCw,
  TriangleAlert,
  Upload,
} from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { SETTINGS } from "../../../shared/model/setting";
import type { SettingGroup } from "../../../shared/model/settings/definition";
import { messageOf } from "../../api";
import { formatPlace, goTo } from "../../location";
import { SECTION_LABELS, SETTINGS_SECTIONS, type SettingsSection } from "../../settings-place";
import { Button } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { useHotkeys } from "../../ui/hotkeys";
import { Page, PageBody } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { SkeletonRows } from "../../ui/skeleton-rows";
import { RecentDatabases } from "../databases/recent-databases";
import { useReadOnlyReason } from "../shell/app-store";
import { CurrentDatabase } from "./current-database";
import { FleetPanel } from "./fleet-panel";
import { KeysPanel } from "./keys-panel";
import { LlmPanel } from "./llm-panel";
import { RulesEditor } from "./rules-editor";
import { Zones } from "./setting-control";
import { SettingLine } from "./setting-line";
import styles from "./settings.module.css";
import { loadSettings, noteSection, useSettings } from "./settings-store";
import { SubscriptionsPanel } from "./subscriptions-panel";
import { TransferPanel } from "./transfer-panel";

interface Section {
  readonly icon: ReactNode;
  readonly content: () => ReactNode;
}

const SECTIONS: Readonly<Record<SettingsSection, Section>> = {
  databases: {
    icon: <Database size={14} />,
    content: () => (
      <>
        <CurrentDatabase />
        <RecentDatabases />
      </>
    ),
  },
  runner: {
    icon: <Play size={14} />,
    content: () => <Group title="How tasks are run" group="runner" />,
  },
  retention: {
    icon: <Recycle size={14} />,
    content: () => (
      <>
        <Group title="Backups" group="backup" />
        <Group title="How long things are kept" group="retention" meta="What runs is never removed." />
      </>
    ),
  },
  appearance: {
    icon: <Palette size={14} />,
    content: () => <Group title="How the window looks" group="appearance" />,
  },
  time: {
    icon: <Clock size={14} />,
    content: () => (
      <>
        <Zones />
        <Group title="How moments are written" group="time" />
      </>
    ),
  },
  notifications: {
    icon: <Bell size={14} />,
    content: () => (
      <>
        <Panel title="Notifications">
          <SettingLine name="notifications.native" />
          <SettingLine name="notifications.tray" />
          <SettingLine name="notifications.rules">
            <RulesEditor />
          </SettingLine>
        </Panel>
        <SubscriptionsPanel />
        <Panel title="Delivery">
          <SettingLine name="notifications.maxFailures" />
          <SettingLine name="notifications.logRows" />
        </Panel>
      </>
    ),
  },
  llm: { icon: <Bot size={14} />, content: () => <LlmPanel /> },
  fleet: { icon: <Network size={14} />, content: () => <FleetPanel /> },
  updates: { icon: <RefreshCw size={14} />, content: () => <Group title="Newer versions" group="updates" /> },
  keys: { icon: <Keyboard size={14} />, content: () => <KeysPanel /> },
  transfer: { icon: <Upload size={14} />, content: () => <TransferPanel /> },
};

interface GroupProps {
  readonly title: string;
  readonly group: SettingGroup;
  readonly meta?: string;
}

function Group({ title, group, meta }: GroupProps) {
  return (
    <Panel title={title} meta={meta}>
      {SETTINGS.filter((setting) => setting.group === group).map(({ name }) => (
        <SettingLine key={name} name={name} />
      ))}
    </Panel>
  );
}

/** Everything that can be set, with what it does. */
export function SettingsView({ section }: { readonly section: SettingsSection }) {
  const { status, error } = useSettings();
  const readOnly = useReadOnlyReason();
  useEffect(() => {
    noteSection(section);
    void loadSettings();
  }, [section]);
  const at = SETTINGS_SECTIONS.indexOf(section);
  const move = (step: 1 | -1): void => {
    const next = SETTINGS_SECTIONS[at + step];
    if (next !== undefined) goTo({ view: "settings", section: next }, { replace: true });
  };
  useHotkeys({
    group: "Settings",
    hotkeys: [
      { keys: ["j"], label: "Next section", hint: { keys: ["j", "k"], label: "Section" }, run: () => move(1) },
      { keys: ["k"], label: "Previous section", run: () => move(-1) },
    ],
  });
  return (
    <Page
      title="Settings"
      meta={readOnly === null ? undefined : "Observe mode: what is kept in the database can be read, and not changed."}
    >
      <PageBody>
        <div className={styles.body}>
          <nav className={styles.sections} aria-label="Settings">
            {SETTINGS_SECTIONS.map((name) => (
              <a
                key={name}
                href={formatPlace({ view: "settings", section: name })}
                aria-current={name === section ? "page" : undefined}
              >
                {SECTIONS[name].icon}
                {SECTION_LABELS[name]}
              </a>
            ))}
          </nav>
          <section key={section} className={styles.content} aria-label={`${SECTION_LABELS[section]} settings`}>
            {status === "failed" ? (
              <EmptyState
                icon={<TriangleAlert size={20} />}
                title="The settings cannot be shown"
                actions={<Button onClick={() => void loadSettings()}>Try again</Button>}
              >
                {messageOf(error)}
              </EmptyState>
            ) : status === "loading" ? (
              <SkeletonRows height={64} />
            ) : (
              SECTIONS[section].content()
            )}
          </section>
        </div>
      </PageBody>
    </Page>
  );
}
