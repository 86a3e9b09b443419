import type { Queryable } from '../database/queryable.ts';
import type { Decision, Warning } from './permissions.ts';
import { PRINCIPALS, type Principal } from './principals.ts';

/** P2 for a function: what a workspace says of a principal. */
export interface FunctionEntry {
  id: string;
  principal: Principal;
  decision: Decision;
}

/** A function of a workspace with all that is decided about it. */
export interface WorkspaceFunction {
  name: string;
  title: string;
  entries: FunctionEntry[];
}

export interface FunctionChange {
  function: string;
  /** A user or a group, built-in ones too. */
  principal: string;
  decision: Decision | null;
}

export interface EffectiveFunction {
  /** Of the entries alone (P4). */
  decision: Decision | 'UNSPECIFIED';
  /** Whether the principal may use the function: a guest has none that creates something (U4). */
  allowed: boolean;
  /** All that reach the principal, denials first. */
  entries: FunctionEntry[];
}

/** The entries `e` of functions, as JSON under the given order. */
const entriesAs = (orderBy: string): string => `coalesce(jsonb_agg(
  jsonb_build_object('id', e.id, 'decision', e.decision, 'principal', to_jsonb(p)) order by ${orderBy}), '[]')`;
const WITH_PRINCIPAL = `join (${PRINCIPALS}) p on p.id = coalesce(e.user_id, e.group_id)`;

/** P10: all functions of a workspace, by name, each with its entries. For administrators. */
export function listFunctions(a: Queryable, workspace: number): Promise<WorkspaceFunction[]> {
  return a.query<WorkspaceFunction>(
    `select f.name, f.title, (
       select ${entriesAs('p.kind desc, p.name')} from rowplane.function_entries e ${WITH_PRINCIPAL}
       where e.workspace_id = $1 and e.function = f.name) as entries
     from rowplane.functions f order by f.name`,
    [workspace],
  );
}

/**
 * Sets, changes and takes back entries, all or nothing. A DENY is answered by a warning that says whom it reaches (P2).
 * Throws NOT_FOUND (workspace, function, principal), FORBIDDEN, VALIDATION_FAILED, LOCKED (P11).
 */
export async function setFunctions(
  a: Queryable,
  workspace: number,
  changes: readonly FunctionChange[],
): Promise<Warning[]> {
  const [row] = await a.query<{ warnings: Warning[] }>(
    'select rowplane.set_function_entries($1, $2::jsonb) as warnings',
    [workspace, JSON.stringify(changes)],
  );
  return row!.warnings.map(({ code, message }) => ({ code, message }));
}

/** P4: what is decided for a user or group about a function, and by which entries. Throws NOT_FOUND, FORBIDDEN. */
export async function effectiveFunction(
  a: Queryable,
  workspace: number,
  name: string,
  principal: string,
): Promise<EffectiveFunction> {
  const [row] = await a.query<EffectiveFunction>(
    `with answer as materialized (select rowplane.effective_function($1, $2, $3) as found)
     select found ->> 'decision' as decision, (found -> 'allowed')::boolean as allowed, (
       select ${entriesAs('n.place')}
       from jsonb_array_elements_text(found -> 'entries') with ordinality n(id, place)
       join rowplane.function_entries e on e.id = n.id::uuid ${WITH_PRINCIPAL}) as entries
     from answer`,
    [workspace, name, principal],
  );
  return row!;
}
