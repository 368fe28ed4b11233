declare module "virtual:worker" {
  /** The worker's script. */
  const text: string;
  export default text;
}
