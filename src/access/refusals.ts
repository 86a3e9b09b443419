/** What a client is told when something is refused; the codes are those of the GraphQL interface. */
export type RefusalCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'VALIDATION_FAILED'
  | 'CLIENT_REQUIRED'
  | 'STALE_VERSION'
  | 'LOCKED'
  | 'LOCKED_OUT'
  | 'IN_USE'
  | 'TOO_COMPLEX'
  | 'RATE_LIMITED';

/** A problem with one part of the input: `path` is dotted, as in `input.fields.title`. */
export interface Problem {
  path: string;
  message: string;
}

/** An expected refusal: its message and details are meant for the viewer. Everything else that is thrown is INTERNAL. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly details: Record<string, unknown>;

  constructor(code: RefusalCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Refuses input; each problem says where it is. */
export function invalid(problems: Problem[]): Refusal {
  const [first] = problems;
  const message =
    problems.length === 1 && first
      ? `${first.path}: ${first.message}`
      : `${problems.length} parts of the input are wrong.`;
  return new Refusal('VALIDATION_FAILED', message, { problems });
}

/** The one table of the SQLSTATEs that `rowplane.refuse` raises. */
const codes: Record<string, RefusalCode> = {
  RPFOR: 'FORBIDDEN',
  RPNFD: 'NOT_FOUND',
  RPVAL: 'VALIDATION_FAILED',
  RPCLI: 'CLIENT_REQUIRED',
  RPSTA: 'STALE_VERSION',
  RPLOC: 'LOCKED',
  RPLKO: 'LOCKED_OUT',
  RPUSE: 'IN_USE',
  RPUNA: 'UNAUTHENTICATED',
};

/** The SQLSTATE of a database error, or undefined. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** What Postgres can't hold, in a text or within JSON: only input can have it, since no text in the database does. */
const NUL_STATES = ['22021', '22P05'];

/** What the database refused by name, and text that it can't hold, becomes a Refusal; any other error comes back as it is. */
export function asRefusal(error: unknown): unknown {
  const state = sqlState(error) ?? '';
  if (NUL_STATES.includes(state)) {
    return new Refusal(
      'VALIDATION_FAILED',
      'A text of the input has the NUL character, which no text may have.',
      {},
      { cause: error },
    );
  }
  const code = codes[state];
  if (!code || !(error instanceof Error)) return error;
  const detail = (error as { detail?: string }).detail;
  return new Refusal(code, error.message, parseDetail(detail), { cause: error });
}

function parseDetail(detail: string | undefined): Record<string, unknown> {
  if (!detail) return {};
  try {
    const parsed: unknown = JSON.parse(detail);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
