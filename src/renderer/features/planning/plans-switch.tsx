import { goTo, planPlace } from "../../location";
import { planningPlace } from "../../planning-place";
import { Segmented } from "../../ui/segmented";

const OPTIONS = [
  { value: "plans", label: "Launched" },
  { value: "planning", label: "Requested" },
] as const;

/** From the plans that were launched to the requests for plans, and back. */
export function PlansSwitch({ shown }: { readonly shown: "plans" | "planning" }) {
  return (
    <Segmented
      label="Which plans"
      options={OPTIONS}
      value={shown}
      onChange={(next) => goTo(next === "plans" ? planPlace(null) : planningPlace())}
    />
  );
}
