import { useEffect, useRef, useState } from "react";
import { formatGuide, type GuidePage, type GuidePlace, guidePlace } from "../../guide-place";
import { Failure } from "../../ui/failure";
import { Page } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton-rows";
import styles from "./guide.module.css";
import { type GuideDocument, guidePages, loadGuide } from "./guide-pages";

/** What stands in the list for each document. */
const TITLES: Readonly<Record<GuidePage, string>> = {
  "user-guide": "User guide",
  install: "Install",
  troubleshooting: "Troubleshooting",
  plans: "The plan file",
  control: "Acts on plans and tasks",
  schedules: "Schedules",
  planning: "Requests and planners",
  agents: "Agents",
  "external-workers": "External workers",
  fleet: "The fleet",
  events: "Events and audit",
  subscriptions: "Notifications",
  database: "The database",
  doctor: "The doctor",
  "unified-schema": "The unified schema",
  board: "The Board",
  settings: "Settings",
  metrics: "Figures for monitoring",
  performance: "Performance",
  operations: "Operations (SDK)",
  cli: "The hive command",
  releasing: "Releasing",
};

type Loaded =
  | { readonly page: GuidePage; readonly document: GuideDocument }
  | { readonly page: GuidePage; readonly error: unknown };

/** The documents that come with the console, without any network. */
export function GuideView({ place: { page, section } }: { readonly place: GuidePlace }) {
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [attempt, setAttempt] = useState(0);
  const article = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt reads it anew
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      try {
        const document = await loadGuide(page);
        if (!gone) setLoaded({ page, document });
      } catch (error) {
        if (!gone) setLoaded({ page, error });
      }
    };
    void read();
    return () => {
      gone = true;
    };
  }, [page, attempt]);
  const shown = loaded?.page === page ? loaded : null;
  const document = shown !== null && "document" in shown ? shown.document : null;
  useEffect(() => {
    if (document === null) return;
    const heading = section === null ? null : (article.current?.querySelector(`#${CSS.escape(section)}`) ?? null);
    if (heading instanceof HTMLElement) {
      heading.scrollIntoView();
      heading.focus({ preventScroll: true });
    } else article.current?.scrollTo(0, 0);
  }, [document, section]);
  return (
    <Page title="Guide">
      <div className={styles.guide}>
        <nav className={styles.list} aria-label="Documents">
          {guidePages.map((one) => (
            <div key={one}>
              <a href={formatGuide(guidePlace(null, one))} aria-current={one === page ? "page" : undefined}>
                {TITLES[one]}
              </a>
              {one === page && document !== null && <Sections page={page} document={document} current={section} />}
            </div>
          ))}
        </nav>
        {shown === null && <SkeletonRows height={28} />}
        {shown !== null && "error" in shown && (
          <Failure
            title="The document could not be read"
            error={shown.error}
            meaning="The same text is in the folder docs of the console's source."
            onRetry={() => setAttempt(attempt + 1)}
          />
        )}
        {document !== null && (
          <article
            ref={article}
            className={styles.text}
            aria-label={document.title}
            // biome-ignore lint/security/noDangerouslySetInnerHtml: made of our own documents when the window was built; HTML in them is dropped
            dangerouslySetInnerHTML={{ __html: document.html }}
          />
        )}
      </div>
    </Page>
  );
}

interface SectionsProps {
  readonly page: GuidePage;
  readonly document: GuideDocument;
  readonly current: string | null;
}

/** The chapters of the document that is shown. */
function Sections({ page, document, current }: SectionsProps) {
  const chapters = document.sections.filter(({ level }) => level === 2);
  if (chapters.length === 0) return null;
  return (
    <ul className={styles.sections}>
      {chapters.map(({ id, title }) => (
        <li key={id}>
          <a href={formatGuide(guidePlace(id, page))} aria-current={id === current ? "location" : undefined}>
            {title}
          </a>
        </li>
      ))}
    </ul>
  );
}
