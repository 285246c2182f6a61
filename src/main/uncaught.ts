/**
 * From now on an error that nobody caught, thrown or by a rejected promise, is reported, and the process goes on. It goes
 * on as well when nobody reads its output any more: `report` may write there.
 */
export function reportUncaught(report: (message: string) => void): void {
  // Whoever started it may be gone. An error of the output, reported, would be the next.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  process.on("uncaughtException", (error) => report(`an error that nobody caught: ${error.stack ?? error}`));
  process.on("unhandledRejection", (reason) => {
    report(`a promise was rejected and nobody looked: ${reason instanceof Error ? reason.stack : reason}`);
  });
}
