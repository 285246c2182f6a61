import { z } from "zod";
import { type NotificationList, notificationRules } from "./model/notification";
import { type DeliveryRow, type SubscriptionRow, subscriptionInput } from "./model/subscription";
import { operation } from "./operation";

const id = z.string().min(1).max(200);
const act = z.strictObject({ subscriptionId: id, reason: z.string().max(2_000).optional() });
/** The key of a webhook's signature, for safe storage; null takes it away. */
const secret = z.string().trim().min(8, "a key of at least 8 characters").max(1_000).nullable().optional();

/** How often a rule would have fired. */
export interface RulePreview {
  readonly name: string;
  readonly count: number;
  /** There are more than were looked through. */
  readonly isMore: boolean;
}

/** Webhooks, commands and notifications. docs/subscriptions.md explains them. */
export const subscriptionContract = {
  /** By name. */
  "subscriptions.list": operation<readonly SubscriptionRow[]>()(z.strictObject({})),
  "subscriptions.add": operation<SubscriptionRow>()(
    z.strictObject({ ...subscriptionInput.shape, secret, from: z.enum(["now", "beginning"]).default("now") }),
  ),
  /** Its place in the log stays. */
  "subscriptions.edit": operation<SubscriptionRow>()(
    z.strictObject({ subscriptionId: id, ...subscriptionInput.shape, secret }),
  ),
  "subscriptions.remove": operation<null>()(act),
  "subscriptions.pause": operation<SubscriptionRow>()(act),
  /** `skip`: what came meanwhile is not delivered any more. */
  "subscriptions.resume": operation<SubscriptionRow>()(
    z.strictObject({ ...act.shape, skip: z.boolean().default(false) }),
  ),
  /** Delivers a made-up event now; its place in the log stays. */
  "subscriptions.test": operation<DeliveryRow>()(z.strictObject({ subscriptionId: id })),
  /** The latest deliveries first. */
  "subscriptions.log": operation<readonly DeliveryRow[]>()(
    z.strictObject({ subscriptionId: id, limit: z.int().min(1).max(1_000).default(100) }),
  ),

  /** What the rules found, the latest first. */
  "notifications.list": operation<NotificationList>()(z.strictObject({ limit: z.int().min(1).max(500).default(100) })),
  /** Without ids: all. */
  "notifications.markSeen": operation<NotificationList>()(
    z.strictObject({ ids: z.array(z.int().min(1)).max(1_000).optional() }),
  ),
  /** How often these rules would have fired in the last 24 hours. */
  "notifications.preview": operation<readonly RulePreview[]>()(z.strictObject({ rules: notificationRules })),
} as const;
