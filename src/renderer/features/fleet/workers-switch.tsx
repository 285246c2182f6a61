import { goTo } from "../../location";
import { Segmented } from "../../ui/segmented";

const OPTIONS = [
  { value: "workers", label: "Workers" },
  { value: "fleet", label: "Fleet" },
] as const;

/** From the workers one by one to the fleet of other hosts, and back. */
export function WorkersSwitch({ shown }: { readonly shown: "workers" | "fleet" }) {
  return <Segmented label="Which workers" options={OPTIONS} value={shown} onChange={(next) => goTo({ view: next })} />;
}
