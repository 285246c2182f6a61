/**
 * What operators' acts leave behind: acts on many tasks and how far they got, workers that take no more tasks,
 * settings of a database, and what earlier attempts of an edited task ran.
 */
export const CONTROL: readonly string[] = [
  // state: running, done, aborted, failed. A running one whose process is gone was interrupted.
  `CREATE TABLE console_jobs (
    id TEXT PRIMARY KEY,
    act TEXT NOT NULL,
    request TEXT NOT NULL,
    reason TEXT,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    total INTEGER,
    report TEXT NOT NULL,
    error TEXT,
    abort_requested_at INTEGER,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    pid INTEGER,
    pid_start TEXT,
    host TEXT,
    boot_id TEXT
  )`,
  "CREATE INDEX console_jobs_recent ON console_jobs (started_at)",

  "CREATE TABLE console_drains (worker_id TEXT PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT) WITHOUT ROWID",
  `CREATE TRIGGER console_drain_begun AFTER INSERT ON console_drains
BEGIN
INSERT INTO console_changes (entity, id) VALUES ('worker', NEW.worker_id);
END`,
  `CREATE TRIGGER console_drain_ended AFTER DELETE ON console_drains
BEGIN
INSERT INTO console_changes (entity, id) VALUES ('worker', OLD.worker_id);
END`,

  "CREATE TABLE console_settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
  // The note wakes those who watch; it names nothing that the views show.
  ...["INSERT", "UPDATE"].map(
    (verb) => `CREATE TRIGGER console_setting_${verb.toLowerCase()} AFTER ${verb} ON console_settings
BEGIN
INSERT INTO console_changes (entity, id) VALUES ('setting', NEW.name);
END`,
  ),

  `CREATE TABLE console_spec_history (
    seq INTEGER NOT NULL,
    last_run INTEGER NOT NULL,
    spec TEXT NOT NULL,
    PRIMARY KEY (seq, last_run)
  ) WITHOUT ROWID`,
  `CREATE TRIGGER console_spec_forgotten AFTER DELETE ON console_specs
BEGIN
DELETE FROM console_spec_history WHERE seq = OLD.seq;
END`,
];
