import { Popover } from "@base-ui/react/popover";
import { Bell as BellIcon, BellOff, CheckCheck, Settings2 } from "lucide-react";
import { useState } from "react";
import { type NotificationRow, notificationPlace } from "../../../shared/model/notification";
import { messageOf } from "../../api";
import { formatPlace } from "../../location";
import { Button, IconButton } from "../../ui/button";
import { formatCount } from "../../ui/format";
import { RelativeTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useNoDatabase } from "../shell/app-store";
import styles from "./bell.module.css";
import { loadNotifications, markSeen, useNotifications } from "./notifications-store";

const SETTINGS = formatPlace({ view: "settings", section: "notifications" });

/** What the rules found: the unseen as a number, all of it in a list. */
export function Bell() {
  const [isOpen, setIsOpen] = useState(false);
  const { unseen, rows, error } = useNotifications();
  const noDatabase = useNoDatabase();
  if (noDatabase !== null) return null;
  const close = (): void => setIsOpen(false);
  const label = unseen === 0 ? "Notifications" : `Notifications, ${formatCount(unseen)} unseen`;
  return (
    <Popover.Root
      open={isOpen}
      onOpenChange={(next) => {
        setIsOpen(next);
        if (next) void loadNotifications();
      }}
    >
      <Popover.Trigger
        render={
          <IconButton label={label}>
            <BellIcon size={14} />
            {unseen > 0 && (
              <span className={styles.count} aria-hidden="true">
                {unseen > 99 ? "99+" : unseen}
              </span>
            )}
          </IconButton>
        }
      />
      <Popover.Portal>
        <Popover.Positioner className={styles.positioner} sideOffset={6} align="end" collisionPadding={8}>
          <Popover.Popup className={styles.popup}>
            <div className={styles.head}>
              <Popover.Title className={styles.title}>Notifications</Popover.Title>
              <Button
                size="xs"
                variant="ghost"
                icon={<CheckCheck size={12} />}
                disabledReason={unseen === 0 ? "All of them were seen." : null}
                onClick={() => void markSeen()}
              >
                Mark all seen
              </Button>
              <a
                className={styles.settings}
                href={SETTINGS}
                onClick={close}
                aria-label="Rules and subscriptions"
                title="Rules and subscriptions"
              >
                <Settings2 size={14} />
              </a>
            </div>
            {error !== null ? (
              <p className={styles.empty} role="alert">
                {messageOf(error)}
              </p>
            ) : rows === null || rows.length === 0 ? (
              <div className={styles.empty}>
                <BellOff size={18} aria-hidden="true" />
                <b>Nothing to tell</b>
                <span>A plan that fails, an approval that waits, a worker that dies: it shows here, once.</span>
              </div>
            ) : (
              <ul className={styles.list} aria-label="Notifications">
                {rows.map((row) => (
                  <Row key={row.id} row={row} onOpen={close} />
                ))}
              </ul>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Row({ row, onOpen }: { readonly row: NotificationRow; readonly onOpen: () => void }) {
  const { id, title, body, tone, at, seenAt, rule } = row;
  const isUnseen = seenAt === null;
  return (
    <li className={styles.row} data-unseen={isUnseen || undefined}>
      <a
        href={notificationPlace(row)}
        title={body === "" ? title : `${title}\n${body}`}
        onClick={() => {
          if (isUnseen) void markSeen([id]);
          onOpen();
        }}
      >
        <StatusGlyph kind="task" state={tone} size={14} />
        <span className={styles.words}>
          <b>
            {isUnseen && <span className="visually-hidden">Unseen: </span>}
            {title}
          </b>
          {body !== "" && <span>{body}</span>}
          <small>
            {rule} · <RelativeTime at={at} ago />
          </small>
        </span>
        {isUnseen && <i className={styles.dot} />}
      </a>
    </li>
  );
}
