/** Keys of webhooks that are kept outside of the database: in a window's safe storage, which a command cannot read. */
export interface SecretSource {
  /** Null: it is not here. */
  read(subscriptionId: string): string | null;
}

export const NO_SECRETS: SecretSource = { read: () => null };
