/** `source_agent` of the events that the console's own acts write. */
export const SOURCE = "hive-console";
