import type { Command } from "commander";
import { pausePlan, resumePlan, retryFailed } from "../main/core/operations/control";
import { cancelPlan } from "../main/core/operations/plans";
import type { Store } from "../main/core/store/open";
import type { PlanSummary } from "../shared/model/views";
import { printReport, showPreview } from "./act-report";
import { EXIT } from "./exit-codes";
import { PLAN_NAME, planNamed } from "./named";
import { acting, type CommandSetting, type DatabaseFlags } from "./operation-command";
import { operatorName } from "./operator";
import { scriptRecord } from "./script-record";
import { plainText, plural } from "./text";

interface PlanActFlags extends DatabaseFlags {
  readonly reason?: string;
  readonly preview?: boolean;
}

/** `hive plan pause|resume|cancel|retry`. */
export function addPlanActs(plan: Command, setting: CommandSetting): void {
  const { outputs, addDatabaseOption } = setting;
  const { out } = outputs;
  const command = (name: string, description: string) =>
    addDatabaseOption(plan.command(name).description(description))
      .argument("<id>", PLAN_NAME)
      .option("--reason <text>", "why, for the audit log")
      .option("--preview", "only say what would be touched, and why the rest is left alone")
      .option("--json", "JSON for scripts");
  const changing =
    (act: "plans.pause" | "plans.resume", change: typeof pausePlan, word: string) =>
    (name: string, flags: PlanActFlags): Promise<void> => {
      if (flags.preview) return showPreview(setting, flags, (store) => ({ act, planId: planNamed(store, name) }));
      return acting(setting, flags, async (store: Store) => {
        const planId = planNamed(store, name);
        const after: PlanSummary = await change(store, { planId, reason: flags.reason, actor: operatorName() });
        const { status, paused } = after;
        if (flags.json) out.line(JSON.stringify({ plan_id: planId, status, paused }));
        else out.line(`${out.paint("green", "✓")} ${plainText(after.title)} ${word}`);
        return undefined;
      });
    };

  command("pause", "Starts nothing more of a plan; what runs goes on.").action(
    changing("plans.pause", pausePlan, "is paused"),
  );
  command("resume", "Lets a paused plan go on.").action(changing("plans.resume", resumePlan, "goes on"));
  command(
    "cancel",
    "Cancels everything of a plan that has not ended but its clean-up; a second time that, too.",
  ).action((name: string, flags: PlanActFlags) => {
    if (flags.preview) {
      return showPreview(setting, flags, (store) => ({ act: "plans.cancel", planId: planNamed(store, name) }));
    }
    return acting(setting, flags, async (store) => {
      const planId = planNamed(store, name);
      const { cancelled, stopping, cleaning } = await cancelPlan(store, {
        planId,
        reason: flags.reason,
        actor: operatorName(),
      });
      if (flags.json) out.line(JSON.stringify({ plan_id: planId, cancelled, stopping, cleaning }));
      else {
        const rest = stopping > 0 ? `, ${plural(stopping, "running task")} asked to stop` : "";
        out.line(`${out.paint("green", "✓")} ${plural(cancelled, "task")} cancelled${rest}`);
        if (cleaning > 0) out.line(`${plural(cleaning, "clean-up step")} to run. Cancel again to do without.`);
      }
      return undefined;
    });
  });
  command("retry", "Retries every task of a plan that failed, was cancelled or escalated.").action(
    (name: string, flags: PlanActFlags) => {
      if (flags.preview) {
        return showPreview(setting, flags, (store) => ({ act: "plans.retryFailed", planId: planNamed(store, name) }));
      }
      return acting(setting, flags, async (store) => {
        const planId = planNamed(store, name);
        const report = await retryFailed(store, { planId, reason: flags.reason, actor: operatorName() });
        if (flags.json) out.line(scriptRecord({ planId, ...report }));
        else printReport(out, report, "queued again");
        return report.failed.length > 0 ? EXIT.failed : undefined;
      });
    },
  );
}
