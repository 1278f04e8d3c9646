/** Why the backend cannot run, told to the user in one line. */
export class StartError extends Error {
  override readonly name = "StartError";
}
