import { z } from "zod";
import type {
  BoardEvent,
  BoardPlan,
  BoardPlanProgress,
  BoardPlanSummary,
  BoardTask,
  StoredFinalPlan,
} from "./model/board";
import { MOST_LOG_ROWS } from "./model/log-views";
import { operation } from "./operation";

const id = z.string().min(1).max(1_000);
const word = z.string().min(1).max(200);
const text = z.string().max(2_000_000);
const texts = z.array(text).max(10_000);
const plan = z.strictObject({ planId: id });
const task = z.strictObject({ taskId: id });
const taskAct = z.strictObject({ taskId: id, reason: z.string().max(2_000).optional() });

/** The Board's operations as the window calls them. docs/board.md says what each does. */
export const boardContract = {
  "board.plan": operation<BoardPlan | null>()(plan),
  "board.summary": operation<BoardPlanSummary | null>()(plan),
  "board.progress": operation<BoardPlanProgress | null>()(plan),
  "board.run": operation<BoardPlanProgress>()(plan),
  "board.updatePlanStatus": operation<boolean>()(
    z.strictObject({ planId: id, status: word, close: z.boolean().default(false) }),
  ),
  "board.tasks": operation<readonly BoardTask[]>()(plan),
  "board.pendingTasks": operation<readonly BoardTask[]>()(plan),
  "board.task": operation<BoardTask | null>()(task),
  "board.updateTaskStatus": operation<boolean>()(
    z.strictObject({ taskId: id, status: word, error: text.nullable().default(null) }),
  ),
  "board.incrementTaskAttempts": operation<boolean>()(task),
  "board.retryTask": operation<BoardTask>()(taskAct),
  "board.cancelTask": operation<BoardTask>()(taskAct),
  "board.recordEvent": operation<{ readonly eventId: string }>()(
    z.strictObject({
      planId: id.nullable(),
      taskId: id.nullable(),
      kind: word,
      payload: z.json().default(null),
    }),
  ),
  "board.events": operation<readonly BoardEvent[]>()(
    z.strictObject({ planId: id, taskId: id.optional(), limit: z.int().min(1).max(MOST_LOG_ROWS).default(200) }),
  ),
  "board.finalPlan": operation<StoredFinalPlan | null>()(plan),
  "board.saveFinalPlan": operation<null>()(
    z.strictObject({
      planId: id,
      finalPlan: z.strictObject({
        synthesizedStrategy: text,
        contributingAgents: texts,
        identifiedRisks: texts,
        confidenceScore: z.number().min(0).max(1),
      }),
    }),
  ),
} as const;
