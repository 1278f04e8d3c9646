// Whoever reads the log or the ready line may leave; the backend goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", () => undefined);
}

/** Writes a line about the backend's own doing to stderr; stdout carries only the ready line. Never a secret. */
export function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

/** What a thrown value says, in one line and without a stack trace. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return reasonOf(error.errors[0]);
  }
  const text = error instanceof Error ? error.message || error.name : String(error);
  // Two spaces after a colon tell where the words of another server begin.
  return text.replaceAll(/: {2}(?=\S)|\s+/g, (gap) => (gap.startsWith(":") ? gap : " ")).trim();
}
