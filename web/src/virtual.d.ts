declare module "virtual:worker" {
  /** The worker's script. */
  const text: string;
  export default text;
}
declare module "*.toml" {
  /** The file's text. */
  const text: string;
  export default text;
}
