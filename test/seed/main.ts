// npm run seed -- --tasks 1000000 --db FILE: a new database with so many tasks, always the same ones.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { seedDatabase } from "./database";

const { values } = parseArgs({ options: { tasks: { type: "string", default: "1000000" }, db: { type: "string" } } });
const tasks = Number(values.tasks);
if (!Number.isInteger(tasks) || tasks < 1_000 || tasks > 20_000_000) {
  throw new Error(`--tasks ${values.tasks}: give a number from 1,000 to 20,000,000`);
}
if (values.db === undefined) throw new Error("--db FILE: say where the database is to be made");
const file = resolve(values.db);
if (existsSync(file)) throw new Error(`${file} exists: choose another file, or delete it first`);
const began = performance.now();
const { plans } = await seedDatabase(file, { tasks, now: Date.now() });
const seconds = ((performance.now() - began) / 1_000).toFixed(1);
process.stdout.write(`${file}: ${tasks} tasks, ${plans} plans, in ${seconds} s\n`);
