import { userInfo } from "node:os";

/** Who acts, for the plan's record and the audit log. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
