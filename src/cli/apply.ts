import type { Command } from 'commander';
import type { Change } from '../administration/state/fact.ts';
import { adminCommand, changing, reading, type ActingOptions } from './administration.ts';
import { action, note, report } from './output.ts';

interface ApplyOptions extends ActingOptions {
  dryRun?: boolean;
  confirm?: boolean;
}

/** `rowplane apply`: makes the permission state what files say, all or nothing. */
export function addApply(program: Command): void {
  adminCommand(program, 'apply <directory>', 'make the permission state what the files of `rowplane export` say')
    .option('--dry-run', 'only show the difference')
    .option(
      '--confirm',
      "also where it deletes a group that is in use, or takes someone's last plane in a workspace or your own EDIT_PERMISSIONS",
    )
    .action(action(run));
}

async function run(directory: string, options: ApplyOptions): Promise<void> {
  const { applyState, compareState } = await import('../administration/state/apply-state.ts');
  const { isKept } = await import('../administration/state/fact.ts');
  const { readStateFiles } = await import('../administration/state/files.ts');
  const wanted = await readStateFiles(directory);
  const different = await reading(options, (a) => compareState(a, wanted));
  const kept = different.filter(isKept);
  for (const change of kept) note(`Left as it is, though no file names it: ${lineOf(change).slice(2)}`);
  const changes =
    options.dryRun || different.length === kept.length
      ? different.filter((change) => !isKept(change))
      : await changing(options, (a, definitions) =>
          applyState(a, definitions, wanted, { confirm: options.confirm ?? false }),
        );
  report({ dryRun: options.dryRun ?? false, changes, kept }, options, () =>
    changes.length === 0
      ? 'Nothing differs.'
      : [...changes.map(lineOf), `${changes.length} ${options.dryRun ? 'to change' : 'changed'}.`].join('\n'),
  );
}

/** `+ member Reviewers · gus`, `- …`, `~ user ben: {"role":"INTERNAL"} → {"role":"EXTERNAL"}`. */
function lineOf({ kind, key, before, after }: Change): string {
  const name = `${kind} ${key.join(' · ')}`;
  if (before === null) return `+ ${name}${said(after)}`;
  if (after === null) return `- ${name}${said(before)}`;
  const [was, is] = onlyDifferent(before, after);
  return `~ ${name}: ${JSON.stringify(was)} → ${JSON.stringify(is)}`;
}

function said(value: Change['after']): string {
  return value === true || value === null ? '' : `: ${JSON.stringify(value)}`;
}

/** Of two objects the parts that differ; of anything else all. */
function onlyDifferent(before: unknown, after: unknown): [unknown, unknown] {
  if (!isObject(before) || !isObject(after)) return [before, after];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const pairs = names.map((name) => [name, ...onlyDifferent(before[name], after[name])] as const);
  return [
    Object.fromEntries(pairs.map(([name, was]) => [name, was])),
    Object.fromEntries(pairs.map(([name, , is]) => [name, is])),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
