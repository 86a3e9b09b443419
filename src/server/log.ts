import { pino, type Logger } from 'pino';

export type Log = Logger;

/**
 * Structured log, one JSON object per line on stderr: stdout carries only what was asked for. Never with contents:
 * no documents, variables, values, cookies or tokens, only who (by id), what kind, how long and with which outcome.
 */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // A stack says where our code failed; an error's other properties may carry a row's values (Postgres's detail, where).
      serializers: { err: describeError },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Messages of the database may quote values; its SQLSTATE names the problem without them.
  const fromDatabase = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return {
    type: error.name,
    code,
    message: fromDatabase ? undefined : error.message,
    stack: frames.slice(0, 12).map((line) => line.trim()),
  };
}
