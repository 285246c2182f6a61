// Stands in for the explorer process where there is no Electron: finds what it is told to, or blocks for ever.
process.on("message", ({ id, job }) => {
  const { text } = job.query;
  if (text === "block") for (;;);
  if (text === "crash") process.exit(3);
  if (text === "fail") process.send({ id, failure: { code: "file_unreadable", message: "no such log", details: {} } });
  else {
    const at = { byte: process.pid, line: 1 };
    process.send({ id, part: { hits: [], at, size: 1, isDone: false, isCapped: false, cutLines: 0 } });
    process.send({ id, part: { hits: [], at, size: 1, isDone: true, isCapped: false, cutLines: 0 } });
    process.send({ id, end: null });
  }
});
