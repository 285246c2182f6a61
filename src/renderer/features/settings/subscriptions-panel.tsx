import { Pause, Pencil, Play, Plus, Send, Trash2, Webhook } from "lucide-react";
import { useEffect } from "react";
import { conditionsText } from "../../../shared/model/notification";
import type { DeliveryRow, SubscriptionRow } from "../../../shared/model/subscription";
import { messageOf } from "../../api";
import { Button, IconButton } from "../../ui/button";
import { EmptyState } from "../../ui/empty-state";
import { formatCount, formatDuration, plural } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { ClockTime, RelativeTime, Remaining } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useReadOnlyReason } from "../shell/app-store";
import styles from "./settings.module.css";
import { SubscriptionDialog } from "./subscription-dialog";
import {
  askRemove,
  pauseSubscription,
  showDeliveries,
  startSubscriptions,
  testSubscription,
  useSubscriptions,
} from "./subscriptions-store";

const STATES = {
  active: { word: "Active", tone: "completed" },
  paused: { word: "Paused", tone: "queued" },
  disabled: { word: "Disabled", tone: "failed" },
  off: { word: "Turned off elsewhere", tone: "escalated" },
} as const;

const edit = (row: SubscriptionRow | "new"): void => useSubscriptions.setState({ edited: row });

/** Webhooks and commands that events go to, and what became of each delivery. */
export function SubscriptionsPanel() {
  useEffect(startSubscriptions, []);
  const { rows, error, shownId, log, edited } = useSubscriptions();
  const readOnly = useReadOnlyReason();
  const add = (
    <Button size="sm" icon={<Plus size={12} />} disabledReason={readOnly} onClick={() => edit("new")}>
      Add…
    </Button>
  );
  return (
    <Panel
      title="Webhooks and commands"
      meta="events of this database, delivered at least once and in order"
      actions={add}
    >
      {error !== null && (
        <p className={styles.problem} data-tone="failed" role="alert">
          {messageOf(error)}
        </p>
      )}
      {rows !== null && rows.length === 0 && (
        <EmptyState icon={<Webhook size={20} />} title="No subscriptions yet">
          A webhook is posted each event that matches a topic; a command is run with it. Add one, or use{" "}
          <code>hive subscription add</code>.
        </EmptyState>
      )}
      <ul aria-label="Subscriptions">
        {rows?.map((row) => (
          <li key={row.id}>
            <Subscription row={row} isShown={row.id === shownId} readOnly={readOnly} />
            {row.id === shownId && <Log rows={log} />}
          </li>
        ))}
      </ul>
      {edited !== null && <SubscriptionDialog subscription={edited === "new" ? null : edited} />}
    </Panel>
  );
}

interface SubscriptionProps {
  readonly row: SubscriptionRow;
  readonly isShown: boolean;
  readonly readOnly: string | null;
}

function Subscription({ row, isShown, readOnly }: SubscriptionProps) {
  const { id, name, topic, where, target, state, delivered, failures, nextAt, lastAt, lastError, reason } = row;
  const { word, tone } = STATES[state];
  const to = target.kind === "webhook" ? target.url : target.run;
  const conditions = where.length === 0 ? "" : ` where ${conditionsText(where)}`;
  return (
    <div className={styles.subscription}>
      <span className={styles.state}>
        <StatusGlyph kind="task" state={failures > 0 && state === "active" ? "escalated" : tone} />
        {failures > 0 && state === "active" ? plural(failures, "failure") : word}
      </span>
      <span className={styles.two}>
        <b>{name}</b>
        <small title={`${topic}${conditions} to ${to}`}>
          <code>{topic}</code>
          {conditions} → <code>{to}</code>
        </small>
        {(reason ?? lastError) !== null && (
          <small className={styles.trouble} data-tone="failed" title={reason ?? lastError ?? ""}>
            {reason ?? lastError}
            {state === "active" && nextAt !== null && (
              <>
                {" "}
                Next try <Remaining until={nextAt} />
              </>
            )}
          </small>
        )}
      </span>
      <span className={styles.count}>
        {formatCount(delivered)} delivered
        <small>{lastAt === null ? "never tried" : <RelativeTime at={lastAt} ago />}</small>
      </span>
      <span className={styles.acts}>
        <Button
          size="sm"
          pressed={isShown}
          aria-label={`Deliveries of ${name}`}
          onClick={() => showDeliveries(isShown ? null : id)}
        >
          Log
        </Button>
        <IconButton
          size="sm"
          label={`Test ${name}`}
          disabledReason={readOnly}
          onClick={() => void testSubscription(row)}
        >
          <Send size={12} />
        </IconButton>
        <IconButton
          size="sm"
          label={state === "active" ? `Pause ${name}` : `Resume ${name}`}
          disabledReason={readOnly}
          onClick={() => void pauseSubscription(row)}
        >
          {state === "active" ? <Pause size={12} /> : <Play size={12} />}
        </IconButton>
        <IconButton size="sm" label={`Edit ${name}`} disabledReason={readOnly} onClick={() => edit(row)}>
          <Pencil size={12} />
        </IconButton>
        <IconButton size="sm" label={`Remove ${name}`} disabledReason={readOnly} onClick={() => askRemove(row)}>
          <Trash2 size={12} />
        </IconButton>
      </span>
    </div>
  );
}

const OUTCOMES = {
  delivered: { word: "Delivered", tone: "completed" },
  failed: { word: "Failed", tone: "failed" },
  held: { word: "Held", tone: "escalated" },
} as const;

function Log({ rows }: { readonly rows: readonly DeliveryRow[] }) {
  if (rows.length === 0) return <p className={styles.empty}>No deliveries yet.</p>;
  return (
    <table className={styles.log}>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Outcome</th>
          <th scope="col">Event</th>
          <th scope="col">Try</th>
          <th scope="col">Took</th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ id, at, outcome, eventType, eventId, attempt, isTest, tookMs, detail }) => (
          <tr key={id}>
            <td>
              <ClockTime at={at} />
            </td>
            <td>
              <span className={styles.state}>
                <StatusGlyph kind="task" state={OUTCOMES[outcome].tone} size={12} /> {OUTCOMES[outcome].word}
              </span>
            </td>
            <td title={eventId}>
              <code>{eventType}</code>
            </td>
            <td>{isTest ? "test" : attempt}</td>
            <td>{formatDuration(tookMs)}</td>
            <td title={detail ?? ""}>{detail}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
