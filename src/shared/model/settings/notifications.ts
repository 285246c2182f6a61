import { DEFAULT_RULES, notificationRules } from "../notification";
import { AT_ONCE, onOff, type SettingDefinition, whole } from "./definition";

export const NOTIFICATION_SETTINGS: readonly SettingDefinition[] = [
  onOff({
    name: "notifications.native",
    scope: "machine",
    group: "notifications",
    label: "Notifications of the system",
    says: "Shows what the rules find as a notification of the desktop, too. The bell in the window has all of it in any case.",
    default: true,
    effect: AT_ONCE,
  }),
  onOff({
    name: "notifications.tray",
    scope: "machine",
    group: "notifications",
    label: "Tray icon",
    says: "An icon beside the clock with what runs, failed and waits. Closing the window ends it as before.",
    default: true,
    effect: AT_ONCE,
  }),
  {
    name: "notifications.rules",
    scope: "database",
    group: "notifications",
    label: "Rules",
    says: "Which events notify. Whichever window of this database sees one first tells of it, once.",
    control: { kind: "rules" },
    schema: notificationRules,
    default: DEFAULT_RULES,
    defaultWords: DEFAULT_RULES.filter(({ on }) => on)
      .map(({ name }) => name)
      .join(", "),
    range: "up to 50 rules, each with a name, a topic pattern and a filter",
    effect: "for events from then on",
  },
  whole(
    {
      name: "notifications.maxFailures",
      scope: "database",
      group: "notifications",
      label: "Failures before a subscription is disabled",
      says: "After so many failed deliveries in a row a webhook or command is disabled, and a notice says so. Nothing is lost: it goes on from there when it is resumed.",
      default: 12,
      effect: "with the next delivery",
    },
    1,
    1_000,
    "failures",
  ),
  whole(
    {
      name: "notifications.logRows",
      scope: "database",
      group: "notifications",
      label: "Delivery log",
      says: "So many of its latest deliveries are kept for each subscription.",
      default: 500,
      effect: "with the next delivery",
    },
    10,
    10_000,
    "deliveries",
  ),
];
