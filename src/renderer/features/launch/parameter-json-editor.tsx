import { useEffect, useRef, useState } from "react";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { JSON_EDITING } from "../../ui/code-editor/json";
import { launch, setForm } from "./launch-store";
import styles from "./parameter-form.module.css";
import { formJson, readFormJson } from "./parameter-json";
import { type FieldValues, parseForm } from "./parameters";

interface ParameterJsonProps {
  readonly parameters: readonly ParameterDefinition[];
  readonly contents: FieldValues;
}

/** The parameters as JSON text. What does not parse stays in the editor; the form keeps what it held. */
export function ParameterJson({ parameters, contents }: ParameterJsonProps) {
  const [text, setText] = useState(() => formJson(parameters, contents));
  const [problem, setProblem] = useState<string | null>(null);
  const told = useRef(contents);
  // Values that came from elsewhere: a preset, an earlier run, a reset.
  useEffect(() => {
    if (contents === told.current) return;
    told.current = contents;
    setText(formJson(parameters, contents));
    setProblem(null);
  }, [parameters, contents]);
  const change = (next: string): void => {
    setText(next);
    const reading = readFormJson(next, parameters, contents);
    setProblem(reading.ok ? null : reading.problem);
    if (!reading.ok) return;
    told.current = reading.fields;
    setForm(reading.fields);
  };
  const { problems } = parseForm(parameters, contents);
  const first = Object.entries(problems)[0];
  const words = problem ?? (first === undefined ? null : `${first[0]}: ${first[1]}`);
  return (
    <div className={styles.json}>
      <div className={styles.jsonText}>
        <CodeEditor
          label="Parameters as JSON"
          value={text}
          readOnly={false}
          extensions={JSON_EDITING}
          onChange={change}
          onSubmit={() => {
            if (problem === null) void launch();
          }}
        />
      </div>
      <p className={styles.jsonState} data-tone={words === null ? undefined : "failed"} role="status">
        {words ?? (parameters.some(({ type }) => type === "secret") ? "Secrets are typed into the form." : "")}
      </p>
    </div>
  );
}
