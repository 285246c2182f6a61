import { RotateCw } from "lucide-react";
import { goTo } from "../../location";
import { Button } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";

interface LaunchLikeProps {
  readonly planId: string;
  /** Why there is nothing to launch again; null: there is. */
  readonly off: string | null;
}

/** Opens the launch view with a run's own text and parameters. Nothing is launched yet. */
export function LaunchLike({ planId, off }: LaunchLikeProps) {
  const open = (): void => goTo({ view: "launch", sample: null, like: planId });
  useHotkeys({
    group: "Plan",
    hotkeys: [{ keys: ["Shift+N"], label: "Launch like this run", disabled: off !== null, run: open }],
  });
  return (
    <Button size="sm" icon={<RotateCw size={12} />} keys="Shift+N" disabledReason={off} onClick={open}>
      Launch like this run
    </Button>
  );
}
