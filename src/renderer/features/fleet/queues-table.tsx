import { TriangleAlert } from "lucide-react";
import { DRAIN_GOAL_MS, type FleetQueue } from "../../../shared/model/fleet-view";
import { formatPlace, taskPlace, tasksPlace } from "../../location";
import { formatCount, formatDuration } from "../../ui/format";
import { Panel } from "../../ui/panel";
import { RelativeTime } from "../../ui/relative-time";
import styles from "./fleet.module.css";
import { drainWords, formatRate, hintWords } from "./fleet-words";

/** What waits, what is done about it, and how long that takes. */
export function QueuesTable({ queues }: { readonly queues: readonly FleetQueue[] }) {
  return (
    <Panel title="Queues" meta="tasks of this database; rates of the last five minutes">
      <div className={styles.scroll}>
        <table className={styles.table} aria-label="Queues">
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" title="Tasks that could start now, if a worker had room">
                Waiting
              </th>
              <th scope="col" title="How long the oldest of them waits">
                Lag
              </th>
              <th scope="col" title="Tasks that run, of the slots of workers that take tasks">
                Running
              </th>
              <th scope="col">Workers</th>
              <th scope="col">Hosts</th>
              <th scope="col" title="Tasks that became ready, a minute">
                In / min
              </th>
              <th scope="col" title="Attempts that ended, a minute">
                Out / min
              </th>
              <th scope="col" title="The median of tasks that succeeded">
                Usual
              </th>
              <th scope="col" title="Until nothing waits or runs, if nothing more comes">
                Drained in
              </th>
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <QueueRow key={queue.name} queue={queue} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function QueueRow({ queue }: { readonly queue: FleetQueue }) {
  const { name, waiting, oldest, running, slots, workers, hosts, inPerMinute, outPerMinute, usualMs } = queue;
  const drain = drainWords(queue);
  const hint = hintWords(queue, DRAIN_GOAL_MS);
  const isStuck = queue.drain === "no_slots";
  return (
    <tr>
      <th scope="row" className={styles.name}>
        {name}
      </th>
      <td>{waiting === 0 ? "0" : <a href={formatPlace(tasksPlace("status:queued"))}>{formatCount(waiting)}</a>}</td>
      <td>
        {oldest === null ? (
          "–"
        ) : (
          <a href={formatPlace(taskPlace(null, oldest.taskId))} title={`The oldest: ${oldest.title}`}>
            <RelativeTime at={oldest.since} />
          </a>
        )}
      </td>
      <td>
        {formatCount(running)} <span className={styles.muted}>/ {formatCount(slots)}</span>
      </td>
      <td>{formatCount(workers)}</td>
      <td>{formatCount(hosts)}</td>
      <td title={inPerMinute === null ? "It was not watched for long enough" : undefined}>
        {inPerMinute === null ? "–" : formatRate(inPerMinute)}
      </td>
      <td>{formatRate(outPerMinute)}</td>
      <td>{usualMs === null ? "–" : formatDuration(usualMs)}</td>
      <td title={drain.long} className={isStuck ? styles.stuck : undefined} data-tone={isStuck ? "failed" : undefined}>
        <span className={styles.drain}>
          {isStuck && <TriangleAlert size={12} aria-hidden="true" />}
          {drain.short}
        </span>
        {hint !== null && (
          <span className={styles.hint} title={`So many more slots would empty it in ${formatDuration(DRAIN_GOAL_MS)}`}>
            {hint}
          </span>
        )}
      </td>
    </tr>
  );
}
