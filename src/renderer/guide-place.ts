/** The documents that the window holds, in the order in which they are listed: names of files in docs/. */
export const GUIDE_PAGES = [
  "user-guide",
  "install",
  "troubleshooting",
  "plans",
  "control",
  "schedules",
  "planning",
  "agents",
  "external-workers",
  "fleet",
  "events",
  "subscriptions",
  "database",
  "doctor",
  "unified-schema",
  "board",
  "settings",
  "metrics",
  "performance",
  "operations",
  "cli",
  "releasing",
] as const;
export type GuidePage = (typeof GUIDE_PAGES)[number];

/** A document, at one of its sections. */
export interface GuidePlace {
  readonly view: "guide";
  readonly page: GuidePage;
  /** The id of a heading; null: its beginning. */
  readonly section: string | null;
}

export const guidePlace = (section: string | null = null, page: GuidePage = "user-guide"): GuidePlace => ({
  view: "guide",
  page,
  section,
});

/** `#/guide/<document>/<section>`; an unknown document: the user guide. */
export function parseGuide(page: string | null, section: string | null): GuidePlace {
  const known = GUIDE_PAGES.find((one) => one === page);
  return known === undefined ? guidePlace() : guidePlace(section, known);
}

export function formatGuide({ page, section }: GuidePlace): string {
  return `#/guide/${page}${section === null ? "" : `/${encodeURIComponent(section)}`}`;
}

/** Sections of the user guide that the window itself leads to. Each stands in docs/user-guide.md. */
export const GUIDE_SECTIONS = {
  firstPlan: "begin",
  launch: "launch-a-plan",
  tasks: "find-tasks",
  schedules: "launch-by-the-clock",
  keys: "keys",
} as const;
