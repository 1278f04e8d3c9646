// The reader of the log or of the ready line may exit; the backend continues.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => undefined);
}

/** Writes a line about the backend's own doing to stderr; stdout carries only the ready line. Never a secret. */
export function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

/** The message of a thrown value, in one line and without a stack trace. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return reasonOf(error.errors[0]);
  }
  return shortened(error instanceof Error ? error.message || error.name : String(error));
}

/** The most that is kept of a text that somebody else wrote, in characters, and what says that it was cut. */
const longestText = 4_000;
const longestNote = 40;

/** A text of others as it may be kept and shown: one line, not too long, without characters that steer a terminal. */
export function shortened(text: string): string {
  const line = text
    .slice(0, 2 * longestText)
    // Two spaces after a colon mark the beginning of another server's words.
    .replaceAll(/: {2}(?=\S)|\s+/g, (gap) => (gap.startsWith(":") ? gap : " "))
    .replaceAll(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .trim();
  return text.length <= 2 * longestText && line.length <= longestText + longestNote
    ? line
    : `${line.slice(0, longestText).replace(/[\ud800-\udbff]$/, "")}… (${text.length} characters)`;
}
