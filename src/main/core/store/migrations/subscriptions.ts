/** Deliveries of events to webhooks and commands, and what notifications found. Times are milliseconds since the epoch. */
export const SUBSCRIPTIONS: readonly string[] = [
  // What a row of event_subscriptions cannot say. position: the rowid of the last event that is done with.
  `CREATE TABLE console_subscriptions (
    subscription_id TEXT PRIMARY KEY,
    conditions TEXT NOT NULL,
    target TEXT NOT NULL,
    kept_secret INTEGER NOT NULL DEFAULT 0,
    timeout_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    position INTEGER NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER,
    delivered INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL
  ) WITHOUT ROWID`,
  `CREATE TABLE console_deliveries (
    id INTEGER PRIMARY KEY,
    subscription_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    is_test INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT,
    at INTEGER NOT NULL,
    took_ms INTEGER NOT NULL
  )`,
  "CREATE INDEX console_deliveries_of ON console_deliveries (subscription_id, id)",
  `CREATE TRIGGER console_subscription_gone AFTER DELETE ON event_subscriptions
BEGIN
DELETE FROM console_subscriptions WHERE subscription_id = OLD.subscription_id;
DELETE FROM console_deliveries WHERE subscription_id = OLD.subscription_id;
END`,

  // One row: how far the log of events was looked through, by whichever window came first.
  "CREATE TABLE console_notifier (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL)",
  `CREATE TABLE console_notifications (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    tone TEXT NOT NULL,
    count INTEGER NOT NULL,
    plan_id TEXT,
    task_id TEXT,
    worker_id TEXT,
    event_type TEXT NOT NULL,
    at INTEGER NOT NULL,
    seen_at INTEGER
  )`,
  "CREATE INDEX console_notifications_unseen ON console_notifications (id) WHERE seen_at IS NULL",

  `CREATE TRIGGER console_setting_delete AFTER DELETE ON console_settings
BEGIN
INSERT INTO console_changes (entity, id) VALUES ('setting', OLD.name);
END`,
];
