const SAME = "n.group_name = l.group_name AND n.role = l.role AND n.capabilities = l.capabilities";

/**
 * Tasks of a plan without a limit share their lanes with other plans'. When it is given one while it runs, they move into
 * lanes of its own, where a claim looks at its limit. They stay there when it is taken away again.
 */
export const LIMITED_LATER: readonly string[] = [
  `CREATE TRIGGER console_plan_limited AFTER UPDATE OF concurrency ON console_plans
    WHEN OLD.concurrency IS NULL AND NEW.concurrency IS NOT NULL
  BEGIN
    INSERT OR IGNORE INTO console_lanes (group_name, role, capabilities, plan_id)
      SELECT DISTINCT l.group_name, l.role, l.capabilities, NEW.plan_id
      FROM console_tasks k CROSS JOIN console_lanes l ON l.lane = k.lane
      WHERE k.plan_id = NEW.plan_id AND l.plan_id = '';
    UPDATE console_tasks SET lane = (SELECT n.lane FROM console_lanes l JOIN console_lanes n ON ${SAME}
        WHERE l.lane = console_tasks.lane AND n.plan_id = NEW.plan_id)
      WHERE plan_id = NEW.plan_id AND lane IN (SELECT lane FROM console_lanes WHERE plan_id = '');
    UPDATE console_ready SET lane = (SELECT lane FROM console_tasks WHERE seq = console_ready.seq)
      WHERE plan_id = NEW.plan_id AND lane >= 0;
  END`,
];
