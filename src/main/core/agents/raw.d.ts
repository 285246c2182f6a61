/** A text file, bundled as it stands. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}
