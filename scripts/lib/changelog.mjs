/**
 * What a changelog says of a version, without its heading; null: nothing.
 * @param {string} changelog after keepachangelog.com: a heading `## [1.2.3] - 2026-11-21` for each version
 */
export function notesOf(changelog, version) {
  const sections = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => text.startsWith(`## [${version}]`));
  const notes = section?.replace(/^.*\n/, "").trim();
  return notes ? notes : null;
}
