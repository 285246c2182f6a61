import type { AgentCourse, AgentCourses, CourseBar } from "../../../shared/model/agent-course";
import { formatMoment } from "../../time-format";
import { formatCount, formatDuration } from "../../ui/format";
import styles from "./agent-panel.module.css";

const WIDTH = 352;
const HEIGHT = 44;
const GAP = 2;

interface ChartProps {
  readonly course: AgentCourse;
  readonly courses: AgentCourses;
}

/** What ended in each stretch of the range, what of it failed, and how long half and most of it took. */
export function CourseChart({ course, courses }: ChartProps) {
  const { bars } = course;
  const width = WIDTH / bars.length;
  const most = Math.max(1, ...bars.map(({ ended }) => ended));
  const slowest = Math.max(1, ...bars.map(({ p95 }) => p95 ?? 0));
  const high = (share: number): number => (share === 0 ? 0 : Math.max(2, share * (HEIGHT - 2)));
  return (
    <figure className={styles.chart}>
      <figcaption>
        Ended <small>{formatCount(most)} at most</small>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Chart: ${endedWords(course)}`}>
        {bars.map((bar, index) => {
          const ok = high((bar.ended - bar.failed) / most);
          const failed = high(bar.failed / most);
          const x = index * width;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            <g key={index}>
              <title>{barWords(bar, index, courses)}</title>
              <rect x={x} y={0} width={width} height={HEIGHT} fill="transparent" />
              <rect className={styles.ok} x={x} y={HEIGHT - ok} width={width - GAP} height={ok} />
              <rect className={styles.failed} x={x} y={HEIGHT - ok - failed} width={width - GAP} height={failed} />
            </g>
          );
        })}
      </svg>
      <figcaption>
        Took <small>{formatDuration(slowest)} at most, bar to P50, line at P95</small>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Chart: ${tookWords(course)}`}>
        {bars.map((bar, index) => {
          if (bar.p50 === null || bar.p95 === null) return null;
          const half = high(bar.p50 / slowest);
          const x = index * width;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            <g key={index}>
              <title>{barWords(bar, index, courses)}</title>
              <rect className={styles.took} x={x} y={HEIGHT - half} width={width - GAP} height={half} />
              <rect
                className={styles.p95}
                x={x}
                y={HEIGHT - high(bar.p95 / slowest)}
                width={width - GAP}
                height={1.5}
              />
            </g>
          );
        })}
      </svg>
      <p className={styles.axis}>
        <span>{formatMoment(courses.since, courses.until)}</span>
        <span>now</span>
      </p>
    </figure>
  );
}

function barWords(
  { ended, failed, p50, p95 }: CourseBar,
  index: number,
  { since, stepMs, until }: AgentCourses,
): string {
  const from = since + index * stepMs;
  const moment = (at: number): string => formatMoment(at, until);
  const took = p50 === null || p95 === null ? "" : `, P50 ${formatDuration(p50)}, P95 ${formatDuration(p95)}`;
  return `${moment(from)} to ${moment(from + stepMs)}: ${ended} ended, ${failed} failed${took}`;
}

const endedWords = ({ ended, succeeded }: AgentCourse): string => `${ended} ended, ${ended - succeeded} of them failed`;
const tookWords = ({ p50, p95 }: AgentCourse): string =>
  p50 === null || p95 === null
    ? "nothing ended whose time is known"
    : `half took less than ${formatDuration(p50)}, most less than ${formatDuration(p95)}`;
