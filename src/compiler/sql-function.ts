import { VIEWER_ROLE } from './names.ts';
import type { SqlObject } from './sql-object.ts';

export interface SqlFunction {
  /** `ws_3_edit.document_able` */
  readonly name: string;
  /** Names and types: `ability text, item ws_3.document`. */
  readonly parameters: string;
  readonly returns: string;
  readonly volatility: 'stable' | 'volatile';
  /** Runs with the owner's rights instead of the caller's. */
  readonly definer?: boolean;
  /** PL/pgSQL from `declare` or `begin` to `end`. */
  readonly body: string;
  readonly comment: string;
  /** Whether viewers call it themselves; triggers need no such right. */
  readonly callable: boolean;
  /** Roles besides viewers that call it. */
  readonly callers?: readonly string[];
}

/**
 * A PL/pgSQL function whose names mean the same whoever calls it. Replacing it keeps it the same object, so triggers
 * and grants stay.
 */
export function sqlFunction(options: SqlFunction): SqlObject {
  const { name, parameters, returns, volatility, definer = false, body, comment, callable, callers = [] } = options;
  const signature = `${name}(${parameterTypes(parameters)})`;
  const quote = dollarQuote(body);
  const statements = [
    `create or replace function ${name}(${parameters}) returns ${returns}\n` +
      `language plpgsql ${volatility}${definer ? ' security definer' : ''} set search_path = pg_catalog, pg_temp\n` +
      `as ${quote}\n${body} ${quote}`,
    ...[...(callable ? [VIEWER_ROLE] : []), ...callers].map(
      (role) => `grant execute on function ${signature} to ${role}`,
    ),
  ];
  return { kind: 'function', name: signature, sql: statements.join(';\n'), comment };
}

function parameterTypes(parameters: string): string {
  if (parameters === '') return '';
  return parameters
    .split(', ')
    .map((parameter) => parameter.slice(parameter.indexOf(' ') + 1))
    .join(', ');
}

/** A restriction may hold any text, so the quote must be one that the body doesn't have. */
function dollarQuote(body: string): string {
  for (let number = 0; ; number++) {
    const quote = number === 0 ? '$$' : `$body${number}$`;
    if (!body.includes(quote)) return quote;
  }
}
