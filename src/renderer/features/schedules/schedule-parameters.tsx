import { useState } from "react";
import type { ParameterValue } from "../../../shared/model/plan-definition";
import type { ScheduleQuestion } from "./new-schedule";

type Values = Readonly<Record<string, ParameterValue>>;

interface ScheduleParametersProps {
  readonly question: ScheduleQuestion;
  readonly values: Values;
  readonly onChange: (values: Values) => void;
}

/** What each launch is given: of a new schedule as the form of its plan says, of one that is changed to be changed. */
export function ScheduleParameters({ question, values, onChange }: ScheduleParametersProps) {
  const isSecret = (name: string): boolean =>
    question.kind === "new"
      ? question.plan.fields.some((field) => field.name === name && field.type === "secret")
      : question.schedule.secrets.includes(name);
  const kept = question.kind === "new" ? [] : question.schedule.secrets;
  const names = [...new Set([...Object.keys(values), ...kept])];
  if (names.length === 0) return <p>The plan's own defaults.</p>;
  return (
    <dl>
      {names.map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="mono">
            {question.kind === "new" ? (
              <span title={isSecret(name) ? "A secret: it is kept beside the database" : String(values[name])}>
                {isSecret(name) ? "••••" : String(values[name])}
              </span>
            ) : (
              <ValueField
                name={name}
                isSecret={isSecret(name)}
                value={values[name]}
                onChange={(value) => onChange(withValue(values, name, value))}
              />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Undefined takes it away: for a secret that means that it stays as it is. */
function withValue(values: Values, name: string, value: ParameterValue | undefined): Values {
  const rest = Object.entries(values).filter(([key]) => key !== name);
  return Object.fromEntries(value === undefined ? rest : [...rest, [name, value]]);
}

interface ValueFieldProps {
  readonly name: string;
  readonly isSecret: boolean;
  readonly value: ParameterValue | undefined;
  readonly onChange: (value: ParameterValue | undefined) => void;
}

function ValueField({ name, isSecret, value, onChange }: ValueFieldProps) {
  const [text, setText] = useState(value === undefined ? "" : String(value));
  if (typeof value === "boolean") {
    return (
      <input type="checkbox" aria-label={name} checked={value} onChange={(event) => onChange(event.target.checked)} />
    );
  }
  return (
    <input
      type={isSecret ? "password" : "text"}
      aria-label={name}
      value={text}
      placeholder={isSecret ? "kept; type a new one" : ""}
      spellCheck={false}
      onChange={(event) => {
        const next = event.target.value;
        setText(next);
        onChange(isSecret && next === "" ? undefined : next);
      }}
    />
  );
}
