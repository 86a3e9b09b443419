import type { Command } from 'commander';
import type { Administration, Administrators } from '../access/administrators.ts';
import type { Viewer } from '../access/viewers.ts';
import type { Page, PageRequest } from '../administration/pages.ts';
import type { Definitions } from '../compiler/definition.ts';
import type { Deployment } from '../database/deployment.ts';
import type { Queryable } from '../database/queryable.ts';
import { withDeployment } from './deployment.ts';
import { missing, misuse, type OutputOptions, withOutput } from './output.ts';

/** Options of every command of administration. */
export interface ActingOptions extends OutputOptions {
  as?: string;
}

/** Adds a command with the options that all of administration has. */
export function adminCommand(noun: Command, signature: string, description: string): Command {
  return withOutput(noun.command(signature))
    .description(description)
    .option('--as <user>', 'the administrator to act as; default: the first one');
}

/** An option that may be given several times. */
export function several(value: string, values: string[] = []): string[] {
  return [...values, value];
}

interface Acting {
  administrators: Administrators;
  viewer: Viewer;
  definitions: Definitions;
  /** The deployment's. */
  secret: string;
}

type Work<T> = (a: Administration, definitions: Definitions, secret: string) => Promise<T>;

/** Reads as an administrator. */
export function reading<T>({ as }: ActingOptions, work: Work<T>): Promise<T> {
  return acting(as, ({ administrators, viewer, definitions, secret }) =>
    administrators.read(viewer, (a) => work(a, definitions, secret)),
  );
}

/** Makes a change as an administrator, all or nothing. */
export function changing<T>({ as }: ActingOptions, work: Work<T>): Promise<T> {
  return acting(as, ({ administrators, viewer, definitions, secret }) =>
    administrators.change(viewer, (a) => work(a, definitions, secret)),
  );
}

/** Everything of a list, page by page. */
export async function wholeList<T extends { id: string | number; name: string }>(
  list: (request: PageRequest) => Promise<Page<T>>,
): Promise<T[]> {
  const { cursorOf } = await import('../administration/pages.ts');
  const items: T[] = [];
  for (;;) {
    const last = items.at(-1);
    const page = await list({ first: 500, after: last ? cursorOf(last) : null });
    items.push(...page.items);
    if (!page.hasNextPage) return items;
  }
}

/** Runs `work` as the owner of the database, past all rules: only for what comes before there is anybody to act as. */
export function asOwner<T>(work: (owner: Queryable) => Promise<T>): Promise<T> {
  return withDeployment((deployment) => onOwnerSession(ownerUrlOf(deployment), work));
}

async function acting<T>(as: string | undefined, work: (acting: Acting) => Promise<T>): Promise<T> {
  const { openAdministrators } = await import('../access/administrators.ts');
  const { viewerTokenKey } = await import('../database/keys.ts');
  const { loadDefinitions } = await import('../compiler/load-definitions.ts');
  const { schemaFolder } = await import('./schema-folder.ts');
  return withDeployment(async (deployment, settings) => {
    const url = ownerUrlOf(deployment);
    const viewer = await onOwnerSession(url, (owner) => findAdministrator(owner, as));
    const definitions = await loadDefinitions(schemaFolder(settings));
    const administrators = openAdministrators({
      url: deployment.adminUrl ?? url,
      key: viewerTokenKey(deployment.secret),
      connections: 1,
      door: 'CLI',
      onError: (error) => process.emitWarning(error as Error),
    });
    try {
      return await work({ administrators, viewer, definitions, secret: deployment.secret });
    } finally {
      await administrators.end();
    }
  });
}

/** A session of it works as rowplane_owner, which both the owner's login and rowplane_admin may become. */
function ownerUrlOf({ ownerUrl, adminUrl }: Deployment): string {
  const login = ownerUrl ?? adminUrl;
  if (login === null) {
    throw new Error('DATABASE_URL or ROWPLANE_ADMIN_URL must be set: administration needs a connection of its own.');
  }
  const url = new URL(login);
  url.searchParams.set('options', '-c role=rowplane_owner -c rowplane.door=CLI');
  return url.href;
}

const NOTHING_YET = 'This database has nothing of Rowplane yet. Run rowplane migrate first.';

async function onOwnerSession<T>(url: string, work: (owner: Queryable) => Promise<T>): Promise<T> {
  const { connect } = await import('../database/queryable.ts');
  const session = await connect(url, 'rowplane command line').catch((error: unknown) => {
    throw /role "rowplane_owner" does not exist/.test(String(error)) ? new Error(NOTHING_YET, { cause: error }) : error;
  });
  try {
    const [found] = await session.query<{ migrated: boolean }>(
      `select to_regclass('rowplane.planes') is not null as migrated`,
    );
    if (!found?.migrated) throw new Error(NOTHING_YET);
    return await work(session);
  } finally {
    await session.end();
  }
}

async function findAdministrator(owner: Queryable, name: string | undefined): Promise<Viewer> {
  const [found] = await owner.query<{ id: string; administrator: boolean }>(
    `select u.id, coalesce(rowplane.role_of(u.id) = 'ADMINISTRATOR', false) as administrator from rowplane.users u
     where $1::text is null and rowplane.role_of(u.id) = 'ADMINISTRATOR' or u.name = $1 order by u.created_at, u.id limit 1`,
    [name ?? null],
  );
  if (found?.administrator) return { id: found.id };
  if (found) throw misuse(`${name} is no active administrator: choose another with --as.`);
  throw missing(
    name === undefined
      ? 'There is no administrator yet. Make one: rowplane users create <name> --role ADMINISTRATOR'
      : `There is no user "${name}": choose an administrator with --as.`,
  );
}
