import { create } from "zustand";
import { type ExamNews, type ExamProgress, FINDING_KINDS, type Finding } from "../../../shared/model/doctor";
import { ApiError, call } from "../../api";

interface DoctorState {
  readonly status: "never" | "running" | "done" | "stopped" | "failed";
  readonly isThorough: boolean;
  readonly findings: readonly Finding[];
  readonly progress: ExamProgress | null;
  /** When the latest examination ended. */
  readonly endedAt: number | null;
  readonly error: unknown;
}

export const useDoctor = create<DoctorState>()(() => ({
  status: "never",
  isThorough: false,
  findings: [],
  progress: null,
  endedAt: null,
  error: null,
}));

let running: string | null = null;
let request = 0;

const RANK = { problem: 0, warning: 1, ok: 2 } as const;

/** The worst first; of one severity in the order of the checks. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => RANK[a.severity] - RANK[b.severity] || FINDING_KINDS.indexOf(a.kind) - FINDING_KINDS.indexOf(b.kind),
  );
}

function take({ progress, findings, isDone }: ExamNews): void {
  useDoctor.setState((state) => {
    const fresh = new Set(findings.map(({ kind }) => kind));
    return {
      progress: isDone ? null : (progress ?? state.progress),
      findings: [...state.findings.filter(({ kind }) => !fresh.has(kind)), ...findings],
      ...(isDone ? { status: "done" as const, endedAt: Date.now() } : {}),
    };
  });
}

/** Looks at the database. What was found before stays until its check has been made again. */
export async function examine(isThorough: boolean): Promise<void> {
  request += 1;
  const mine = request;
  useDoctor.setState((state) => ({
    status: "running",
    isThorough,
    progress: null,
    error: null,
    findings: isThorough || !state.isThorough ? state.findings : [],
  }));
  try {
    const { examId } = await call("doctor.start", { thorough: isThorough });
    running = examId;
    for (let isDone = false; !isDone && mine === request; ) {
      const news = await call("doctor.next", { examId });
      if (mine !== request) return;
      take(news);
      isDone = news.isDone;
    }
  } catch (error) {
    if (mine !== request) return;
    const isStopped = error instanceof ApiError && error.code === "not_found";
    useDoctor.setState({ status: isStopped ? "stopped" : "failed", progress: null, error: isStopped ? null : error });
  }
}

export async function stopExamination(): Promise<void> {
  if (running === null) return;
  const examId = running;
  running = null;
  request += 1;
  useDoctor.setState({ status: "stopped", progress: null });
  await call("doctor.stop", { examId });
}

/** What is shown first; once a window. */
export function examineOnce(): void {
  if (useDoctor.getState().status === "never") void examine(false);
}
