import type { EventsPlace } from "../../location";
import { AuditStream } from "./audit-stream";
import { EventStream } from "./event-stream";

/** What happened, and what people did: live, filtered, each with what it belongs to and speaks of. */
export function EventsView({ place }: { readonly place: EventsPlace }) {
  return place.log === "events" ? <EventStream place={place} /> : <AuditStream place={place} />;
}
