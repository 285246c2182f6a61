import type { ReactNode } from "react";
import { cx } from "./class-names";
import styles from "./page.module.css";

interface PageHeadProps {
  readonly title: string;
  /** The title was given by somebody, and gives way where it is too long. */
  readonly isGiven?: boolean;
  /** Before the title: a way back, a glyph. */
  readonly lead?: ReactNode;
  /** Behind the title: a badge, a switch of what is shown. */
  readonly tools?: ReactNode;
  /** Muted, and the first to give way: counts, where it comes from. */
  readonly meta?: ReactNode;
  /** At the right end. */
  readonly actions?: ReactNode;
}

/** The line at the top of a page, with its one `h1`. */
export function PageHead({ title, isGiven = false, lead, tools, meta, actions }: PageHeadProps) {
  return (
    <header className={styles.head}>
      {lead}
      <h1 {...(isGiven ? { title } : {})}>{title}</h1>
      {tools}
      {meta !== undefined && meta !== null && meta !== false && <span className={styles.meta}>{meta}</span>}
      {actions !== undefined && <span className={styles.actions}>{actions}</span>}
    </header>
  );
}

interface PageProps extends Partial<PageHeadProps> {
  /** The name of the region for screen readers; default: the title. */
  readonly label?: string;
  readonly children: ReactNode;
}

/** What fills the window beside the rail: a head, if there is a title, and what is below it. */
export function Page({ label, title, children, ...head }: PageProps) {
  return (
    <section className={styles.page} aria-label={label ?? title}>
      {title !== undefined && <PageHead title={title} {...head} />}
      {children}
    </section>
  );
}

interface PageBodyProps {
  /** Beside what is shown: an inspector, a panel. */
  readonly beside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** The surface below a head: a list or a table, and what stands beside it. Who scrolls is what is in it. */
export function PageBody({ beside, className, children }: PageBodyProps) {
  return (
    <div className={styles.body}>
      <div className={cx(styles.main, className)}>{children}</div>
      {beside}
    </div>
  );
}
