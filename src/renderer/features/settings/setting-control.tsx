import { useEffect, useState } from "react";
import type { SettingRow } from "../../../shared/model/setting";
import { Segmented } from "../../ui/segmented";
import { Switch } from "../../ui/switch";
import styles from "./settings.module.css";
import { refuse, setSetting } from "./settings-store";

interface ControlProps {
  readonly row: SettingRow;
  readonly id: string;
  readonly describedBy: string;
  readonly isInvalid: boolean;
  /** Why it cannot be changed now. */
  readonly readOnly: string | null;
}

/** Few enough to be seen side by side. */
const SIDE_BY_SIDE = 3;

/** What a setting is changed with. */
export function SettingControl(props: ControlProps) {
  const { row, id, describedBy, readOnly } = props;
  const { control, value, name, label } = row;
  const set = (next: unknown): void => {
    if (readOnly === null) void setSetting(name, next);
  };
  if (control.kind === "switch") {
    return <Switch id={id} checked={value === true} describedBy={describedBy} label={label} onChange={set} />;
  }
  if (control.kind === "choice" && control.options.length <= SIDE_BY_SIDE) {
    return <Segmented label={label} isFramed options={control.options} value={choiceOf(row)} onChange={set} />;
  }
  if (control.kind === "choice") {
    return (
      <select
        id={id}
        className={styles.field}
        value={String(value)}
        disabled={readOnly !== null}
        aria-describedby={describedBy}
        onChange={({ target }) => set(control.options.find((option) => String(option.value) === target.value)?.value)}
      >
        {control.options.map((option) => (
          <option key={option.value} value={String(option.value)}>
            {option.label}
          </option>
        ))}
      </select>
    );
  }
  return control.kind === "rules" ? null : <TextControl key={String(value)} {...props} />;
}

function choiceOf({ value, default: preset }: SettingRow): string | number | null {
  const shown = value ?? preset;
  return typeof shown === "string" || typeof shown === "number" ? shown : null;
}

/** Takes effect on Enter and when the focus leaves it. */
function TextControl({ row, id, describedBy, isInvalid, readOnly }: ControlProps) {
  const { control, value, name } = row;
  const shown = Array.isArray(value) ? value.join(", ") : value === null ? "" : String(value);
  const [text, setText] = useState(shown);
  useEffect(() => setText(shown), [shown]);
  const isNumber = control.kind === "number";
  const commit = (): void => {
    const next = read(control.kind, text.trim());
    if (text.trim() === shown) refuse(name, null);
    else if (next !== null) void setSetting(name, next);
    else if (row.isSet) refuse(name, `Give ${row.range}, or reset it.`);
    else setText(shown);
  };
  return (
    <span className={styles.entry}>
      <input
        id={id}
        className={styles.field}
        data-kind={control.kind}
        type="text"
        inputMode={isNumber ? "numeric" : "text"}
        list={control.kind === "zone" ? ZONE_LIST : undefined}
        value={text}
        placeholder={placeholderOf(row)}
        readOnly={readOnly !== null}
        aria-invalid={isInvalid}
        aria-describedby={describedBy}
        onChange={({ target }) => setText(target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key !== "Escape") return;
          setText(shown);
          refuse(name, null);
        }}
      />
      {isNumber && control.unit !== "" && <span className={styles.unit}>{control.unit}</span>}
    </span>
  );
}

function read(kind: string, text: string): unknown {
  if (kind === "words") return text.split(/[\s,]+/).filter(Boolean);
  if (text === "") return null;
  if (kind !== "number") return text;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function placeholderOf({ control, defaultWords }: SettingRow): string {
  if (control.kind === "text" || control.kind === "words") return control.placeholder;
  return control.kind === "number" ? "auto" : defaultWords;
}

const ZONE_LIST = "settings-zones";

/** Names of time zones, for the field to complete. */
export function Zones() {
  return (
    <datalist id={ZONE_LIST}>
      {["system", "UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
        <option key={zone} value={zone} />
      ))}
    </datalist>
  );
}
