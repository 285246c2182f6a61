import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterThisTest } from "./store";

/** Another program on the same database: it runs SQL on request, with a plain connection of its own. */
export interface ForeignProgram {
  /** Runs statements; resolves when they are done. */
  exec(sql: string): Promise<void>;
  end(): Promise<void>;
}

const PROGRAM = `
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
const db = new DatabaseSync(process.argv[1], { enableForeignKeyConstraints: false, timeout: 10000 });
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  try { db.exec(JSON.parse(line)); console.log("ok"); } catch (error) { console.log("error " + error.message); }
}
`;

export async function startForeignProgram(file: string): Promise<ForeignProgram> {
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", PROGRAM, file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = async () => {
    child.stdin.end();
    await exited;
  };
  afterThisTest(end);
  await answers.next();
  return {
    async exec(sql) {
      child.stdin.write(`${JSON.stringify(sql)}\n`);
      const answer = await answers.next();
      if (answer.value !== "ok") throw new Error(`the foreign program said: ${answer.value}`);
    },
    end,
  };
}
