import { useId, useState } from "react";
import { conditionsText, parseConditions } from "../../../shared/model/notification";
import { type SubscriptionRow, subscriptionInput, TIMEOUT_SECONDS } from "../../../shared/model/subscription";
import { call, messageOf } from "../../api";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useHotkeys } from "../../ui/hotkeys";
import { Segmented } from "../../ui/segmented";
import { toast } from "../../ui/toast";
import styles from "./settings.module.css";
import { loadSubscriptions, useSubscriptions } from "./subscriptions-store";

const close = (): void => useSubscriptions.setState({ edited: null });

const KINDS = [
  { value: "webhook", label: "Webhook" },
  { value: "command", label: "Command" },
] as const;
type Kind = (typeof KINDS)[number]["value"];

type Signing = "none" | "environment" | "kept";
const SIGNINGS = [
  { value: "none", label: "Not signed" },
  { value: "environment", label: "Key in a variable" },
  { value: "kept", label: "Key in safe storage" },
] as const;

/** Makes a subscription, or changes one. */
export function SubscriptionDialog({ subscription }: { readonly subscription: SubscriptionRow | null }) {
  const target = subscription?.target;
  const [name, setName] = useState(subscription?.name ?? "");
  const [topic, setTopic] = useState(subscription?.topic ?? "plan.*");
  const [where, setWhere] = useState(() => conditionsText(subscription?.where ?? []));
  const [kind, setKind] = useState<Kind>(target?.kind ?? "webhook");
  const [url, setUrl] = useState(target?.kind === "webhook" ? target.url : "");
  const [run, setRun] = useState(target?.kind === "command" ? target.run : "");
  const [signing, setSigning] = useState<Signing>(() => signingOf(subscription));
  const [secretEnv, setSecretEnv] = useState(target?.kind === "webhook" ? (target.secretEnv ?? "") : "");
  const [secret, setSecret] = useState("");
  const [timeout, setTimeout] = useState(String(subscription?.timeoutSeconds ?? TIMEOUT_SECONDS.default));
  const [error, setError] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);

  const save = async (): Promise<void> => {
    const conditions = parseConditions(where);
    if (conditions === null) return setError("Write conditions as key=value, with commas between them.");
    const variable = signing === "environment" ? secretEnv.trim() : null;
    const given = subscriptionInput.safeParse({
      name,
      topic: topic.trim(),
      where: conditions,
      target: kind === "webhook" ? { kind, url: url.trim(), secretEnv: variable } : { kind, run },
      timeoutSeconds: Number(timeout),
    });
    if (!given.success) return setError(given.error.issues.map(({ message }) => message).join("; "));
    setIsSaving(true);
    try {
      const kept = keptSecret(kind === "webhook" ? signing : "none", secret, subscription);
      if (subscription === null) await call("subscriptions.add", { ...given.data, ...kept });
      else await call("subscriptions.edit", { subscriptionId: subscription.id, ...given.data, ...kept });
      close();
      toast.success(`${given.data.name} is subscribed to ${given.data.topic}`);
      await loadSubscriptions();
    } catch (failure) {
      setError(messageOf(failure));
    }
    setIsSaving(false);
  };
  useHotkeys({
    group: "Subscription",
    scope: "dialog",
    hotkeys: [{ keys: ["Mod+Enter"], label: "Save it", whileTyping: true, run: () => void save() }],
  });
  return (
    <Dialog
      open
      onClose={close}
      title={subscription === null ? "Add a subscription" : `Edit ${subscription.name}`}
      description={
        subscription === null
          ? "Events that come from now on are delivered at least once, in their order."
          : "Its place in the log of events stays."
      }
      width={600}
      footer={
        <>
          <Button keys="Escape" onClick={close}>
            Cancel
          </Button>
          <Button
            variant="primary"
            keys="Mod+Enter"
            disabledReason={isSaving ? "It is being saved." : null}
            onClick={() => void save()}
          >
            {subscription === null ? "Add it" : "Save it"}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <Field label="Name" value={name} onChange={setName} placeholder="chat" />
        <Field label="Topic" says="* and ? as in file names" value={topic} onChange={setTopic} />
        <Field
          label="Where"
          says="in the payload; empty: all"
          value={where}
          onChange={setWhere}
          placeholder="status=failed|cancelled"
        />
        <div className={styles.formRow}>
          <span>Deliver to</span>
          <Segmented label="Deliver to" isFramed options={KINDS} value={kind} onChange={setKind} />
        </div>
        {kind === "webhook" ? (
          <>
            <Field label="Address" value={url} onChange={setUrl} placeholder="https://example.org/hook" />
            <div className={styles.formRow}>
              <span>
                Signature<small>HMAC-SHA256, X-Hive-Signature</small>
              </span>
              <Segmented label="Signature" isFramed options={SIGNINGS} value={signing} onChange={setSigning} />
            </div>
            {signing === "environment" && (
              <Field
                label="Variable"
                says="of the console that delivers"
                value={secretEnv}
                onChange={setSecretEnv}
                placeholder="HOOK_KEY"
              />
            )}
            {signing === "kept" && (
              <Field
                label="Key"
                says="only windows of this computer can deliver with it"
                value={secret}
                onChange={setSecret}
                placeholder={subscription?.hasKeptSecret ? "as it is" : "at least 8 characters"}
                isSecret
              />
            )}
          </>
        ) : (
          <Field
            label="Command"
            says="the event is its standard input"
            value={run}
            onChange={setRun}
            placeholder="notify-send Hive"
          />
        )}
        <Field label="Time limit" says="seconds" value={timeout} onChange={setTimeout} />
        {error !== null && (
          <p className={styles.problem} data-tone="failed" role="alert">
            {error}
          </p>
        )}
      </div>
    </Dialog>
  );
}

function signingOf(subscription: SubscriptionRow | null): Signing {
  if (subscription?.hasKeptSecret) return "kept";
  return subscription?.target.kind === "webhook" && subscription.target.secretEnv !== null ? "environment" : "none";
}

/** What becomes of a key in safe storage: another one, none, or undefined for "as it is". */
function keptSecret(
  signing: Signing,
  secret: string,
  subscription: SubscriptionRow | null,
): { secret?: string | null } {
  if (signing === "kept") return secret.trim() === "" && subscription?.hasKeptSecret ? {} : { secret };
  return subscription?.hasKeptSecret ? { secret: null } : {};
}

interface FieldProps {
  readonly label: string;
  readonly says?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly placeholder?: string;
  readonly isSecret?: boolean;
}

function Field({ label, says, value, onChange, placeholder, isSecret = false }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.formRow}>
      <label htmlFor={id}>
        {label}
        {says !== undefined && <small>{says}</small>}
      </label>
      <input
        id={id}
        className={styles.field}
        type={isSecret ? "password" : "text"}
        autoComplete="off"
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}
