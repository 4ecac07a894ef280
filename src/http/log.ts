/** What the log may say of an error. */

/**
 * What may be logged of an error that nobody expected. The messages of JSON.parse and of the database quote what
 * they choked on, which may be a patient's name: of those only the kind and the place are kept.
 */
export function safeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = 'code' in error ? { code: error.code } : {};
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  const quotes = error instanceof SyntaxError || /^(Mongo|BSON|Validation|Cast)/.test(error.name);
  return {
    name: error.name,
    ...code,
    ...(!quotes && { message: error.message }),
    ...(frames !== undefined && { stack: frames.join('\n') }),
    ...(error.cause !== undefined && { cause: safeError(error.cause) }),
  };
}
