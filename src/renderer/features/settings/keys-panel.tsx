import { Button } from "../../ui/button";
import { useHotkeySheet } from "../../ui/hotkeys";
import { Kbd } from "../../ui/kbd";
import { Panel } from "../../ui/panel";
import { openShortcuts } from "../dialogs/dialogs-store";
import styles from "./settings.module.css";

/** The keys that work everywhere; those of a view are shown by `?` there. */
export function KeysPanel() {
  const groups = useHotkeySheet();
  return (
    <Panel
      title="Keys"
      meta={
        <>
          Each view has more: <Kbd keys="?" /> lists them there. Letters rest while you type.
        </>
      }
      actions={
        <Button size="sm" keys="?" onClick={openShortcuts}>
          Shortcuts
        </Button>
      }
    >
      {groups.map(({ group, hotkeys }) => (
        <section key={group} className={styles.keys}>
          <h3>{group}</h3>
          <ul>
            {hotkeys.map((hotkey) => (
              <li key={`${hotkey.keys.join()} ${hotkey.label}`}>
                <span>{hotkey.label}</span>
                <span>
                  {hotkey.keys.map((keys) => (
                    <Kbd key={keys} keys={keys} />
                  ))}
                </span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Panel>
  );
}
