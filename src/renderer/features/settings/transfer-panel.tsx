import { Download, Upload } from "lucide-react";
import type { SettingChange } from "../../../shared/model/settings/transfer";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { toast } from "../../ui/toast";
import { askAct } from "../dialogs/act-store";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./settings.module.css";
import { loadSettings, useSettings } from "./settings-store";

async function exportAll(): Promise<void> {
  try {
    const written = await call("settings.export", {});
    if (written !== null) toast.success("Settings exported", { description: written.file });
  } catch (error) {
    toast.error("The settings could not be exported", { description: messageOf(error) });
  }
}

const shown = (value: unknown): string =>
  value === null ? "not set" : typeof value === "string" ? value : JSON.stringify(value);

const changeWords = ({ label, before, after }: SettingChange): string => `${label}: ${shown(before)} → ${shown(after)}`;

async function importAll(): Promise<void> {
  try {
    const found = await call("settings.readImport", {});
    if (found === null) return;
    const { importId, changes, file } = found;
    askAct({
      title: "Import settings",
      keepLabel: "Change nothing",
      variant: "primary",
      preview: () => ({
        title: changes.length === 0 ? "Import settings" : `Import ${plural(changes.length, "setting")}?`,
        consequence:
          changes.length === 0 ? `Everything in ${file} is set like that already.` : <Changes changes={changes} />,
        affected: [],
        confirmLabel: changes.length === 0 ? null : `Change ${plural(changes.length, "setting")}`,
      }),
      run: async () => {
        const { changed } = await call("settings.import", { importId });
        await loadSettings();
        toast.success(`Changed ${plural(changed, "setting")}`);
      },
    });
  } catch (error) {
    toast.error("The settings were not imported", { description: messageOf(error) });
  }
}

function Changes({ changes }: { readonly changes: readonly SettingChange[] }) {
  return (
    <span className={styles.changes}>
      {changes.map((change) => (
        <span key={change.name}>{changeWords(change)}</span>
      ))}
    </span>
  );
}

/** Settings as a file: for another computer, another database, or to keep. */
export function TransferPanel() {
  const rows = useSettings((state) => state.rows);
  const readOnly = useReadOnlyReason();
  const set = [...rows.values()].filter(({ isSet }) => isSet);
  return (
    <Panel title="Import and export" meta={`${plural(set.length, "setting")} of ${rows.size} set`}>
      <div className={styles.transfer}>
        <div>
          <b>Export</b>
          <p>
            Writes everything that is set to a JSON file. Keys are never in it. The same on a command line:{" "}
            <code>hive settings export</code>
          </p>
          <Button icon={<Download size={14} />} onClick={() => void exportAll()}>
            Export settings…
          </Button>
        </div>
        <div>
          <b>Import</b>
          <p>
            Reads such a file, says what it would change, and changes it when you agree. One fault in it keeps all of it
            out.
          </p>
          <Button icon={<Upload size={14} />} disabledReason={readOnly} onClick={() => void importAll()}>
            Import settings…
          </Button>
        </div>
      </div>
      {set.length > 0 && (
        <dl className={styles.card}>
          {set.map(({ name, label, value, defaultWords }) => (
            <div key={name}>
              <dt>{label}</dt>
              <dd>
                {shown(value).slice(0, 200)} <small>default {defaultWords}</small>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Panel>
  );
}
