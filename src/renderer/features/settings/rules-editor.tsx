import { Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import {
  conditionsText,
  type NotificationRule,
  notificationRules,
  parseConditions,
} from "../../../shared/model/notification";
import type { RulePreview } from "../../../shared/subscription-contract";
import { call } from "../../api";
import { Button, IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { Switch } from "../../ui/switch";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./settings.module.css";
import { refuse, setSetting, useSetting } from "./settings-store";

const NAME = "notifications.rules";
/** After the last letter typed. */
const PREVIEW_MS = 400;

/** Rules with the number of times that each would have fired; a change is kept when the focus leaves it. */
export function RulesEditor() {
  const row = useSetting(NAME);
  const readOnly = useReadOnlyReason();
  const rules = notificationRules.safeParse(row?.value).data ?? [];
  const previews = usePreviews(rules);
  const put = (next: readonly NotificationRule[]): void => void setSetting(NAME, next);
  const change = (at: number, rule: NotificationRule): void =>
    put(rules.map((other, index) => (index === at ? rule : other)));
  const add = (): void => {
    const name = freeName(rules);
    put([...rules, { name, topic: "*.failed", where: [], on: false }]);
  };
  return (
    <div className={styles.rules}>
      <table>
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col">Rule</th>
            <th scope="col">Topic</th>
            <th scope="col">Where in its payload</th>
            <th scope="col">Last 24 h</th>
            <th scope="col">
              <span className="visually-hidden">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, at) => (
            <RuleRow
              key={rule.name}
              rule={rule}
              preview={previews.get(rule.name)}
              readOnly={readOnly}
              onChange={(next) => change(at, next)}
              onRemove={() => put(rules.filter((_, index) => index !== at))}
            />
          ))}
          {rules.length === 0 && (
            <tr>
              <td colSpan={6}>No rules: nothing notifies. Add one, or reset to those that come with the program.</td>
            </tr>
          )}
        </tbody>
      </table>
      <Button size="sm" icon={<Plus size={12} />} disabledReason={readOnly} onClick={add}>
        Add a rule
      </Button>
    </div>
  );
}

function freeName(rules: readonly NotificationRule[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? "New rule" : `New rule ${number}`;
    if (!rules.some((rule) => rule.name === name)) return name;
  }
}

function usePreviews(rules: readonly NotificationRule[]): ReadonlyMap<string, RulePreview> {
  const [previews, setPreviews] = useState<ReadonlyMap<string, RulePreview>>(new Map());
  const asked = JSON.stringify(rules);
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(() => {
      call("notifications.preview", { rules: JSON.parse(asked) }).then(
        (found) => {
          if (!isOver) setPreviews(new Map(found.map((one) => [one.name, one])));
        },
        () => undefined,
      );
    }, PREVIEW_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [asked]);
  return previews;
}

interface RuleRowProps {
  readonly rule: NotificationRule;
  readonly preview: RulePreview | undefined;
  readonly readOnly: string | null;
  readonly onChange: (rule: NotificationRule) => void;
  readonly onRemove: () => void;
}

function RuleRow({ rule, preview, readOnly, onChange, onRemove }: RuleRowProps) {
  const [name, setName] = useState(rule.name);
  const [topic, setTopic] = useState(rule.topic);
  const [where, setWhere] = useState(() => conditionsText(rule.where));
  // Each follows its own value alone: what is typed in another field at the moment stays.
  const keptWhere = conditionsText(rule.where);
  useEffect(() => setTopic(rule.topic), [rule.topic]);
  useEffect(() => setWhere(keptWhere), [keptWhere]);
  const conditions = parseConditions(where);
  const commit = (): void => {
    if (conditions === null) {
      refuse(
        NAME,
        `${name}: write conditions as key=value, several values with | between them, several conditions with commas.`,
      );
      return;
    }
    const next = { ...rule, name: name.trim(), topic: topic.trim(), where: conditions };
    if (JSON.stringify(next) !== JSON.stringify(rule)) onChange(next);
  };
  const field = (label: string, value: string, set: (text: string) => void, isInvalid = false) => (
    <input
      className={styles.field}
      aria-label={`${label} of ${rule.name}`}
      value={value}
      readOnly={readOnly !== null}
      aria-invalid={isInvalid}
      onChange={({ target }) => set(target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") commit();
      }}
    />
  );
  return (
    <tr>
      <td>
        <span className={styles.state}>
          <Switch
            checked={rule.on}
            label={`${rule.name} notifies`}
            onChange={(on) => {
              if (readOnly === null) onChange({ ...rule, on });
            }}
          />
        </span>
      </td>
      <td>{field("Name", name, setName, name.trim() === "")}</td>
      <td>{field("Topic", topic, setTopic, topic.trim() === "")}</td>
      <td>{field("Conditions", where, setWhere, conditions === null)}</td>
      <td className={styles.count}>{preview === undefined ? "…" : previewWords(preview)}</td>
      <td>
        <IconButton size="sm" label={`Remove ${rule.name}`} disabledReason={readOnly} onClick={onRemove}>
          <Trash2 size={12} />
        </IconButton>
      </td>
    </tr>
  );
}

function previewWords({ count, isMore }: RulePreview): string {
  if (isMore) return `over ${formatCount(count)}×`;
  return count === 0 ? "never" : `${formatCount(count)}×`;
}
