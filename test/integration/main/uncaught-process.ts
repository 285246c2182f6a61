import { appendFileSync } from "node:fs";
import { reportUncaught } from "../../../src/main/uncaught.ts";

/** Does what nobody catches as soon as its input ends, and writes each report into the file named first. */
const [, , file = ""] = process.argv;
const TOO_MANY = 100;
let reports = 0;

reportUncaught((message) => {
  reports += 1;
  appendFileSync(file, `${message.split("\n")[0]}\n`);
  if (reports === TOO_MANY) process.exit(1);
  process.stderr.write(`${message}\n`);
});

process.stdin.resume().on("end", () => {
  process.stdout.write("nobody reads this\n");
  void Promise.reject(new Error("the second"));
  throw new Error("the first");
});
