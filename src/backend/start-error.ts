/** The exit codes, for a program that starts the backend; people read the message. */
export const exitCodes = { failed: 1, directoryInUse: 3, diskFull: 4, noPostgres: 5 } as const;

/** Why the backend cannot run, as one line for the user. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

/** The code with which the process ends after an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StartError && error.exitCode !== exitCodes.failed) {
    return error.exitCode;
  }
  const text = error instanceof Error ? error.message : String(error);
  return isAboutSpace(text) ? exitCodes.diskFull : exitCodes.failed;
}

/** Whether Node or PostgreSQL says that the disk, or the user's part of it, is full. */
export function isAboutSpace(text: string): boolean {
  return /ENOSPC|EDQUOT|no space left on device|disk quota exceeded/i.test(text);
}
