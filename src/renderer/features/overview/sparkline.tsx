import styles from "./overview.module.css";

const WIDTH = 76;
const HEIGHT = 22;
const MOST_POINTS = 38;

/** Neighbours together, so that a line of few pixels is made of few points. Pure. */
export function thinOut(values: readonly number[], most: number): number[] {
  const group = Math.max(1, Math.ceil(values.length / most));
  const points: number[] = [];
  for (let at = 0; at < values.length; at += group) {
    points.push(values.slice(at, at + group).reduce((total, value) => total + value, 0));
  }
  return points;
}

/** The course of a figure, without scale: decoration beside the figure itself. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const points = thinOut(values, MOST_POINTS);
  const most = Math.max(...points, 0);
  if (most === 0) return null;
  const place = (value: number, index: number): string => {
    const x = (index * WIDTH) / Math.max(1, points.length - 1);
    return `${x.toFixed(1)} ${(HEIGHT - 1 - (value / most) * (HEIGHT - 3)).toFixed(1)}`;
  };
  const line = points.map(place).join("L");
  return (
    <svg className={styles.spark} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <path className={styles.sparkArea} d={`M0 ${HEIGHT}L${line}L${WIDTH} ${HEIGHT}Z`} />
      <path className={styles.sparkLine} d={`M${line}`} />
    </svg>
  );
}
