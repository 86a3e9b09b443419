import type { Command } from 'commander';
import { several } from './administration.ts';
import { type Asking, asUser, userCommand, type UserOptions } from './as-user.ts';
import { action, missing, misuse, report, table } from './output.ts';

interface QueryOptions extends UserOptions {
  definition?: string;
  view?: string;
  where?: string;
  order?: string[];
  group?: string[];
}

interface SavedQuery {
  id: string;
  definition: string;
  name: string;
  view: string | null;
  where: unknown;
  orderBy: { field: string; direction: string }[] | null;
  isOwn: boolean;
  owner: { name: string } | null;
  sharedWith: { name: string }[];
  problem: string | null;
}

const SAVED =
  'id definition name view where orderBy { field direction } isOwn owner { name } sharedWith { name } problem';

/** `rowplane queries …`: saved queries, which nobody but their owners changes (V7). */
export function addQueries(program: Command): void {
  const queries = program.command('queries').description('saved queries, as the user whose they are');
  const ofDefinition = (command: Command) => command.option('--definition <name>', 'of this object definition');
  ofDefinition(userCommand(queries, 'list', 'list the user’s own and those shared with the user')).action(action(list));
  ofDefinition(userCommand(queries, 'show <query>', 'show a saved query')).action(action(show));
  userCommand(queries, 'save <name>', 'save a query, in place of the user’s own of that name')
    .requiredOption('--definition <name>', 'of this object definition')
    .option('--view <view>', 'a view, whose condition and order hold too')
    .option('--where <json>', 'a condition, as `where` of the list takes it')
    .option('--order <field>', 'a field such as DUE_AT, or -DUE_AT; may be given several times', several)
    .action(action(save));
  for (const verb of ['share', 'unshare'] as const)
    ofDefinition(userCommand(queries, `${verb} <query>`, verb === 'share' ? 'share with groups' : 'take back'))
      .requiredOption('--group <group>', 'a group; may be given several times', several)
      .action(action((called: string, options: QueryOptions) => share(verb, called, options)));
  ofDefinition(userCommand(queries, 'delete <query>', 'delete, for those it is shared with too')).action(
    action(remove),
  );
}

async function list(options: QueryOptions): Promise<void> {
  const found = await asUser(options, (asking) => savedQueries(asking, options));
  const rows = found.map((query) => ({ ...query, owner: query.owner?.name, sharedWith: names(query) }));
  report(found, options, () => table(rows, ['definition', 'name', 'view', 'owner', 'sharedWith', 'problem', 'id']));
}

async function show(called: string, options: QueryOptions): Promise<void> {
  const query = await asUser(options, (asking) => find(asking, called, options));
  const shown = { ...query, owner: query.owner?.name, sharedWith: names(query) };
  report(query, options, () => table(Object.entries(shown).map(([field, value]) => ({ field, value }))));
}

async function save(name: string, options: QueryOptions): Promise<void> {
  const asked = { name, view: options.view ?? null, where: conditionOf(options), orderBy: orderOf(options) };
  await asUser(options, async (asking) => {
    const known = (await savedQueries(asking, options)).find((query) => query.isOwn && query.name === name);
    return known === undefined
      ? asking.ask(mutation('createSavedQuery'), { input: { definition: options.definition, ...asked } })
      : asking.ask(mutation('updateSavedQuery'), { input: { id: known.id, ...asked } });
  });
  report({ saved: name }, options, () => `Saved "${name}".`);
}

async function share(verb: 'share' | 'unshare', called: string, options: QueryOptions): Promise<void> {
  await asUser(options, async (asking) => {
    const { id } = await find(asking, called, options);
    const groups = await groupsOf(asking, options.group ?? []);
    return asking.ask(mutation(`${verb}SavedQuery`), { input: { id, groups } });
  });
  report({ query: called, [`${verb}d`]: options.group }, options, () =>
    verb === 'share' ? `Shared "${called}".` : `Took "${called}" back.`,
  );
}

async function remove(called: string, options: QueryOptions): Promise<void> {
  await asUser(options, async (asking) => {
    const { id } = await find(asking, called, options);
    return asking.ask(`mutation ($input: DeleteSavedQueryInput!) { deleteSavedQuery(input: $input) { deletedId } }`, {
      input: { id },
    });
  });
  report({ deleted: called }, options, () => `Deleted "${called}".`);
}

function mutation(name: string): string {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  return `mutation ($input: ${type}!) { ${name}(input: $input) { savedQuery { id } } }`;
}

/** Those of one definition, or of all. */
async function savedQueries({ ask, definitions }: Asking, { definition }: QueryOptions): Promise<SavedQuery[]> {
  const asked = definition === undefined ? [...definitions.keys()] : [definition];
  const lists = await Promise.all(
    asked.map((name) =>
      ask<{ savedQueries: SavedQuery[] }>(
        `query ($definition: String!) { savedQueries(definition: $definition) { ${SAVED} } }`,
        { definition: name },
      ),
    ),
  );
  return lists.flatMap((each) => each.savedQueries);
}

/** By name or id; the user's own before one that is shared with the user under the same name. */
async function find(asking: Asking, called: string, options: QueryOptions): Promise<SavedQuery> {
  const found = (await savedQueries(asking, options)).filter(({ id, name }) => id === called || name === called);
  const own = found.filter(({ isOwn }) => isOwn);
  const [meant, other] = own.length > 0 ? own : found;
  if (meant === undefined) throw missing(`This user has no saved query "${called}", and none is shared.`);
  if (other !== undefined) throw misuse(`Several are called "${called}": say which with --definition, or its id.`);
  return meant;
}

/** The ids of groups that the user sees, by their names. */
async function groupsOf({ ask }: Asking, called: readonly string[]): Promise<string[]> {
  const known = new Map<string, string>();
  for (let after: string | null = null; ;) {
    const { groups }: Groups = await ask<Groups>(
      'query ($after: String) { groups(first: 100, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    for (const { id, name } of groups.nodes) known.set(name, id);
    if (!groups.pageInfo.hasNextPage) break;
    after = groups.pageInfo.endCursor;
  }
  return called.map((name) => {
    const id = known.get(name);
    if (id === undefined) throw missing(`This user sees no group "${name}".`);
    return id;
  });
}

interface Groups {
  groups: { nodes: { id: string; name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

function conditionOf({ where }: QueryOptions): unknown {
  if (where === undefined) return null;
  try {
    return JSON.parse(where) as unknown;
  } catch (error) {
    throw misuse(`--where is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function orderOf({ order }: QueryOptions): SavedQuery['orderBy'] {
  return (
    order?.map((key) => ({ field: key.replace(/^-/, ''), direction: key.startsWith('-') ? 'DESC' : 'ASC' })) ?? null
  );
}

function names({ sharedWith }: Pick<SavedQuery, 'sharedWith'>): string[] {
  return sharedWith.map(({ name }) => name);
}
