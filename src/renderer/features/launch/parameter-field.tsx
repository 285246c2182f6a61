import { ChevronDown, FolderOpen, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, useId } from "react";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { call, messageOf } from "../../api";
import { Button, IconButton } from "../../ui/button";
import { Switch } from "../../ui/switch";
import { toast } from "../../ui/toast";
import styles from "./parameter-form.module.css";
import type { FieldValue } from "./parameters";

/** More choices than these do not fit side by side. */
const MOST_SEGMENTS = 4;

interface FieldProps {
  readonly parameter: ParameterDefinition;
  readonly content: FieldValue;
  /** `isLoud`: the operator was there, so it is an error; before that only a note. */
  readonly problem: { readonly text: string; readonly isLoud: boolean } | null;
  readonly onChange: (value: FieldValue) => void;
  readonly onLeave: () => void;
}

export function ParameterField(props: FieldProps) {
  const { parameter, problem, onLeave } = props;
  const id = useId();
  const isSegmented = parameter.type === "choice" && parameter.choices.length <= MOST_SEGMENTS;
  const name = (
    <span className={styles.fieldName}>
      {parameter.name}
      {parameter.required && <small>required</small>}
    </span>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notes that the focus was here
    <div className={styles.field} onBlur={onLeave}>
      <div className={styles.fieldLabel}>
        {isSegmented ? <span id={`${id}-name`}>{name}</span> : <label htmlFor={id}>{name}</label>}
        {parameter.description !== "" && (
          <p id={`${id}-text`} title={parameter.description}>
            {parameter.description}
          </p>
        )}
      </div>
      <div className={styles.control}>
        <Control {...props} id={id} />
        {problem !== null && (
          <span
            id={`${id}-problem`}
            className={styles.problem}
            data-tone={problem.isLoud ? "failed" : "waiting"}
            role={problem.isLoud ? "alert" : undefined}
          >
            {problem.text}
          </span>
        )}
      </div>
    </div>
  );
}

interface ControlProps extends FieldProps {
  readonly id: string;
}

function Control({ parameter, content, problem, onChange, id }: ControlProps) {
  const text = typeof content === "string" ? content : String(content);
  const describedBy = `${id}-text${problem === null ? "" : ` ${id}-problem`}`;
  const input = {
    id,
    value: text,
    // What holds while the field is empty.
    placeholder: parameter.default === null ? undefined : String(parameter.default),
    "aria-describedby": describedBy,
    "aria-invalid": problem?.isLoud === true || undefined,
    "aria-required": parameter.required || undefined,
  };
  switch (parameter.type) {
    case "boolean":
      return (
        <span className={styles.switch}>
          <Switch id={id} checked={content === true} onChange={onChange} describedBy={describedBy} />
          {content === true ? "Yes" : "No"}
        </span>
      );
    case "number":
      return <Stepper input={input} onChange={onChange} />;
    case "choice":
      return parameter.choices.length <= MOST_SEGMENTS ? (
        <Segments parameter={parameter} value={text} onChange={onChange} labelledBy={`${id}-name`} />
      ) : (
        <span className={styles.choice}>
          <select {...input} onChange={(event) => onChange(event.target.value)}>
            {text === "" && <option value="">Choose…</option>}
            {parameter.choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
          <ChevronDown size={12} aria-hidden="true" />
        </span>
      );
    case "folder":
      return (
        <>
          <input
            {...input}
            className={styles.input}
            data-mono
            spellCheck={false}
            placeholder={input.placeholder ?? "Path of a folder"}
            onChange={(event) => onChange(event.target.value)}
          />
          <Button icon={<FolderOpen size={14} />} onClick={() => void browse(text, onChange)}>
            Browse…
          </Button>
        </>
      );
    case "secret":
      return (
        <input
          {...input}
          type="password"
          className={styles.input}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "string":
      return (
        <input
          {...input}
          className={styles.input}
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

async function browse(current: string, onChange: (value: FieldValue) => void): Promise<void> {
  try {
    const folder = await call("plans.chooseFolder", current === "" ? {} : { current });
    if (folder !== null) onChange(folder);
  } catch (error) {
    toast.error("Could not ask for a folder", { description: messageOf(error) });
  }
}

interface StepperProps {
  readonly input: { readonly id: string; readonly value: string; readonly placeholder: string | undefined };
  readonly onChange: (value: FieldValue) => void;
}

function Stepper({ input, onChange }: StepperProps) {
  const step = (by: number) => {
    const number = Number(input.value);
    onChange(String((Number.isFinite(number) ? number : 0) + by));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    step(event.key === "ArrowUp" ? 1 : -1);
  };
  return (
    <span className={styles.stepper}>
      <IconButton label="One less" tabIndex={-1} onClick={() => step(-1)}>
        <Minus size={12} />
      </IconButton>
      <input
        {...input}
        inputMode="decimal"
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <IconButton label="One more" tabIndex={-1} onClick={() => step(1)}>
        <Plus size={12} />
      </IconButton>
    </span>
  );
}

interface SegmentsProps {
  readonly parameter: ParameterDefinition;
  readonly value: string;
  readonly onChange: (value: FieldValue) => void;
  readonly labelledBy: string;
}

function Segments({ parameter, value, onChange, labelledBy }: SegmentsProps) {
  return (
    <span className={styles.segments} role="radiogroup" aria-labelledby={labelledBy}>
      {parameter.choices.map((choice) => (
        <label key={choice} data-on={choice === value || undefined}>
          <input
            type="radio"
            name={parameter.name}
            value={choice}
            checked={choice === value}
            onChange={() => onChange(choice)}
          />
          {choice}
        </label>
      ))}
    </span>
  );
}
