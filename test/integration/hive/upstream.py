"""Hive's Python statements, as upstream has them. Usage: upstream.py DATABASE COMMAND [ARGUMENT]. Prints JSON."""

import json
import sqlite3
import sys
import time
import uuid
from datetime import datetime, timezone


def connect(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    return connection


def parse_time(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp() * 1000


def create_task(db, title, task_type, description="", workflow=None, payload=None, priority=1, max_retries=3, tags=None):
    task_id = str(uuid.uuid4())
    db.execute(
        "INSERT INTO tasks (id, title, description, task_type, priority, current_phase, workflow, payload, max_retries, tags)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            task_id,
            title,
            description,
            task_type,
            priority,
            "start",
            json.dumps(workflow) if workflow else None,
            json.dumps(payload) if payload else None,
            max_retries,
            json.dumps(tags) if tags else None,
        ),
    )
    db.commit()
    return task_id


def read_task(row):
    task = dict(row)
    task["payload"] = json.loads(task["payload"]) if task["payload"] else None
    task["workflow"] = json.loads(task["workflow"]) if task["workflow"] else None
    task["tags"] = json.loads(task["tags"]) if task["tags"] else []
    task["created_at"] = parse_time(task["created_at"])
    task["updated_at"] = parse_time(task["updated_at"])
    return task


def queued(db):
    sql = "SELECT * FROM tasks WHERE status = 'queued' ORDER BY priority DESC, created_at ASC LIMIT 10"
    return [read_task(row) for row in db.execute(sql)]


def subtasks(db, plan_id):
    sql = (
        "SELECT * FROM tasks WHERE json_extract(payload, '$.plan_id') = ? AND status = 'queued'"
        " ORDER BY priority DESC, created_at ASC"
    )
    return [read_task(row) for row in db.execute(sql, (plan_id,))]


def worker(db, worker_id):
    row = dict(db.execute("SELECT * FROM workers WHERE id = ?", (worker_id,)).fetchone())
    row["capabilities"] = json.loads(row["capabilities"]) if row["capabilities"] else []
    row["metadata"] = json.loads(row["metadata"]) if row["metadata"] else {}
    row["last_heartbeat"] = parse_time(row["last_heartbeat"])
    row["registered_at"] = parse_time(row["registered_at"])
    return row


def events(db, correlation_id):
    sql = "SELECT * FROM events WHERE correlation_id = ? ORDER BY rowid"
    rows = [dict(row) for row in db.execute(sql, (correlation_id,))]
    for row in rows:
        row["payload"] = json.loads(row["payload"])
        row["metadata"] = json.loads(row["metadata"])
        row["timestamp"] = parse_time(row["timestamp"])
    return rows


def write_everything(db):
    task_id = create_task(
        db, "From Python: ünï 💥", "dev", "text", {"start": {"next": "end"}}, {"n": 1, "ключ": [True, None]}, 7, 0, ["a"]
    )
    db.execute(
        "INSERT OR REPLACE INTO workers (id, role, capabilities, metadata, last_heartbeat) VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP)",
        ("python", "backend", json.dumps(["sql"]), json.dumps({"v": 1})),
    )
    db.execute("INSERT INTO planning_queue (id, task_description) VALUES ('q', 'x')")
    plan = {"plan_id": "p", "sub_tasks": [{"id": "b", "dependencies": ["a"]}, {"id": "a", "title": "First", "priority": 50}]}
    db.execute("INSERT INTO execution_plans (id, planning_task_id, plan_data) VALUES ('p', 'q', ?)", (json.dumps(plan),))
    db.execute(
        "INSERT INTO runs (id, task_id, worker_id, run_number, phase, status) SELECT ?, ?, 'python',"
        " COALESCE(MAX(run_number), 0) + 1, 'init', 'running' FROM runs WHERE task_id = ?",
        (str(uuid.uuid4()), task_id, task_id),
    )
    db.execute("UPDATE tasks SET status = 'in_progress', updated_at = CURRENT_TIMESTAMP WHERE id = ?", (task_id,))
    db.commit()
    return task_id


def work(db, rounds):
    """Creates, moves and deletes tasks, beats and adds runs, with sqlite3's own five seconds of patience."""
    longest = 0.0
    for number in range(rounds):
        begun = time.monotonic()
        task_id = create_task(db, f"python {number}", "python", payload={"n": number})
        db.execute(
            "INSERT OR REPLACE INTO workers (id, role, last_heartbeat) VALUES ('python', 'backend', CURRENT_TIMESTAMP)"
        )
        db.commit()
        db.execute("INSERT INTO runs (id, task_id, worker_id, run_number) VALUES (?, ?, 'python', 1)", (task_id, task_id))
        db.execute("UPDATE tasks SET status = 'in_progress', updated_at = CURRENT_TIMESTAMP WHERE id = ?", (task_id,))
        db.commit()
        if number % 2:
            db.execute("UPDATE runs SET status = 'success', completed_at = CURRENT_TIMESTAMP WHERE id = ?", (task_id,))
            db.execute("UPDATE tasks SET status = 'completed' WHERE id = ?", (task_id,))
        else:
            db.execute("DELETE FROM runs WHERE task_id = ?", (task_id,))
            db.execute("DELETE FROM tasks WHERE id = ?", (task_id,))
        db.commit()
        longest = max(longest, time.monotonic() - begun)
    return {"rounds": rounds, "longest_seconds": longest}


COMMANDS = {
    "queued": lambda db: queued(db),
    "subtasks": lambda db, plan_id: subtasks(db, plan_id),
    "worker": lambda db, worker_id: worker(db, worker_id),
    "events": lambda db, correlation_id: events(db, correlation_id),
    "write": lambda db: write_everything(db),
    "work": lambda db, rounds: work(db, int(rounds)),
}

path, command, *arguments = sys.argv[1:]
print(json.dumps(COMMANDS[command](connect(path), *arguments)))
