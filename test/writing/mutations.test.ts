import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeId, recordId } from '../../src/graphql/global-id.ts';
import { openVault, type Vault } from '../attack/vault.ts';
import { graphqlOf } from './graphql-client.ts';
import { MISSING } from './support.ts';

let vault: Vault;
let api: ReturnType<typeof graphqlOf>;
beforeAll(async () => {
  vault = await openVault();
  api = graphqlOf(vault);
});
afterAll(() => vault.close());
beforeEach(async () => {
  await vault.owner.query(`truncate ws_${vault.workspace}.paper, ws_${vault.workspace}.note`);
});

const safe = (client: 'alpha' | 'beta', code: string, status: 'OPEN' | 'CLOSED' = 'OPEN') => ({
  archive: vault.archives.safe,
  client: vault.clients[client],
  code,
  status,
});

test('W3: createPaper answers with the record as the viewer sees it', async () => {
  const { data, errors } = await api.as('outsider')(
    `mutation ($input: CreatePaperInput!) {
      createPaper(input: $input) {
        paper { code title secret status pages parent { code } client { name } archive { name } folder { path } version owner { name } fieldLevel(field: SECRET) abilities }
      }
    }`,
    { input: { archive: api.archive('safe'), code: 'N1', title: 'new', status: 'OPEN', pages: 3 } },
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({
    createPaper: {
      paper: {
        code: 'N1',
        title: 'new',
        secret: null,
        status: 'OPEN',
        pages: 3,
        parent: null,
        client: { name: 'Alpha' },
        archive: { name: 'Safe' },
        folder: { path: 'Safe' },
        version: 1,
        owner: { name: 'outsider' },
        fieldLevel: 'HIDDEN',
        abilities: ['CREATE', 'DELETE'],
      },
    },
  });
});

test('C8: CLIENT_REQUIRED lists the clients by their ids in the API', async () => {
  const { errors } = await api.as('keeper')(
    `mutation ($input: CreatePaperInput!) { createPaper(input: $input) { paper { code } } }`,
    { input: { archive: api.archive('safe'), code: 'N1' } },
  );
  expect(errors).toEqual([
    {
      code: 'CLIENT_REQUIRED',
      clients: [
        { id: api.client('alpha'), name: 'Alpha' },
        { id: api.client('beta'), name: 'Beta' },
      ],
    },
  ]);
});

test('W1: updatePaper changes what is named, empties what is null and leaves the rest alone', async () => {
  const [id, parent] = await vault.lay({ ...safe('alpha', 'A1'), title: 'old', pages: 4 }, safe('alpha', 'A2'));
  const { data, errors } = await api.as('keeper')(
    `mutation ($input: UpdatePaperInput!) {
      updatePaper(input: $input) {
        paper { title pages worth filed seenAt urgent status parent { code } author { name } version }
      }
    }`,
    {
      input: {
        id: api.paper(id!),
        version: 1,
        title: null,
        worth: '0.10',
        filed: '2026-01-31',
        seenAt: '2026-01-31T12:00:00+01:00',
        urgent: true,
        status: 'CLOSED',
        parent: api.paper(parent!),
        author: encodeId('User', vault.people.opener.id),
      },
    },
  );
  expect(errors).toEqual([]);
  expect(data).toEqual({
    updatePaper: {
      paper: {
        title: null,
        pages: 4,
        worth: '0.10',
        filed: '2026-01-31',
        seenAt: '2026-01-31T11:00:00Z',
        urgent: true,
        status: 'CLOSED',
        parent: { code: 'A2' },
        author: { name: 'opener' },
        version: 2,
      },
    },
  });
});

test('W4: a record that leaves the viewer’s planes is answered with null', async () => {
  const [id, other] = await vault.lay(safe('alpha', 'A1'), safe('alpha', 'A2'));
  const opener = api.as('opener');
  expect(
    (
      await opener(`mutation ($id: ID!) { updatePaper(input: { id: $id, status: CLOSED }) { paper { code } } }`, {
        id: api.paper(id!),
      })
    ).data,
  ).toEqual({ updatePaper: { paper: null } });
  expect(
    (
      await opener(
        `mutation ($ids: [ID!]!) { updatePapers(input: { ids: $ids, versions: [1], status: CLOSED }) { papers { code } } }`,
        { ids: [api.paper(other!)] },
      )
    ).data,
  ).toEqual({ updatePapers: { papers: [null] } });
});

test('W5: ids that are hidden, missing, malformed or of another type are refused by the ids that were given', async () => {
  const [mine, hidden] = await vault.lay(safe('alpha', 'A1'), safe('beta', 'B1'));
  const ask = (ids: string[]) =>
    api.as('opener')(`mutation ($ids: [ID!]!) { updatePapers(input: { ids: $ids, title: "x" }) { papers { code } } }`, {
      ids,
    });
  const refused = [api.paper(hidden!), api.paper(MISSING)];
  expect((await ask([api.paper(mine!), ...refused])).errors).toEqual([{ code: 'NOT_FOUND', ids: refused }]);
  const wrong = ['nonsense', recordId('Note', vault.workspace, mine!), api.archive('safe')];
  expect((await ask([api.paper(mine!), ...wrong])).errors).toEqual([{ code: 'NOT_FOUND', ids: wrong }]);
  expect((await ask([api.paper(mine!), recordId('Paper', 99, mine!)])).errors).toMatchObject([
    { code: 'VALIDATION_FAILED', problems: [{ path: 'ids' }] },
  ]);
  expect((await ask([recordId('Paper', 99, mine!)])).errors).toEqual([
    { code: 'NOT_FOUND', ids: [recordId('Paper', 99, mine!)] },
  ]);
  expect(await vault.papers()).toMatchObject([{ title: null }, { title: null }]);
});

test('W1, W6: denials name the field, the ability or the version, and the record', async () => {
  const [one, two] = await vault.lay(safe('alpha', 'A1'), safe('alpha', 'A2'));
  const outsider = api.as('outsider');
  const ids = [api.paper(one!), api.paper(two!)];
  const version = await outsider(
    `mutation ($id: ID!) { updatePaper(input: { id: $id, version: 7, title: "x" }) { paper { code } } }`,
    {
      id: ids[0],
    },
  );
  expect(version.errors).toEqual([{ code: 'STALE_VERSION', id: ids[0], version: 1, expected: 7 }]);
  const field = await outsider(
    `mutation ($id: ID!) { updatePaper(input: { id: $id, secret: "x" }) { paper { code } } }`,
    {
      id: ids[0],
    },
  );
  expect(field.errors).toEqual([{ code: 'FORBIDDEN', field: 'secret', id: ids[0] }]);
  const ability = await outsider(`mutation ($ids: [ID!]!) { deletePapers(input: { ids: $ids }) { ids } }`, { ids });
  expect(ability.errors).toMatchObject([{ code: 'FORBIDDEN', ability: 'MASS_DELETE' }]);
  expect(ids).toContain(ability.errors[0]?.id);
});

test('W8: references by ids of other types, workspaces or hidden records are refused in the same words', async () => {
  const [mine, hidden] = await vault.lay(safe('alpha', 'A1'), safe('beta', 'B1'));
  const answers = await Promise.all(
    [api.paper(hidden!), api.paper(MISSING), recordId('Paper', 99, mine!), api.archive('safe'), 'x'].map((parent) =>
      api.as('outsider')(
        `mutation ($id: ID!, $parent: ID!) { updatePaper(input: { id: $id, parent: $parent }) { paper { code } } }`,
        { id: api.paper(mine!), parent },
      ),
    ),
  );
  for (const { errors } of answers)
    expect(errors).toEqual([
      { code: 'VALIDATION_FAILED', problems: [{ path: 'parent', message: 'there is no such record' }] },
    ]);
});

test('C7, P8: client and folder change by mutations of their own', async () => {
  const [id] = await vault.lay({ archive: vault.archives.cabinet, code: 'C1', status: 'OPEN' });
  const keeper = api.as('keeper');
  const inDrawer = await keeper(
    `mutation ($input: MovePapersInput!) { movePapers(input: $input) { papers { folder { path } client { name } version } } }`,
    { input: { ids: [api.paper(id!)], folder: api.folder(vault.drawer) } },
  );
  expect(inDrawer).toMatchObject({
    errors: [],
    data: { movePapers: { papers: [{ folder: { path: 'Cabinet/Drawer' }, client: null, version: 2 }] } },
  });
  const inSafe = await keeper(
    `mutation ($input: MovePapersInput!) { movePapers(input: $input) { papers { archive { name } client { name } } } }`,
    { input: { ids: [api.paper(id!)], archive: api.archive('safe'), client: api.client('beta') } },
  );
  expect(inSafe.data).toEqual({ movePapers: { papers: [{ archive: { name: 'Safe' }, client: { name: 'Beta' } }] } });
  const toAlpha = await keeper(
    `mutation ($input: ChangePaperClientInput!) { changePaperClient(input: $input) { paper { client { name } } } }`,
    { input: { id: api.paper(id!), version: 3, client: api.client('alpha') } },
  );
  expect(toAlpha.data).toEqual({ changePaperClient: { paper: { client: { name: 'Alpha' } } } });
  const toHidden = await api.as('outsider')(
    `mutation ($input: ChangePaperClientInput!) { changePaperClient(input: $input) { paper { code } } }`,
    { input: { id: api.paper(id!), client: api.client('beta') } },
  );
  expect(toHidden.errors).toEqual([{ code: 'NOT_FOUND', path: 'client' }]);
});

test('W2: records go to the trash, come back, and are gone for good', async () => {
  const [one, two] = await vault.lay(safe('alpha', 'A1'), safe('alpha', 'A2'));
  const opener = api.as('opener');
  const ids = [api.paper(one!), api.paper(two!)];
  expect((await opener(`mutation ($id: ID!) { deletePaper(input: { id: $id }) { id } }`, { id: ids[0] })).data).toEqual(
    {
      deletePaper: { id: ids[0] },
    },
  );
  expect((await opener(`query ($id: ID!) { paper(id: $id) { code } }`, { id: ids[0] })).data).toEqual({ paper: null });
  expect(
    (
      await opener(
        `mutation ($ids: [ID!]!) { restorePapers(input: { ids: $ids, versions: [2] }) { papers { code } } }`,
        {
          ids: [ids[0]],
        },
      )
    ).data,
  ).toEqual({ restorePapers: { papers: [{ code: 'A1' }] } });
  expect(
    (await opener(`mutation ($ids: [ID!]!) { deletePapers(input: { ids: $ids }) { ids } }`, { ids })).data,
  ).toEqual({ deletePapers: { ids } });
  const empty = `mutation ($input: EmptyTrashInput!) { emptyTrash(input: $input) { erased kept } }`;
  expect((await opener(empty, { input: { archive: api.archive('cabinet') } })).data).toEqual({
    emptyTrash: { erased: 0, kept: 0 },
  });
  expect((await opener(empty, { input: { workspace: encodeId('Workspace', vault.workspace) } })).data).toEqual({
    emptyTrash: { erased: 2, kept: 0 },
  });
  for (const workspace of [encodeId('Workspace', 99), api.archive('safe')])
    expect((await opener(empty, { input: { workspace } })).errors).toEqual([{ code: 'NOT_FOUND', path: 'workspace' }]);
  expect((await opener(empty, { input: {} })).errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
});

test('the mutations of one operation run one after the other, and one that is refused leaves the others be', async () => {
  const [id] = await vault.lay(safe('alpha', 'A1'));
  const { data, errors } = await api.as('outsider')(
    `mutation ($id: ID!) {
      a: updatePaper(input: { id: $id, title: "first" }) { paper { title version } }
      b: updatePaper(input: { id: $id, secret: "no" }) { paper { title } }
      c: updatePaper(input: { id: $id, pages: 5 }) { paper { title pages version } }
    }`,
    { id: api.paper(id!) },
  );
  expect(data).toEqual({
    a: { paper: { title: 'first', version: 2 } },
    b: null,
    c: { paper: { title: 'first', pages: 5, version: 3 } },
  });
  expect(errors).toMatchObject([{ code: 'FORBIDDEN', field: 'secret' }]);
});

test('a write that nobody is signed in for is refused like any other', async () => {
  const [id] = await vault.lay(safe('alpha', 'A1'));
  const anonymous = api.askAs('00000000-0000-0000-0000-000000000000');
  expect(
    (
      await anonymous(`mutation ($id: ID!) { updatePaper(input: { id: $id, title: "x" }) { paper { code } } }`, {
        id: api.paper(id!),
      })
    ).errors,
  ).toEqual([{ code: 'NOT_FOUND', ids: [api.paper(id!)] }]);
  expect(api.unexpected).toEqual([]);
});
