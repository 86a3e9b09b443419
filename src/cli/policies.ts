import type { Command } from 'commander';
import type { Queryable } from '../database/queryable.ts';
import { withDeployment } from './deployment.ts';
import { action, missing, misuse, type OutputOptions, report, withOutput } from './output.ts';

interface Choice extends OutputOptions {
  workspace?: string;
  plane?: string;
}

/** `rowplane policies print | diff | verify`: what planes and tables compile into, and whether the catalog holds it. */
export function addPolicies(program: Command): void {
  const policies = program.command('policies').description('what planes and tables compile into');
  withOutput(policies.command('print'))
    .description('print the SQL that a plane, or what all planes of a workspace share, compiles into')
    .option('--workspace <name or id>', 'only of this workspace')
    .option('--plane <name or id>', 'only this plane')
    .action(action(print));
  withOutput(policies.command('diff'))
    .description('print what the definitions in schema/, or new content of a plane, would alter')
    .option('--workspace <name or id>', 'only of this workspace')
    .option('--plane <name or id>', 'the plane that --content is for')
    .option('--content <file>', 'JSON: what the plane would enable, by definition')
    .action(action(diff));
  withOutput(policies.command('verify'))
    .description('compare the catalog with what was compiled; exit code 1 where they differ')
    .action(action(verify));
}

async function print(options: Choice): Promise<void> {
  const { readBlueprint } = await import('../administration/blueprint.ts');
  const { planePlan, sharedPlan } = await import('../administration/plan.ts');
  const { baseObjects } = await import('../administration/base-objects.ts');
  const { printSql } = await import('../compiler/print-sql.ts');
  const parts: string[] = [];
  await asOwner(async (owner) => {
    for (const workspace of await chosenWorkspaces(owner, options)) {
      const blueprint = await readBlueprint(owner, workspace.id);
      const planes = await chosenPlanes(owner, workspace.id, options);
      if (options.plane === undefined) {
        const shared = sharedPlan(blueprint).map(({ object }) => object);
        const base = baseObjects(blueprint.tag, workspace.id, blueprint.definitions);
        parts.push(printSql([`Workspace ${workspace.id}, "${workspace.name}"`], [...base, ...shared]));
      }
      for (const { id, name } of planes) {
        const plane = blueprint.planes.find((each) => each.id === id)!;
        const objects = planePlan(blueprint, plane).map(({ object }) => object);
        parts.push(printSql([`Plane ${id}, "${name}", of workspace ${workspace.id}`], objects));
      }
    }
  });
  report({ sql: parts }, options, () => parts.join('\n').trimEnd());
}

async function diff(options: Choice & { content?: string }): Promise<void> {
  const { diffCompiled } = await import('../administration/policy-diff.ts');
  const { loadDefinitions } = await import('../compiler/load-definitions.ts');
  const { contentOf } = await import('../administration/planes.ts');
  const { contentIn } = await import('./content-file.ts');
  const { schemaFolder } = await import('./schema-folder.ts');
  if ((options.content === undefined) !== (options.plane === undefined))
    throw misuse('--plane and --content belong together: the plane, and the file with what it would enable.');
  const changes = await asOwner(async (owner, settings) => {
    const definitions = await loadDefinitions(schemaFolder(settings));
    const workspaces = await chosenWorkspaces(owner, options);
    const found = [];
    for (const { id } of workspaces) {
      const [plane] = options.plane === undefined ? [] : await chosenPlanes(owner, id, options);
      if (options.plane !== undefined && plane === undefined) continue;
      const content = plane && contentOf(definitions, await contentIn(options.content!));
      found.push(
        ...(await diffCompiled(owner, id, {
          definitions,
          ...(plane && { plane: { id: plane.id, content: content! } }),
        })),
      );
    }
    return found;
  });
  report({ changes }, options, () =>
    changes.length === 0
      ? 'Nothing would change.'
      : changes
          .map(({ change, object, sql = '' }) => `-- ${change} ${object}\n${sql}`)
          .join('\n\n')
          .trimEnd(),
  );
}

async function verify(options: OutputOptions): Promise<void> {
  const { verifyCompiled } = await import('../administration/verify.ts');
  const drift = await asOwner(verifyCompiled);
  report({ drift }, options, () =>
    drift.length === 0
      ? 'The catalog holds what was compiled.'
      : drift.map(({ kind, object }) => `${kind.padEnd(10)} ${object}`).join('\n'),
  );
  if (drift.length > 0) process.exitCode = 1;
}

type Settings = Parameters<Parameters<typeof withDeployment>[0]>[1];

/** On one snapshot, as the owner, who alone may read what was recorded. */
async function asOwner<T>(work: (owner: Queryable, settings: Settings) => Promise<T>): Promise<T> {
  const { connect, transaction } = await import('../database/queryable.ts');
  return withDeployment(async (deployment, settings) => {
    if (deployment.ownerUrl === null)
      throw new Error('DATABASE_URL must be set: only the owner reads what was compiled.');
    const session = await connect(deployment.ownerUrl, 'rowplane policies');
    try {
      await session.query('set role rowplane_owner');
      return await transaction(
        session,
        (owner) => work(owner, settings),
        'begin isolation level repeatable read read only',
      );
    } finally {
      await session.end();
    }
  });
}

interface Named {
  id: number;
  name: string;
}

async function chosenWorkspaces(owner: Queryable, { workspace }: Choice): Promise<Named[]> {
  const rows = await owner.query<Named>(
    'select id, name from rowplane.workspaces where $1::text is null or name = $1 or id::text = $1 order by id',
    [workspace ?? null],
  );
  if (workspace !== undefined && rows.length === 0) throw missing(`There is no workspace "${workspace}".`);
  return rows;
}

async function chosenPlanes(owner: Queryable, workspace: number, { plane }: Choice): Promise<Named[]> {
  return owner.query<Named>(
    `select id, name from rowplane.planes
     where workspace_id = $1 and ($2::text is null or name = $2 or id::text = $2) order by id`,
    [workspace, plane ?? null],
  );
}
