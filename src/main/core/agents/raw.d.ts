/** A text file, bundled as it stands. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}

/** The same of a file that is all settings. */
declare module "*.yaml?raw" {
  const text: string;
  export default text;
}
