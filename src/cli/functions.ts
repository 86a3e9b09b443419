import type { Command } from 'commander';
import type { FunctionEntry } from '../administration/functions.ts';
import { type ActingOptions, adminCommand, changing, reading } from './administration.ts';
import {
  type DecisionOptions,
  decisionsOf,
  type PrincipalOptions,
  principalsOf,
  withDecisions,
  withPrincipals,
} from './decisions.ts';
import { find } from './find.ts';
import { action, note, report, table } from './output.ts';

interface FunctionOptions extends ActingOptions, PrincipalOptions, DecisionOptions {
  function?: string;
}

const functions = () => import('../administration/functions.ts');

/** `rowplane functions …`: who may use which function in a workspace (P10). */
export function addFunctions(program: Command): void {
  const noun = program.command('functions').description('functions: permissions on a whole workspace, such as IMPORT');
  adminCommand(noun, 'list <workspace>', 'list the functions with what is decided about them').action(action(list));
  withDecisions(
    withPrincipals(adminCommand(noun, 'set <workspace>', 'set, change and take back entries')),
    'functions',
    'IMPORT,EXPORT',
  ).action(action(set));
  withPrincipals(adminCommand(noun, 'effective <workspace>', 'show what is in force for a principal'))
    .option('--function <function>', 'only this one')
    .action(action(effective));
}

async function list(called: string, options: FunctionOptions): Promise<void> {
  const { listFunctions } = await functions();
  const found = await reading(options, async (a) => listFunctions(a, await find<number>(a, 'workspaces', called)));
  const rows = found.map(({ entries, ...each }) => ({ ...each, decided: entries.map(told).join('; ') }));
  report(found, options, () => table(rows, ['name', 'title', 'decided']));
}

async function set(called: string, options: FunctionOptions): Promise<void> {
  const { setFunctions } = await functions();
  const warnings = await changing(options, async (a) => {
    const decided = decisionsOf(options, (name) => name.toUpperCase());
    const principals = await principalsOf(a, options);
    const changes = principals.flatMap(({ id: principal }) =>
      decided.map(({ of: name, decision }) => ({ function: name, principal, decision })),
    );
    return setFunctions(a, await find<number>(a, 'workspaces', called), changes);
  });
  for (const { message } of warnings) note(`Warning: ${message}`);
  report({ workspace: called, warnings }, options, () => `Changed the functions of "${called}".`);
}

async function effective(called: string, options: FunctionOptions): Promise<void> {
  const { effectiveFunction, listFunctions } = await functions();
  const found = await reading(options, async (a) => {
    const workspace = await find<number>(a, 'workspaces', called);
    const asked =
      options.function === undefined
        ? (await listFunctions(a, workspace)).map(({ name }) => name)
        : [options.function.toUpperCase()];
    const answers = [];
    for (const { name: principal, id } of await principalsOf(a, options)) {
      for (const name of asked)
        answers.push({ principal, function: name, ...(await effectiveFunction(a, workspace, name, id)) });
    }
    return answers;
  });
  const rows = found.map(({ entries, ...answer }) => ({ ...answer, because: entries.map(told).join('; ') }));
  report(found, options, () => table(rows, ['principal', 'function', 'allowed', 'decision', 'because']));
}

function told({ decision, principal }: FunctionEntry): string {
  return `${decision} for ${principal.name}`;
}
