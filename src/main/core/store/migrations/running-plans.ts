const AGE = "coalesce(generated_at, '')";

/** The few plans that run, apart from all that ever did: an index that only a plan's begin and end write. */
export const RUNNING_PLANS = {
  status: "executing",
  /** Newest first; `alias`: of execution_plans, with its dot. */
  order: (alias: string) => `${AGE.replace("generated_at", `${alias}generated_at`)} DESC, ${alias}id DESC`,
} as const;

export const RUNNING_PLAN_INDEXES: readonly string[] = [
  `CREATE INDEX console_plans_running ON execution_plans (${AGE}, id) WHERE status = '${RUNNING_PLANS.status}'`,
];
