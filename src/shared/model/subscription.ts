import { z } from "zod";
import { eventConditions, topicPattern } from "./notification";

const KEY_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Where events go. */
export const subscriptionTarget = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("webhook"),
    url: z.url({ protocol: /^https?$/, error: "write an address with http:// or https:// in front" }).max(2_000),
    /** The environment variable that holds the key of the signature; null: none, or one in safe storage. */
    secretEnv: z
      .string()
      .regex(KEY_NAME, "this is no name of an environment variable")
      .max(200)
      .nullable()
      .default(null),
  }),
  z.strictObject({
    kind: z.literal("command"),
    /** Run by the shell; the event comes as JSON on its standard input. */
    run: z.string().trim().min(1, "say what to run").max(10_000),
  }),
]);
export type SubscriptionTarget = z.output<typeof subscriptionTarget>;

/** Seconds of one delivery. */
export const TIMEOUT_SECONDS = { min: 1, max: 600, default: 30 } as const;

/** What an operator says of a subscription. */
export const subscriptionInput = z.strictObject({
  name: z.string().trim().min(1, "a subscription needs a name").max(80),
  topic: topicPattern,
  where: eventConditions.default([]),
  target: subscriptionTarget,
  timeoutSeconds: z.int().min(TIMEOUT_SECONDS.min).max(TIMEOUT_SECONDS.max).default(TIMEOUT_SECONDS.default),
});
export type SubscriptionInput = z.output<typeof subscriptionInput>;

/** `paused` by an operator, `disabled` after too many failures, `off`: another program has turned it off. */
export const SUBSCRIPTION_STATES = ["active", "paused", "disabled", "off"] as const;
type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export interface SubscriptionRow extends SubscriptionInput {
  readonly id: string;
  readonly state: SubscriptionState;
  /** Why it is not active. */
  readonly reason: string | null;
  /** It is signed with a key from this window's safe storage. */
  readonly hasKeptSecret: boolean;
  /** Failed deliveries in a row. */
  readonly failures: number;
  /** No delivery is tried before. */
  readonly nextAt: number | null;
  readonly delivered: number;
  readonly lastAt: number | null;
  readonly lastError: string | null;
  /** Everything up to this place in the log of events is done. */
  readonly position: number;
  /** How many events the log has beyond that, whether they concern it or not: as many wait at most. */
  readonly behind: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** `held`: it was not tried, for a reason that is not the receiver's. */
export const DELIVERY_OUTCOMES = ["delivered", "failed", "held"] as const;
type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** One try. */
export interface DeliveryRow {
  readonly id: number;
  readonly eventId: string;
  readonly eventType: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly isTest: boolean;
  readonly outcome: DeliveryOutcome;
  /** What was answered, or why it failed. */
  readonly detail: string | null;
  readonly at: number;
  readonly tookMs: number;
}
