/** What a plan's text was opened from. Ids name things that main knows; a path is never one of them. */
export type PlanOrigin =
  | { readonly kind: "sample"; readonly name: string }
  | { readonly kind: "file"; readonly fileId: string }
  | { readonly kind: "like"; readonly planId: string }
  | { readonly kind: "new" };

/** One text each, as long as it is edited and not saved. */
export function originKey(origin: PlanOrigin): string {
  switch (origin.kind) {
    case "sample":
      return `sample ${origin.name}`;
    case "file":
      return `file ${origin.fileId}`;
    case "like":
      return `like ${origin.planId}`;
    case "new":
      return "new";
  }
}
