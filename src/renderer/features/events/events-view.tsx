import type { EventsPlace } from "../../location";
import { Page } from "../../ui/page";

/** What happened, and what people did. */
export function EventsView({ place }: { readonly place: EventsPlace }) {
  return <Page title={place.log === "events" ? "Events" : "Audit log"}>{null}</Page>;
}
