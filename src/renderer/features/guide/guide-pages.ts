import { GUIDE_PAGES, type GuidePage } from "../../guide-place";

export interface GuideSection {
  readonly id: string;
  readonly title: string;
  /** 2 for a chapter. */
  readonly level: number;
}

/** A document as it was made when the window was built: scripts/lib/guide-pages.mjs. */
export interface GuideDocument {
  readonly title: string;
  readonly html: string;
  readonly sections: readonly GuideSection[];
}

const loaders = import.meta.glob<GuideDocument>("../../../../docs/*.md", { import: "default" });
const fileOf = (page: GuidePage): string => `../../../../docs/${page}.md`;

/** Those that there are. */
export const guidePages: readonly GuidePage[] = GUIDE_PAGES.filter((page) => loaders[fileOf(page)] !== undefined);

export async function loadGuide(page: GuidePage): Promise<GuideDocument> {
  const load = loaders[fileOf(page)];
  if (load === undefined) throw new Error(`The document ${page} is not in this build.`);
  return load();
}
