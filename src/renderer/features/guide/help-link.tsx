import { BookOpen } from "lucide-react";
import { formatGuide, GUIDE_SECTIONS, guidePlace } from "../../guide-place";
import styles from "./help-link.module.css";

interface HelpLinkProps {
  readonly to: keyof typeof GUIDE_SECTIONS;
  /** What it explains. */
  readonly children: string;
}

/** Leads to a chapter of the guide. */
export function HelpLink({ to, children }: HelpLinkProps) {
  return (
    <a className={styles.help} href={formatGuide(guidePlace(GUIDE_SECTIONS[to]))}>
      <BookOpen size={12} aria-hidden="true" />
      {children}
    </a>
  );
}
