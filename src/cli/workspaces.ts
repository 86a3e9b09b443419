import type { Command } from 'commander';
import { type ActingOptions, adminCommand, changing, reading, wholeList } from './administration.ts';
import { find } from './find.ts';
import { addLocks } from './workspace-locks.ts';
import { action, report, table } from './output.ts';

interface WorkspaceOptions extends ActingOptions {
  company?: string;
}

const functions = () => import('../administration/workspaces.ts');
const lockFunctions = () => import('../administration/workspace-locks.ts');
const companyFunctions = () => import('../administration/companies.ts');

/** `rowplane workspaces …` and `rowplane companies …`. */
export function addWorkspaces(program: Command): void {
  const workspaces = program.command('workspaces').description('workspaces, which hold archives and planes');
  adminCommand(workspaces, 'list', 'list the workspaces')
    .option('--company <company>', 'only of this company')
    .action(action(list));
  adminCommand(workspaces, 'create <name>', 'make a workspace with its tables and the plane "Full access"')
    .requiredOption('--company <company>', 'the company that it belongs to')
    .action(action(create));
  adminCommand(workspaces, 'rename <workspace> <name>', 'rename a workspace').action(action(rename));
  adminCommand(workspaces, 'delete <workspace>', 'delete a workspace that has no archives').action(action(remove));
  addLocks(workspaces);

  const companies = program.command('companies').description('companies, which workspaces belong to');
  adminCommand(companies, 'list', 'list the companies').action(action(listCompanies));
  adminCommand(companies, 'create <name>', 'make a company').action(action(createCompany));
  adminCommand(companies, 'rename <company> <name>', 'rename a company').action(action(renameCompany));
  adminCommand(companies, 'delete <company>', 'delete a company that has no workspaces').action(action(removeCompany));
}

async function list(options: WorkspaceOptions): Promise<void> {
  const { listWorkspaces } = await functions();
  const { listLocks } = await lockFunctions();
  const workspaces = await reading(options, async (a) => {
    const companyId = options.company === undefined ? null : await find(a, 'companies', options.company);
    const found = await wholeList((page) => listWorkspaces(a, { ...page, companyId }));
    const locks = await listLocks(
      a,
      found.map(({ id }) => id),
    );
    return found.map((each) => ({ ...each, lock: locks.find(({ workspace }) => workspace === each.id) ?? null }));
  });
  const rows = workspaces.map(({ lock, ...each }) => ({ ...each, lockedBy: lock?.holder?.name ?? '' }));
  report(workspaces, options, () => table(rows, ['id', 'name', 'companyName', 'lockedBy']));
}

async function create(name: string, options: WorkspaceOptions): Promise<void> {
  const { createWorkspace } = await functions();
  const workspace = await changing(options, async (a, definitions) =>
    createWorkspace(a, definitions, { companyId: await find(a, 'companies', options.company ?? ''), name }),
  );
  report(workspace, options, () => `Made the workspace "${workspace.name}", number ${workspace.id}.`);
}

async function rename(called: string, name: string, options: WorkspaceOptions): Promise<void> {
  const { renameWorkspace } = await functions();
  const workspace = await changing(options, async (a) =>
    renameWorkspace(a, await find<number>(a, 'workspaces', called), name),
  );
  report(workspace, options, () => `Renamed to "${workspace.name}".`);
}

async function remove(called: string, options: WorkspaceOptions): Promise<void> {
  const { deleteWorkspace } = await functions();
  await changing(options, async (a) => deleteWorkspace(a, await find<number>(a, 'workspaces', called)));
  report({ deleted: called }, options, () => `Deleted the workspace "${called}".`);
}

async function listCompanies(options: ActingOptions): Promise<void> {
  const { listCompanies: read } = await companyFunctions();
  const companies = await reading(options, (a) => wholeList((page) => read(a, page)));
  report(companies, options, () => table(companies, ['name', 'id']));
}

async function createCompany(name: string, options: ActingOptions): Promise<void> {
  const { createCompany: make } = await companyFunctions();
  const company = await changing(options, (a) => make(a, { name }));
  report(company, options, () => `Made the company "${company.name}".`);
}

async function renameCompany(called: string, name: string, options: ActingOptions): Promise<void> {
  const { renameCompany: change } = await companyFunctions();
  const company = await changing(options, async (a) => change(a, await find(a, 'companies', called), name));
  report(company, options, () => `Renamed to "${company.name}".`);
}

async function removeCompany(called: string, options: ActingOptions): Promise<void> {
  const { deleteCompany } = await companyFunctions();
  await changing(options, async (a) => deleteCompany(a, await find(a, 'companies', called)));
  report({ deleted: called }, options, () => `Deleted the company "${called}".`);
}
