/** Calls back with 1 at the first ^C or SIGTERM, 2 at the second, and so on. Returns what ends it. */
export function onInterrupt(react: (count: number) => void): () => void {
  let count = 0;
  const listener = () => {
    count += 1;
    react(count);
  };
  process.on("SIGINT", listener);
  process.on("SIGTERM", listener);
  return () => {
    process.removeListener("SIGINT", listener);
    process.removeListener("SIGTERM", listener);
  };
}
