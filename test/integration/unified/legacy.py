"""A Hive program of before the unified schema: plain sqlite3, and rows as odd as real ones get.

Arguments: database, tasks. Each transaction first asks whether dual write is on. The last line on stdout says of which
tasks the latest write was made while it was on, and of which while it was off.
"""

import json
import random
import sqlite3
import sys
import time

database, wanted = sys.argv[1], int(sys.argv[2])
random.seed(11)
conn = sqlite3.connect(database, timeout=60.0, isolation_level=None)
# What survives a power failure is not what is asked here.
conn.execute("PRAGMA synchronous = OFF")
STATUSES = ["queued", "assigned", "in_progress", "review_pending", "approved", "rejected", "rework_needed",
            "escalated", "completed", "failed", "cancelled", "a status of its own", ""]
TYPES = ["review", "Code_Review", "workflow", "deploy", "deployment", "planned_subtask", "code", "plan", "", b"\xfftype"]
PAYLOADS = [
    None, "", "{", "[1, 2]", "5", "1e400", "NaN", '"text"', "null", "{}", b"\x00\xff\xfe", 7, 2.5,
    json.dumps({"code_path": "src/a.py", "pr_id": 12, "auto_fix_enabled": False, "correlation_id": "wf-1"}),
    json.dumps({"workflow_type": "chimera", "total_phases": 4, "phases_completed": "two", "correlation_id": 9}),
    json.dumps({"service": {"name": "api"}, "env": None, "commit": 1e300, "config": [1, {"a": "\u2028é\u0000"}]}),
    json.dumps({"agent": "guardian", "correlation_id": "", "text": "it's \"quoted\"\n" * 20}),
    "[" * 500 + "]" * 500,
]
TIMES = [None, "", "2026-01-02 03:04:05", "2026-01-02T03:04:05.678901", "2026-01-02T03:04:05+02:00", "2026-01-02",
         "now", "yesterday", "2026-13-45 99:00:00", "0000-00-00 00:00:00", 1767323045, 1767323045.5, b"2026-01-02"]
RESULTS = [None, "done", "{}", "[]", json.dumps({"score": 87.9, "violations": ["a"], "suggestions": "none"}),
           json.dumps({"url": "https://x", "health_status": "ok", "review_score": "high"}), b"\xff"]
PRIORITIES = [None, 0, 1, 5, 10, 80, -3, 2.5, 1e300, "high"]
under, tasks, made, transactions = {}, [], 0, 0
conn.execute("INSERT OR IGNORE INTO workers (id, role) VALUES ('w', 'backend')")


def pick(values):
    return random.choice(values)


def create(on):
    global made
    made += 1
    task = f"{pick('abc')}-{made:05d}"
    verb = pick(["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"])
    conn.execute(
        f"{verb} INTO tasks (id, title, task_type, priority, status, payload, workflow, created_at, updated_at, tags,"
        " max_retries, due_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (task, pick(["A title", "", b"\xffbytes", 12, "it's"]), pick(TYPES), pick(PRIORITIES), pick(STATUSES),
         pick(PAYLOADS), pick(PAYLOADS + ['{"phases": ["a", "b"]}']), pick(TIMES), pick(TIMES), pick(PAYLOADS),
         pick([3, None, "many"]), pick(TIMES)))
    tasks.append(task)
    under[task] = on


def change(on):
    task = pick(tasks)
    kind = random.random()
    if kind < 0.45:
        conn.execute("UPDATE tasks SET status = ?, updated_at = ?, assigned_worker = ? WHERE id = ?",
                     (pick(STATUSES), pick(TIMES), pick([None, "w"]), task))
    elif kind < 0.6:
        conn.execute("UPDATE OR IGNORE tasks SET task_type = ?, payload = ? WHERE id = ?", (pick(TYPES), pick(PAYLOADS), task))
    elif kind < 0.8:
        conn.execute("INSERT OR REPLACE INTO runs (id, task_id, worker_id, run_number, status, started_at, completed_at,"
                     " result_data, error_message) VALUES (?, ?, 'w', ?, 'failure', ?, ?, ?, ?)",
                     (f"r-{random.randrange(10**12)}", task, random.randrange(1, 4), pick(TIMES), pick(TIMES),
                      pick(RESULTS), pick([None, "broke", b"\xff"])))
    elif kind < 0.9:
        conn.execute("UPDATE runs SET status = 'success', result_data = ? WHERE task_id = ?", (pick(RESULTS), task))
        if conn.execute("SELECT 1 FROM runs WHERE task_id = ?", (task,)).fetchone() is None:
            return
    elif kind < 0.95:
        conn.execute("DELETE FROM runs WHERE id = (SELECT max(id) FROM runs WHERE task_id = ?)", (task,))
        if conn.execute("SELECT changes()").fetchone()[0] == 0:
            return
    elif kind < 0.97:
        tasks.remove(task)
        conn.execute("DELETE FROM tasks WHERE id = ?", (task,))
        conn.execute("DELETE FROM runs WHERE task_id = ?", (task,))
        under.pop(task)
        if not on:
            gone.add(task)
        return
    else:
        row = conn.execute("SELECT title FROM tasks WHERE id = ?", (task,)).fetchone()
        conn.execute("INSERT INTO tasks (id, title, task_type) VALUES (?, ?, 'test') "
                     "ON CONFLICT (id) DO UPDATE SET title = excluded.title, task_type = 'test'", (task, row[0]))
    under[task] = on


gone = set()
print("begun", flush=True)
while made < wanted:
    conn.execute("BEGIN IMMEDIATE")
    row = conn.execute("SELECT value FROM console_settings WHERE name = 'enable_dual_write'").fetchone()
    on = row is not None and row[0] == "true"
    for _ in range(random.randrange(1, 80)):
        create(on) if not tasks or random.random() < 0.65 else change(on)
    conn.execute("COMMIT")
    transactions += 1
    # Others want the lock as well.
    time.sleep(0.003)
    if transactions % 25 == 0:
        print(made, flush=True)
print(json.dumps({"on": [task for task in under if under[task]], "off": [task for task in under if not under[task]],
                  "gone": sorted(gone), "transactions": transactions}), flush=True)
