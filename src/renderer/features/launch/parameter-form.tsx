import { useMemo, useState } from "react";
import type { ParameterDefinition } from "../../../shared/model/plan-definition";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Segmented } from "../../ui/segmented";
import { typedValues, useLaunch } from "./launch-state";
import { resetForm, setField } from "./launch-store";
import { ParameterField } from "./parameter-field";
import styles from "./parameter-form.module.css";
import { ParameterJson } from "./parameter-json-editor";
import { fieldValue, parseForm } from "./parameters";
import { SectionHead } from "./section-head";

const SHAPES = [
  { value: "form", label: "Form" },
  { value: "json", label: "JSON" },
] as const;

/** A field for each parameter of the plan, checked as it is filled in. */
export function ParameterForm({ parameters }: { readonly parameters: readonly ParameterDefinition[] }) {
  const { preview, sound, typed } = useLaunch();
  const contents = typedValues({ preview, typed });
  const { problems } = useMemo(() => parseForm(parameters, contents), [parameters, contents]);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [shape, setShape] = useState<"form" | "json">("form");
  const isTouched = Object.keys(contents).length > 0;
  return (
    <div className={styles.parameters}>
      <SectionHead
        title="Parameters"
        meta={parameters.length === 0 ? "none" : `from the plan, ${plural(parameters.length, "field")}`}
      >
        {parameters.length > 0 && (
          <span className={styles.shape}>
            <Segmented isFramed label="Shown as" options={SHAPES} value={shape} onChange={setShape} />
          </span>
        )}
        {isTouched && (
          <Button variant="ghost" size="xs" className={styles.reset} onClick={resetForm}>
            Reset
          </Button>
        )}
      </SectionHead>
      {parameters.length === 0 && (
        <p className={styles.none}>
          {sound === null ? "None is known while the plan has errors." : "This plan takes no parameters."}
        </p>
      )}
      {shape === "json" && parameters.length > 0 && <ParameterJson parameters={parameters} contents={contents} />}
      {(shape === "json" ? [] : parameters).map((parameter) => {
        const isVisited = left.has(parameter.name) || Object.hasOwn(contents, parameter.name);
        const problem = problems[parameter.name];
        return (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            content={fieldValue(parameter, contents)}
            problem={problem === undefined ? null : { text: problem, isLoud: isVisited }}
            onChange={(value) => setField(parameter.name, value)}
            onLeave={() => setLeft(new Set([...left, parameter.name]))}
          />
        );
      })}
    </div>
  );
}
