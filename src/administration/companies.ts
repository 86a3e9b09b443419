import type { Administration } from '../access/administrators.ts';
import { Refusal } from '../access/refusals.ts';
import { checkedName, refusingTaken } from './input.ts';
import { listByName } from './pages.ts';
import type { Page, PageRequest } from './pages.ts';

/** A legal entity; workspaces belong to it. */
export interface Company {
  id: string;
  name: string;
}

const taken = { companies_name_key: { path: 'name', message: 'is the name of another company' } };

export function listCompanies(a: Administration, request: PageRequest = {}): Promise<Page<Company>> {
  return listByName(a, { select: 'select id, name from rowplane.companies', idType: 'uuid' }, request);
}

/** Throws NOT_FOUND. */
export async function getCompany(a: Administration, id: string): Promise<Company> {
  const [company] = await a.query<Company>('select id, name from rowplane.companies where id = $1', [id]);
  if (!company) throw new Refusal('NOT_FOUND', 'There is no such company.', { path: 'company' });
  return company;
}

export async function createCompany(a: Administration, input: { name: string }): Promise<Company> {
  const name = checkedName(input.name);
  const [company] = await refusingTaken(taken, () =>
    a.query<Company>('insert into rowplane.companies (name) values ($1) returning id, name', [name]),
  );
  return company as Company;
}

export async function renameCompany(a: Administration, id: string, name: string): Promise<Company> {
  await getCompany(a, id);
  await refusingTaken(taken, () =>
    a.query('update rowplane.companies set name = $2 where id = $1', [id, checkedName(name)]),
  );
  return getCompany(a, id);
}

/** IN_USE while workspaces belong to it. */
export async function deleteCompany(a: Administration, id: string): Promise<void> {
  const company = await getCompany(a, id);
  const workspaces = await a.query<{ name: string }>(
    'select name from rowplane.workspaces where company_id = $1 order by name limit 20',
    [id],
  );
  if (workspaces.length > 0) {
    throw new Refusal('IN_USE', `The company "${company.name}" has workspaces. Delete them first.`, {
      workspaces: workspaces.map(({ name }) => name),
    });
  }
  await a.query('delete from rowplane.companies where id = $1', [id]);
}
