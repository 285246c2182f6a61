import { Database, Monitor, RotateCcw, Square } from "lucide-react";
import { type ReactNode, useId } from "react";
import type { SettingScope } from "../../../shared/model/settings/definition";
import { IconButton } from "../../ui/button";
import { useReadOnlyReason } from "../shell/app-store";
import { SettingControl } from "./setting-control";
import styles from "./settings.module.css";
import { resetSetting, useSetting, useSettings } from "./settings-store";

const SCOPES: Readonly<
  Record<SettingScope, { readonly icon: ReactNode; readonly word: string; readonly says: string }>
> = {
  database: { icon: <Database size={12} />, word: "Database", says: "Kept in this database, for every console on it" },
  machine: { icon: <Monitor size={12} />, word: "Computer", says: "Kept for this computer, for every window on it" },
  window: { icon: <Square size={12} />, word: "Window", says: "Kept for this window" },
};

/** A setting: what it does, its value, default and range, whose it is, and the way back. */
export function SettingLine({ name, children }: { readonly name: string; readonly children?: ReactNode }) {
  const row = useSetting(name);
  const refused = useSettings((state) => state.refused.get(name) ?? null);
  const observed = useReadOnlyReason();
  const id = useId();
  if (row === undefined) return null;
  const readOnly = row.scope === "database" ? observed : null;
  const scope = SCOPES[row.scope];
  const problem = refused ?? row.problem;
  return (
    <div className={styles.line} id={`setting-${name}`} data-wide={children === undefined ? undefined : true}>
      <div>
        <label htmlFor={id} className={styles.label}>
          {row.label}
        </label>
        <p id={`${id}-says`} className={styles.says}>
          {row.says}
        </p>
        <p className={styles.facts}>
          <span title={scope.says}>
            {scope.icon} {scope.word}
          </span>
          <span>Default {row.defaultWords}</span>
          <span>{row.range}</span>
          <span>Takes effect {row.effect}</span>
          <code>{name}</code>
        </p>
        {problem !== null && (
          <p className={styles.problem} data-tone="failed" role="alert">
            {problem}
          </p>
        )}
      </div>
      <div className={styles.value} title={readOnly ?? undefined}>
        <SettingControl row={row} id={id} describedBy={`${id}-says`} isInvalid={problem !== null} readOnly={readOnly} />
        <IconButton
          size="sm"
          label={`Reset ${row.label}`}
          disabledReason={readOnly ?? (row.isSet ? null : "It is at its default.")}
          onClick={() => void resetSetting(row)}
        >
          <RotateCcw size={12} />
        </IconButton>
      </div>
      {children}
    </div>
  );
}
