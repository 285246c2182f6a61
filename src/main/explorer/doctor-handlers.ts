import type { Handlers } from "../../shared/contract";
import type { doctorContract } from "../../shared/doctor-contract";
import { HiveError, toErrorBody } from "../../shared/errors";
import type { ExamNews, ExamPart, RepairPreview, RepairReport } from "../../shared/model/doctor";
import type { Store } from "../core/store/open";
import type { Explorer, RunningJob } from "./client";
import type { DoctorDatabase } from "./doctor-jobs";

export interface DoctorServices {
  readonly store: Store;
  readonly explorer: Explorer;
  /** Path of the native part of better-sqlite3; undefined: the packaged one. */
  readonly nativeBinding: string | undefined;
  readonly actor: string;
}

/** An examination that nobody asks about any more ends: its window was loaded anew. */
const FORGOTTEN_MS = 60_000;
const PREVIEW_MS = 600_000;

interface RunningExam {
  readonly id: string;
  readonly job: RunningJob;
  news: ExamNews;
  error: HiveError | null;
  tell: (() => void) | null;
  timer: NodeJS.Timeout | null;
}

const NOTHING: ExamNews = { progress: null, findings: [], isDone: false };

/** The doctor of one database. `end` stops what is under way. */
export function createDoctorHandlers({ store, explorer, nativeBinding, actor }: DoctorServices) {
  // What is observed may be a copy: it is examined where main reads it.
  const database: DoctorDatabase = {
    file: store.read.name,
    filesFolder: store.filesFolder,
    nativeBinding: nativeBinding ?? null,
  };
  let exam: RunningExam | null = null;
  let last = 0;

  function stop(): void {
    const ended = exam;
    exam = null;
    if (ended === null) return;
    if (ended.timer !== null) clearTimeout(ended.timer);
    ended.error ??= new HiveError("not_found", "The examination was stopped.");
    ended.tell?.();
    ended.job.cancel();
  }

  function forgetLater(mine: RunningExam): void {
    if (mine.timer !== null) clearTimeout(mine.timer);
    mine.timer = setTimeout(() => exam === mine && stop(), FORGOTTEN_MS);
    mine.timer.unref();
  }

  function start(thorough: boolean): string {
    stop();
    last += 1;
    const id = String(last);
    const job = explorer.run<"examine">({ kind: "examine", ...database, thorough }, { onPart: take, timeoutMs: null });
    const mine: RunningExam = { id, job, news: NOTHING, error: null, tell: null, timer: null };
    function take(part: ExamPart): void {
      mine.news =
        part.kind === "progress"
          ? { ...mine.news, progress: part.progress }
          : { ...mine.news, findings: [...mine.news.findings, part.finding] };
      mine.tell?.();
    }
    job.ended.then(
      () => {
        mine.news = { ...mine.news, isDone: true };
        mine.tell?.();
      },
      (error: unknown) => {
        const { code, message, details } = toErrorBody(error);
        mine.error = new HiveError(code, message, details);
        mine.tell?.();
      },
    );
    exam = mine;
    forgetLater(mine);
    return id;
  }

  async function next(examId: string): Promise<ExamNews> {
    const mine = exam;
    if (mine === null || mine.id !== examId) {
      throw new HiveError("not_found", "This examination has ended. Begin it again.");
    }
    if (mine.timer !== null) clearTimeout(mine.timer);
    if (mine.news === NOTHING && mine.error === null) {
      await new Promise<void>((resolve) => {
        mine.tell = resolve;
      });
      mine.tell = null;
    }
    if (mine.error !== null && mine.news === NOTHING) {
      if (exam === mine) exam = null;
      throw mine.error;
    }
    const { news } = mine;
    mine.news = NOTHING;
    if (news.isDone && exam === mine) exam = null;
    else forgetLater(mine);
    return news;
  }

  async function preview(kind: RepairPreview["kind"]): Promise<RepairPreview> {
    let answer: RepairPreview | null = null;
    const onPart = (part: RepairPreview): void => {
      answer = part;
    };
    await explorer.run<"previewRepair">(
      { kind: "previewRepair", ...database, repair: kind },
      { onPart, timeoutMs: PREVIEW_MS },
    ).ended;
    return answer ?? { kind, count: 0, rows: [], left: 0 };
  }

  async function repair(kind: RepairReport["kind"], reason: string | null): Promise<RepairReport> {
    if (store.info().mode === "observe") {
      throw new HiveError(
        "not_allowed",
        "The database is open in Observe mode: nothing here changes it. Open it to operate.",
      );
    }
    let answer: RepairReport | null = null;
    const onPart = (part: RepairReport): void => {
      answer = part;
    };
    const job = { kind: "repair", ...database, repair: kind, reason, actor } as const;
    await explorer.run<"repair">(job, { onPart, timeoutMs: null }).ended;
    return answer ?? { kind, repaired: 0, left: 0 };
  }

  const handlers = {
    "doctor.start": ({ thorough }) => ({ examId: start(thorough) }),
    "doctor.next": ({ examId }) => next(examId),
    "doctor.stop": ({ examId }) => {
      if (exam?.id === examId) stop();
      return null;
    },
    "doctor.preview": ({ kind }) => preview(kind),
    "doctor.repair": ({ kind, reason = null }) => repair(kind, reason),
  } satisfies Pick<Handlers, keyof typeof doctorContract>;
  return { handlers, end: stop };
}
