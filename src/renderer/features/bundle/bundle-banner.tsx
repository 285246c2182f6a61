import { Package } from "lucide-react";
import type { BundleManifest } from "../../../shared/model/bundle";
import { goTo, parsePlace } from "../../location";
import { formatDateTime } from "../../time-format";
import { Button } from "../../ui/button";
import { formatBytes, formatCount } from "../../ui/format";
import styles from "../shell/shell.module.css";
import { stopBundle, useBundle } from "./bundle-job";

/** What the open file is: the slice of another database, as it was then. */
export function BundleBanner({ bundle }: { readonly bundle: BundleManifest }) {
  const { kind, title, madeAt, madeBy, host, database, versions, view, hidden, cutLogs } = bundle;
  const words = `The ${kind} “${title}” from ${database} as of ${formatDateTime(madeAt)}, by ${madeBy} on ${host} with Hive Console ${versions.hive ?? "?"}.`;
  const redacted = hidden > 0 ? ` ${formatCount(hidden)} secrets are written over.` : "";
  const cut = cutLogs > 0 ? ` ${formatCount(cutLogs)} logs are cut.` : "";
  return (
    <div className={styles.banner} data-tone="escalated" role="status">
      <Package size={14} />
      <b>Incident bundle, read-only.</b>
      <span className={styles.bannerText} title={`${words}${redacted}${cut}`}>
        {words}
        {redacted}
        {cut} Nothing of it runs or changes.
      </span>
      {view !== null && (
        <Button size="sm" onClick={() => goTo(parsePlace(view))}>
          Show what its maker saw
        </Button>
      )}
    </div>
  );
}

/** While a bundle is being written. */
export function BundleWriting() {
  const { writing } = useBundle();
  if (writing === null) return null;
  return (
    <div className={styles.banner} role="status">
      <Package size={14} />
      <b>Writing the incident bundle…</b>
      <span className={styles.bannerText}>
        {formatCount(writing.rows)} rows, {formatBytes(writing.logBytes)} of logs
      </span>
      <Button size="sm" onClick={() => void stopBundle()}>
        Stop
      </Button>
    </div>
  );
}
