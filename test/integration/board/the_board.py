"""The Board's state store: its tables and statements, in a process of its own, on the file given first."""

import json
import sqlite3
import sys
import uuid
from datetime import datetime, timezone

TABLES = """
CREATE TABLE IF NOT EXISTS plans (plan_id TEXT PRIMARY KEY, status TEXT NOT NULL, original_query TEXT,
    created_at TEXT NOT NULL, closed_at TEXT);
CREATE TABLE IF NOT EXISTS tasks (task_id TEXT PRIMARY KEY, plan_id TEXT NOT NULL, agent TEXT NOT NULL,
    description TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS events (event_id TEXT PRIMARY KEY, plan_id TEXT, task_id TEXT, kind TEXT NOT NULL,
    payload TEXT, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS final_plans (plan_id TEXT PRIMARY KEY, content TEXT NOT NULL, created_at TEXT NOT NULL);
"""


def utc_now():
    return datetime.now(timezone.utc).replace(microsecond=0).isoformat()


def short_id(prefix):
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


class Board:
    def __init__(self, path):
        self.db = sqlite3.connect(path)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL;")
        self.db.executescript(TABLES)

    def record_event(self, plan_id, task_id, kind, payload=None):
        text = json.dumps(payload) if payload is not None else None
        self.db.execute(
            "INSERT INTO events(event_id, plan_id, task_id, kind, payload, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (short_id("evt"), plan_id, task_id, kind, text, utc_now()),
        )

    def create_plan(self, goal, plan_id=None):
        plan_id = plan_id or short_id("plan")
        self.db.execute(
            "INSERT INTO plans(plan_id, status, original_query, created_at) VALUES (?, ?, ?, ?)",
            (plan_id, "open", goal, utc_now()),
        )
        self.record_event(plan_id, None, "plan_created", {"goal": goal})
        tasks = {}
        for agent in ("COO", "CFO", "CTO", "CMO"):
            task_id, now = short_id("task"), utc_now()
            self.db.execute(
                "INSERT INTO tasks(task_id, plan_id, agent, description, state, attempts, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, 0, ?, ?)",
                (task_id, plan_id, agent, f"{agent} works on: {goal}", "pending", now, now),
            )
            self.record_event(plan_id, task_id, "task_created", {"agent": agent})
            tasks[agent] = task_id
        return plan_id, tasks

    def update_task_status(self, task_id, status, error=None):
        if error:
            self.db.execute(
                "UPDATE tasks SET state = ?, last_error = ?, updated_at = ? WHERE task_id = ?",
                (status, error, utc_now(), task_id),
            )
        else:
            self.db.execute("UPDATE tasks SET state = ?, updated_at = ? WHERE task_id = ?", (status, utc_now(), task_id))

    def increment_task_attempts(self, task_id):
        self.db.execute(
            "UPDATE tasks SET attempts = attempts + 1, updated_at = ? WHERE task_id = ?", (utc_now(), task_id)
        )

    def update_plan_status(self, plan_id, status, close_plan=False):
        if close_plan:
            self.db.execute(
                "UPDATE plans SET status = ?, closed_at = ? WHERE plan_id = ?", (status, utc_now(), plan_id)
            )
        else:
            self.db.execute("UPDATE plans SET status = ? WHERE plan_id = ?", (status, plan_id))

    def save_final_plan(self, plan_id, content):
        self.db.execute(
            "INSERT OR REPLACE INTO final_plans (plan_id, content, created_at) VALUES (?, ?, ?)",
            (plan_id, json.dumps(content), utc_now()),
        )


def run(board, steps):
    """Each step is [name, arguments...]; `$NAME` stands for an id that a step before gave."""
    names = {}

    def meant(value):
        return names.get(value[1:], value) if isinstance(value, str) and value.startswith("$") else value

    for name, *arguments in steps:
        values = [meant(value) for value in arguments]
        if name == "plan":
            plan_id, tasks = board.create_plan(values[1])
            names[values[0]] = plan_id
            names.update({f"{values[0]}.{agent}": task for agent, task in tasks.items()})
        elif name == "sql":
            board.db.execute(values[0], values[1:])
        elif name == "many":
            for index in range(values[0]):
                board.create_plan(f"Goal {index}")
        else:
            getattr(board, name)(*values)
    board.db.commit()
    return names


if __name__ == "__main__":
    store = Board(sys.argv[1])
    print(json.dumps(run(store, json.loads(sys.stdin.read()))))
    store.db.close()
