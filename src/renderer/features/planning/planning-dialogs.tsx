import { useId, useRef, useState } from "react";
import {
  COMPLEXITIES,
  type Complexity,
  DEFAULT_PLANNING_PRIORITY,
  type PlanningRequest,
  type ProposedPlan,
} from "../../../shared/model/planning";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { CodeEditor } from "../../ui/code-editor/code-editor";
import { JSON_EDITING } from "../../ui/code-editor/json";
import { Dialog } from "../../ui/dialog";
import { useHotkeys } from "../../ui/hotkeys";
import { toast } from "../../ui/toast";
import { closePlanningQuestion, usePlanningQuestion } from "./planning-acts";
import styles from "./planning-dialogs.module.css";
import { refreshPlanning, takeDetail } from "./planning-store";
import { titleOf } from "./planning-words";

/** Asks for a new request, or for another text of a plan. */
export function PlanningDialogs({ onAdded }: { readonly onAdded: (requestId: string) => void }) {
  const { question } = usePlanningQuestion();
  const [isBusy, setIsBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const part = { isBusy, setIsBusy };
  return (
    <>
      <Dialog
        open={question?.kind === "request"}
        onClose={closePlanningQuestion}
        title="Request a plan"
        description="An agent that plans makes tasks of it; nothing runs before you have approved and launched them."
        initialFocus={field}
        mustAnswer={isBusy}
      >
        {question?.kind === "request" && <RequestForm {...part} field={field} onAdded={onAdded} />}
      </Dialog>
      <Dialog
        open={question?.kind === "edit"}
        onClose={closePlanningQuestion}
        title={question?.kind === "edit" ? `Edit the plan for “${titleOf(question.request)}”` : "Edit"}
        description="Its text as the planner wrote it. A plan that was approved is to be approved again afterwards."
        width={880}
        mustAnswer={isBusy}
      >
        {question?.kind === "edit" && (
          <EditForm {...part} key={question.proposal.id} request={question.request} proposal={question.proposal} />
        )}
      </Dialog>
    </>
  );
}

interface PartProps {
  readonly isBusy: boolean;
  readonly setIsBusy: (isBusy: boolean) => void;
}

interface FormOptions extends PartProps {
  readonly verb: string;
  /** Why it cannot be done yet. */
  readonly off: string | null;
  readonly act: () => Promise<void>;
}

interface Form extends Omit<FormOptions, "act" | "setIsBusy"> {
  readonly error: string | null;
  readonly submit: () => void;
}

/** Does what a form is for, once, and closes it; what went wrong stays on it. */
function useForm({ verb, off, act, isBusy, setIsBusy }: FormOptions): Form {
  const [error, setError] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    if (isBusy || off !== null) return;
    setIsBusy(true);
    setError(null);
    try {
      await act();
      closePlanningQuestion();
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      setIsBusy(false);
    }
  };
  const submit = (): void => void run();
  useHotkeys({
    group: "Dialog",
    scope: "dialog",
    hotkeys: [{ keys: ["Mod+Enter"], label: verb, whileTyping: true, run: submit }],
  });
  return { verb, off, isBusy, error, submit };
}

/** The lower end of a form: what went wrong, and the buttons. */
function FormFooter({ form, keepLabel }: { readonly form: Form; readonly keepLabel: string }) {
  const { verb, off, isBusy, error, submit } = form;
  const busy = isBusy ? "It is being stored." : null;
  return (
    <>
      {error !== null && (
        <p className={styles.error} role="alert" data-tone="failed">
          {error}
        </p>
      )}
      <footer className={styles.footer}>
        <Button keys="Escape" disabledReason={busy} onClick={closePlanningQuestion}>
          {keepLabel}
        </Button>
        <Button variant="primary" keys="Mod+Enter" disabledReason={busy ?? off} onClick={submit}>
          {verb}
        </Button>
      </footer>
    </>
  );
}

interface RequestFormProps extends PartProps {
  readonly field: React.RefObject<HTMLTextAreaElement | null>;
  readonly onAdded: (requestId: string) => void;
}

function RequestForm({ field, onAdded, ...part }: RequestFormProps) {
  const id = useId();
  const [description, setDescription] = useState("");
  const [priority, setPriority] = useState(String(DEFAULT_PLANNING_PRIORITY));
  const [complexity, setComplexity] = useState<Complexity | "">("");
  const [context, setContext] = useState("");
  const given = readContext(context);
  const isPriority = /^\d{1,4}$/.test(priority) && Number(priority) <= 1_000;
  const off =
    description.trim() === ""
      ? "Say what is to be done."
      : !isPriority
        ? "The priority is a number from 0 to 1000."
        : given === undefined
          ? "The context is no JSON object."
          : null;
  const act = async (): Promise<void> => {
    const request = await call("planning.add", {
      description,
      priority: Number(priority),
      ...(complexity === "" ? {} : { complexity }),
      ...(given === undefined || given === null ? {} : { context: given }),
    });
    await refreshPlanning();
    onAdded(request.id);
  };
  const form = useForm({ ...part, verb: "Request it", off, act });
  return (
    <>
      <div className={styles.field}>
        <label htmlFor={`${id}-what`}>What is to be true in the end</label>
        <textarea
          id={`${id}-what`}
          ref={field}
          rows={5}
          maxLength={100_000}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </div>
      <div className={styles.pair}>
        <div className={styles.field}>
          <label htmlFor={`${id}-priority`}>
            Priority <small>0 to 1000, the highest first</small>
          </label>
          <input
            id={`${id}-priority`}
            inputMode="numeric"
            value={priority}
            aria-invalid={!isPriority || undefined}
            onChange={(event) => setPriority(event.target.value.trim())}
          />
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-complexity`}>Complexity</label>
          <select
            id={`${id}-complexity`}
            value={complexity}
            onChange={({ target }) => setComplexity(COMPLEXITIES.find((one) => one === target.value) ?? "")}
          >
            <option value="">Not known</option>
            {COMPLEXITIES.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
      </div>
      <div className={styles.field}>
        <label htmlFor={`${id}-context`}>
          Context <small>optional: what the planner should know, a JSON object</small>
        </label>
        <textarea
          id={`${id}-context`}
          className="mono"
          rows={3}
          spellCheck={false}
          placeholder='{"system": "billing"}'
          value={context}
          aria-invalid={given === undefined || undefined}
          onChange={(event) => setContext(event.target.value)}
        />
      </div>
      <FormFooter form={form} keepLabel="Do not request" />
    </>
  );
}

type JsonObject = NonNullable<Parameters<typeof call<"planning.add">>[1]["context"]>;

/** Null: there is none. Undefined: it is no JSON object. */
function readContext(text: string): JsonObject | null | undefined {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface EditFormProps extends PartProps {
  readonly request: PlanningRequest;
  readonly proposal: ProposedPlan;
}

function EditForm({ proposal, ...part }: EditFormProps) {
  const id = useId();
  const [begin] = useState(() => indented(proposal.data));
  const [data, setData] = useState(begin);
  const [reason, setReason] = useState("");
  const act = async (): Promise<void> => {
    const given = reason.trim() === "" ? {} : { reason: reason.trim() };
    takeDetail(await call("planning.edit", { planId: proposal.id, data, ...given }));
    toast.success("The plan is changed", { description: "It waits for an approval." });
  };
  const off = data === begin ? "Nothing was changed." : null;
  const form = useForm({ ...part, verb: "Store the plan", off, act });
  return (
    <>
      <div className={styles.editor}>
        <CodeEditor
          label="Plan"
          value={begin}
          readOnly={false}
          extensions={JSON_EDITING}
          focus
          onChange={setData}
          onSubmit={form.submit}
          onLeave={() => document.getElementById(`${id}-reason`)?.focus()}
        />
      </div>
      <div className={styles.field}>
        <label htmlFor={`${id}-reason`}>
          Reason <small>optional, stored with the change</small>
        </label>
        <input
          id={`${id}-reason`}
          value={reason}
          maxLength={2_000}
          onChange={(event) => setReason(event.target.value)}
        />
      </div>
      <FormFooter form={form} keepLabel="Leave it" />
    </>
  );
}

/** Text that does not parse is shown as it stands. */
function indented(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
