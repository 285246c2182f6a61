"""A Hive program: upstream's statements through plain sqlite3, as its packages send them, for some seconds.

Arguments: database, seconds. On a busy machine it goes on for longer, until it has done enough. Says on stdout, a line
of JSON each, what it was acknowledged: the moments around the commit on the system's monotonic clock in nanoseconds,
and what changed. The last line is its report.
"""

import json
import random
import sqlite3
import sys
import time
import uuid
from datetime import datetime

TIMEOUT = 5.0
ENOUGH_COMMITS, ENOUGH_HOLDS = 51, 3
database, seconds = sys.argv[1], float(sys.argv[2])
random.seed(7)
conn = sqlite3.connect(database, timeout=TIMEOUT)
conn.row_factory = sqlite3.Row
tasks, deleted, statuses, workers, runs, plans = [], [], {}, [], [], []
waits, holds, increments, errors = [], 0, 0, []


def commit(entity, ids, *statements):
    """One transaction; says what it was told."""
    before = time.monotonic_ns()
    try:
        for sql, values in statements:
            conn.execute(sql, values)
        committing = time.monotonic_ns()
        conn.commit()
    except sqlite3.Error as error:
        conn.rollback()
        errors.append(f"{type(error).__name__}: {error}")
        return False
    after = time.monotonic_ns()
    waits.append((after - before) / 1e6)
    print(json.dumps({"entity": entity, "ids": ids, "from": committing, "to": after}), flush=True)
    return True


def create_task():
    task = str(uuid.uuid4())
    payload = json.dumps({"origin": "python", "n": len(tasks)})
    values = (task, "From Python", "", "python", random.randint(1, 9), "start", None, payload, 3, json.dumps(["a", "b"]))
    sql = """INSERT INTO tasks (id, title, description, task_type, priority, current_phase, workflow, payload,
        max_retries, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
    if commit("task", [task], (sql, values)):
        tasks.append(task)
        statuses[task] = "queued"


def update_task():
    task = random.choice(tasks)
    status = random.choice(["in_progress", "completed", "failed", "queued"])
    sql = "UPDATE tasks SET status = ?, updated_at = CURRENT_TIMESTAMP WHERE id = ?"
    if commit("task", [task], (sql, (status, task))):
        statuses[task] = status


def delete_task():
    task = tasks[-1]
    if commit("task", [task], ("DELETE FROM runs WHERE task_id = ?", (task,)), ("DELETE FROM tasks WHERE id = ?", (task,))):
        tasks.remove(task)
        deleted.append(task)
        runs[:] = [run for run in runs if run[1] != task]


def register_worker():
    worker = f"python-{random.randint(1, 8)}"
    sql = """INSERT OR REPLACE INTO workers (id, role, capabilities, metadata, last_heartbeat)
        VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP)"""
    if commit("worker", [worker], (sql, (worker, "python", json.dumps(["x"]), json.dumps({"pid": 1})))):
        if worker not in workers:
            workers.append(worker)


def beat():
    worker = random.choice(workers)
    commit("worker", [worker], ("UPDATE workers SET last_heartbeat = CURRENT_TIMESTAMP WHERE id = ?", (worker,)))


def add_run():
    run, task = str(uuid.uuid4()), random.choice(tasks)
    sql = """INSERT INTO runs (id, task_id, worker_id, run_number, phase, status)
        VALUES (?, ?, ?, (SELECT coalesce(max(run_number), 0) + 1 FROM runs WHERE task_id = ?), 'init', 'running')"""
    if commit("run", [run], (sql, (run, task, random.choice(workers), task))):
        runs.append((run, task))


def add_plan():
    plan, queue = str(uuid.uuid4()), str(uuid.uuid4())
    data = json.dumps({"plan_id": plan, "sub_tasks": [{"id": "one", "title": "One"}]})
    first = ("INSERT INTO planning_queue (id, task_description) VALUES (?, 'From Python')", (queue,))
    second = (
        "INSERT INTO execution_plans (id, planning_task_id, plan_data, status) VALUES (?, ?, ?, 'generated')",
        (plan, queue, data),
    )
    if commit("plan", [plan], first, second):
        plans.append(plan)


def increment():
    global increments
    if commit("task", ["shared"], ("UPDATE tasks SET priority = priority + 1 WHERE id = 'shared'", ())):
        increments += 1


def hold_lock():
    """A slow program: the write lock for a second."""
    global holds
    conn.execute("BEGIN IMMEDIATE")
    held = time.monotonic_ns()
    time.sleep(1)
    released = time.monotonic_ns()
    conn.commit()
    holds += 1
    print(json.dumps({"heldFrom": held, "heldTo": released}), flush=True)


def has_done_enough():
    return len(errors) > 0 or (len(waits) >= ENOUGH_COMMITS and holds >= ENOUGH_HOLDS)


def text_problem(row):
    """What Python's own tools cannot read of a row that the console wrote."""
    for key in row.keys():
        value = row[key]
        if value is None:
            continue
        if key.endswith("_at") or key in ("last_heartbeat", "timestamp"):
            datetime.fromisoformat(value)
        elif key in ("payload", "metadata", "tags", "workflow", "capabilities", "plan_data", "result_data"):
            json.loads(value)
        elif key in ("priority", "max_retries", "run_number", "subtask_count", "progress_percent"):
            if not isinstance(value, int):
                return f"{key} is {value!r}"
        elif not isinstance(value, (str, int)):
            return f"{key} is {value!r}"
    return None


def read_all():
    problems, count = [], 0
    for table in ("tasks", "runs", "workers", "events", "planning_queue", "execution_plans", "plan_execution"):
        for row in conn.execute(f"SELECT * FROM {table}"):
            count += 1
            try:
                problem = text_problem(row)
            except ValueError as error:
                problem = str(error)
            if problem:
                problems.append(f"{table}: {problem}")
    return problems[:10], count


def lost():
    """Of what was acknowledged here, what is not there."""
    found = {row["id"]: row["status"] for row in conn.execute("SELECT id, status FROM tasks WHERE task_type = 'python'")}
    answer = [f"task {task}" for task in tasks if found.get(task) != statuses[task]]
    answer += [f"deleted task {task}" for task in deleted if task in found]
    for table, ids in (("workers", workers), ("runs", [run for run, _ in runs]), ("execution_plans", plans)):
        there = {row["id"] for row in conn.execute(f"SELECT id FROM {table}")}
        answer += [f"{table} {one}" for one in ids if one not in there]
    return answer


print(json.dumps({"ready": True}), flush=True)
end = time.monotonic() + seconds
next_hold = time.monotonic() + 1.5
while time.monotonic() < end or not has_done_enough():
    if time.monotonic() > next_hold:
        hold_lock()
        next_hold = time.monotonic() + 2
    acts = [create_task, create_task, register_worker, add_plan, increment, increment]
    if tasks:
        acts += [update_task, update_task, delete_task]
    if workers:
        acts += [beat]
    if tasks and workers:
        acts += [add_run]
    random.choice(acts)()
    time.sleep(random.random() * 0.01)

problems, read = read_all()
report = {"increments": increments, "lost": lost(), "errors": errors, "problems": problems, "read": read}
print(json.dumps({"report": {**report, "acknowledged": len(waits), "longestWaitMs": max(waits)}}), flush=True)
