import { savePlane } from '../../src/administration/compile.ts';
import { connect, transaction, type Connection, type Queryable } from '../../src/database/queryable.ts';
import { retryConflicts } from '../../src/database/retry.ts';
import { define, text } from '../../src/compiler/definition.ts';
import { createReview, DEFINITIONS as REVIEW, enable, only, type Review } from '../planes/review.ts';
import { createCounter, createSwitch, type Counter, type Switch } from './switch.ts';

/** What one kind of permission takes, on whose change a record appears to a person or vanishes. */
export interface Layer {
  /** The table whose changes decide; null: the planes themselves. */
  table: string | null;
  title: string;
  /** What has the title: a record, of documents unless said otherwise, or what else `titles` tells. */
  of?: (typeof RIGHTS)[number] | 'function';
  /** The person sees the record as long as all of these are on. */
  switches: Switch[];
}

export interface Person {
  id: string;
  layers: Layer[];
}

/** A workspace in which each person's sight of a few records hangs on one permission each. */
export interface House {
  review: Review;
  now: Counter;
  people: Record<'ben' | 'cleo', Person>;
  /** A statement that shows the titles of everything that the viewer sees, or may use. */
  titles: string;
  recordOf(title: string): string;
  /** Upkeep of the tree: gives a folder of each person a scope before there are entries, or moves one of its records there. */
  keep(): Promise<void>;
  end(): Promise<void>;
}

/** Records that need a right (R7) of their own name. */
const needing = (name: string) =>
  define({
    name,
    plural: `all${name}`,
    title: name,
    right: name,
    fields: { title: text({ title: 'Title' }), notes: text({ title: 'Notes' }) },
    layouts: { edit: { title: 'Everything', edits: ['title', 'notes'] } },
  });
const RIGHTS = ['assigned', 'levelled'] as const;
const DEFINITIONS = new Map([...REVIEW, ...RIGHTS.map((name) => [name, needing(name)] as const)]);

const EDITING = { layouts: ['edit'], abilities: ['MASS_UPDATE'] };

export async function createHouse(): Promise<House> {
  // A few records, asked about thousands of times: planning takes longer than reading. Kept plans are the harder case, too.
  const review = await createReview(DEFINITIONS, { plan_cache_mode: 'force_generic_plan' });
  const { owner, workspace } = review;
  const now = createCounter();
  const changers: Connection[] = [];
  const records = new Map<string, string>();
  const crowds: string[] = [];
  const keeper = await connect(review.database.ownerUrl, 'upkeep');
  changers.push(keeper);

  /** On: the first statement; off: the second. On a connection of its own, so that changes meet. */
  async function rows(on: string, off: string, values: unknown[], startsOn = false): Promise<Switch> {
    const session = await connect(review.database.ownerUrl, 'changes of permissions');
    changers.push(session);
    if (startsOn) await session.query(on, values);
    return createSwitch(now, startsOn, (next) => retryConflicts(() => session.query(next ? on : off, values)));
  }
  const member = (group: string, person: string) =>
    rows(
      'insert into rowplane.group_members (group_id, user_id) values ($1, $2)',
      'delete from rowplane.group_members where group_id = $1 and user_id = $2',
      [group, person],
    );
  const link = (plane: number, group: string) =>
    rows(
      'insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)',
      'delete from rowplane.plane_groups where plane_id = $1 and group_id = $2',
      [plane, group],
    );
  const id = async (text: string, values: unknown[]): Promise<string> => {
    const [row] = await owner.query<{ id: string }>(`${text} returning id`, values);
    return row!.id;
  };
  const group = (name: string) => id('insert into rowplane.groups (name) values ($1)', [name]);
  const groupWith = async (name: string, person: string): Promise<string> => {
    const made = await group(name);
    await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [made, person]);
    return made;
  };
  /** A plane that shows the records of a title, in no group yet. */
  const planeOf = (title: string, operator = 'equals'): Promise<number> =>
    review.plane(title, { document: enable({ ...EDITING, restriction: only('title', operator, title) }) }, []);
  const linkForGood = (plane: number, made: string) =>
    owner.query('insert into rowplane.plane_groups (plane_id, group_id) values ($1, $2)', [plane, made]);
  const record = async (title: string, place = {}, table = 'document'): Promise<void> => {
    records.set(title, await review.record(table, { title }, place));
  };

  const [ben, cleo] = [await review.user('ben'), await review.user('cleo')];
  const planes = {
    membership: await planeOf('membership'),
    nesting: await planeOf('nesting'),
    link: await planeOf('link'),
    pair: await planeOf('pair'),
    content: await planeOf('content'),
    tree: await planeOf('tree', 'startsWith'),
    rights: await review.plane('rights', Object.fromEntries(RIGHTS.map((name) => [name, enable(EDITING)])), []),
  };
  for (const title of ['membership', 'nesting', 'link', 'pair', 'content']) await record(title);
  const all = await group('all');
  for (const person of [ben, cleo])
    await owner.query('insert into rowplane.group_members (group_id, user_id) values ($1, $2)', [all, person]);
  await linkForGood(planes.content, all);
  await linkForGood(planes.tree, all);
  await linkForGood(planes.rights, all);
  for (const name of RIGHTS) await record(name, {}, name);
  const profiles = await insertProfiles(owner);
  const level = await rows(
    `insert into rowplane.profile_rights (profile_id, application, right_name, level) values ($1, 'office', 'levelled', 'EDIT')`,
    `delete from rowplane.profile_rights where profile_id = $1 and right_name = 'levelled'`,
    [profiles.changing],
  );
  const members = await group('members');
  await linkForGood(planes.membership, members);
  const above = await group('above');
  await linkForGood(planes.nesting, above);
  const pair = await group('pair');
  const pairLink = await link(planes.pair, pair);
  const content = await contentSwitch();
  const separated = await id(
    `insert into rowplane.archives (workspace_id, name, clients_enabled) values ($1, 'Separated', true)`,
    [workspace],
  );

  /** A1: the plane itself changes, so that it shows its record or none. */
  async function contentSwitch(): Promise<Switch> {
    const session = await connect(review.database.ownerUrl, 'changes of planes');
    changers.push(session);
    return createSwitch(now, true, (on) =>
      retryConflicts(() =>
        transaction(session, (sql) =>
          savePlane(sql, DEFINITIONS, {
            workspaceId: workspace,
            id: planes.content,
            name: 'content',
            content: {
              document: enable({ ...EDITING, restriction: only('title', 'equals', on ? 'content' : 'none') }),
            },
          }),
        ),
      ),
    );
  }

  /** One of each kind. */
  async function personOf(name: string, person: string): Promise<Person> {
    const child = await groupWith(`below of ${name}`, person);
    const own = await groupWith(`own of ${name}`, person);
    const folder = await id('insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, $2)', [
      review.archive,
      name,
    ]);
    await record(`tree entry ${name}`, { folder });
    // The folder has a rule of its own all the time: what comes and goes is one entry.
    await owner.query(
      `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'CREATE', 'DENY')`,
      [folder, person],
    );
    // The first entry of this one comes and goes, while the folder is made ready for it, with the last record of three last.
    const crowd = await id('insert into rowplane.folders (archive_id, parent_id, name) values ($1, $1, $2)', [
      review.archive,
      `crowd of ${name}`,
    ]);
    crowds.push(crowd);
    for (const title of ['first', 'second', `tree crowd ${name}`]) await record(title, { folder: crowd });
    const client = await id('insert into rowplane.clients (workspace_id, name) values ($1, $2)', [workspace, name]);
    await record(`tree client ${name}`, { archive: separated, client });
    await owner.query(
      'insert into rowplane.rights_assignments (user_id, company_id, profile_id) select $1, c.id, $2 from rowplane.companies c',
      [person, profiles.changing],
    );
    return {
      id: person,
      layers: [
        { table: 'group_members', title: 'membership', switches: [await member(members, person)] },
        {
          table: 'group_nesting',
          title: 'nesting',
          switches: [
            await rows(
              'insert into rowplane.group_nesting (parent_id, child_id) values ($1, $2)',
              'delete from rowplane.group_nesting where parent_id = $1 and child_id = $2',
              [above, child],
            ),
          ],
        },
        { table: 'plane_groups', title: 'link', switches: [await link(planes.link, own)] },
        {
          table: 'object_entries',
          title: `tree entry ${name}`,
          switches: [
            await rows(
              `delete from rowplane.object_entries where object_id = $1 and user_id = $2 and permission = 'VIEW'`,
              `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'DENY')`,
              [folder, person],
              true,
            ),
          ],
        },
        {
          table: null,
          title: `tree crowd ${name}`,
          switches: [
            await rows(
              'delete from rowplane.object_entries where object_id = $1 and user_id = $2',
              `insert into rowplane.object_entries (object_id, user_id, permission, decision) values ($1, $2, 'VIEW', 'DENY')`,
              [crowd, person],
              true,
            ),
          ],
        },
        {
          table: 'client_assignments',
          title: `tree client ${name}`,
          switches: [
            await rows(
              'insert into rowplane.client_assignments (client_id, archive_id, user_id) values ($1, $2, $3)',
              'delete from rowplane.client_assignments where client_id = $1 and archive_id = $2 and user_id = $3',
              [client, separated, person],
            ),
          ],
        },
        // Two changes that each give nothing without the other: neither may overlook the other.
        { table: 'plane_groups', title: 'pair', switches: [pairLink, await member(pair, person)] },
        { table: null, title: 'content', switches: [content] },
        {
          table: 'rights_assignments',
          title: 'assigned',
          of: 'assigned',
          switches: [
            await rows(
              'insert into rowplane.rights_assignments (user_id, company_id, profile_id) select $1, c.id, $2 from rowplane.companies c',
              'delete from rowplane.rights_assignments where user_id = $1 and profile_id = $2',
              [person, profiles.steady],
            ),
          ],
        },
        { table: 'profile_rights', title: 'levelled', of: 'levelled', switches: [level] },
        {
          table: 'function_entries',
          title: 'function',
          of: 'function',
          switches: [
            await rows(
              `delete from rowplane.function_entries where workspace_id = $1 and user_id = $2 and function = 'EXPORT'`,
              `insert into rowplane.function_entries (workspace_id, user_id, function, decision) values ($1, $2, 'EXPORT', 'DENY')`,
              [workspace, person],
              true,
            ),
          ],
        },
      ],
    };
  }

  const people = { ben: await personOf('ben', ben), cleo: await personOf('cleo', cleo) };
  const { rights, ...ofDocuments } = planes;
  const views = [
    ...Object.values(ofDocuments).map((plane) => `plane_${String(plane)}.document`),
    ...RIGHTS.map((name) => `plane_${String(rights)}.${name}`),
  ];
  const mayExport = `select 'function' where rowplane.viewer_function(${String(workspace)}, 'EXPORT')`;
  return {
    review,
    now,
    people,
    titles: [...views.map((view) => `select title from ${view}`), mayExport].join(' union '),
    recordOf: (title) => records.get(title)!,
    async keep() {
      const [waiting] = await keeper.query<{ done: number }>('select rowplane.settle_some($1, 1) as done', [workspace]);
      if (waiting!.done === 0) await keeper.query('select rowplane.prepare_scopes($1, $2)', [workspace, crowds]);
    },
    async end() {
      await Promise.all(changers.map((session) => session.end()));
      await review.end();
    },
  };
}

/** R1, R2: an application with both rights; one profile that always has one of them, and one whose level for the other changes. */
async function insertProfiles(owner: Queryable): Promise<{ steady: string; changing: string }> {
  await owner.query(`
    insert into rowplane.applications (name, title) values ('office', 'Office');
    insert into rowplane.rights (name, title) select n, n from unnest(array['${RIGHTS.join("','")}']) n;
    insert into rowplane.application_rights (application, right_name) select 'office', r.name from rowplane.rights r`);
  const made = await owner.query<{ id: string }>(
    `insert into rowplane.profiles (name, application) values ('steady', 'office'), ('changing', 'office') returning id`,
  );
  const [steady, changing] = made.map(({ id }) => id) as [string, string];
  await owner.query(
    `insert into rowplane.profile_rights (profile_id, application, right_name, level) values ($1, 'office', 'assigned', 'EDIT')`,
    [steady],
  );
  return { steady, changing };
}

/** What an operation found that it can't have: a record that the person saw before the latest change, or did not see. */
export function staleness(person: Person, seen: ReadonlySet<string>, began: number, ended: number): string[] {
  return person.layers
    .filter(({ title, switches }) =>
      seen.has(title)
        ? !switches.every((each) => each.couldBe(true, began, ended))
        : !switches.some((each) => each.couldBe(false, began, ended)),
    )
    .map(({ title }) => `${seen.has(title) ? 'still sees' : 'does not yet see'} ${title}`);
}
