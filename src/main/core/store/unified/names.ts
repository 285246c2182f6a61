import { FLAGS } from "../../../../shared/model/unified-migration";

/** Triggers that are there only while their flag is on. */
export const DUAL_WRITE_PREFIX = "console_dual_";
export const TELLING_PREFIX = "console_tell_";

/** In phase D the operations read the unified tables. */
export const READS_SETTING = "unified_reads";

/** Names in `console_settings`. */
export const FLAG_SETTINGS: readonly string[] = [...FLAGS, READS_SETTING];
