import type { Command } from 'commander';
import type { Administration } from '../access/administrators.ts';
import type { Decision } from '../administration/permissions.ts';
import { several } from './administration.ts';
import { findAll } from './find.ts';
import { misuse } from './output.ts';

/** Options that say about whom a command is. */
export interface PrincipalOptions {
  user?: string[];
  group?: string[];
}

/** Options that say what is decided (P2). */
export interface DecisionOptions {
  allow?: string[];
  deny?: string[];
  clear?: string[];
}

export function withPrincipals(command: Command): Command {
  return command
    .option('--user <user>', 'a user; may be given several times', several)
    .option('--group <group>', 'a group, built-in ones too; may be given several times', several);
}

/** `what` is decided about: `permissions`, with an example. */
export function withDecisions(command: Command, what: string, example: string): Command {
  return command
    .option(`--allow <${what}>`, `such as ${example}; may be given several times`, several)
    .option(`--deny <${what}>`, 'a DENY overrules every ALLOW; may be given several times', several)
    .option(`--clear <${what}>`, 'take entries back; may be given several times', several);
}

export async function principalsOf(
  a: Administration,
  { user = [], group = [] }: PrincipalOptions,
): Promise<{ id: string; name: string }[]> {
  if (user.length + group.length === 0) throw misuse('Say for whom: --user or --group.');
  const ids = [...(await findAll(a, 'users', user)), ...(await findAll(a, 'groups', group))];
  return [...user, ...group].map((name, index) => ({ name, id: ids[index]! }));
}

/** What the options decide, each name read by `read`, which throws for a wrong one. */
export function decisionsOf<T>(
  { allow, deny, clear }: DecisionOptions,
  read: (name: string) => T,
): { of: T; decision: Decision | null }[] {
  const listed = (given: readonly string[] = [], decision: Decision | null) =>
    given.flatMap((each) => each.split(',')).map((each) => ({ of: read(each.trim()), decision }));
  const decided = [...listed(allow, 'ALLOW'), ...listed(deny, 'DENY'), ...listed(clear, null)];
  if (decided.length === 0) throw misuse('Say what to do: --allow, --deny or --clear, each with what is meant.');
  return decided;
}
