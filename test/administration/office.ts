import { createArchive } from '../../src/administration/archives.ts';
import { createCompany } from '../../src/administration/companies.ts';
import { applyDefinitions } from '../../src/administration/definitions.ts';
import { createWorkspace } from '../../src/administration/workspaces.ts';
import { connect } from '../../src/database/queryable.ts';
import { DEFINITIONS } from '../planes/review.ts';
import { withViewer } from '../support/database.ts';
import { type Account, openAccount } from './account.ts';

export { DEFINITIONS };

/** An account with a company, a workspace of its own making, and an archive. */
export interface Office extends Account {
  company: string;
  workspace: number;
  archive: string;
  /** Adds a matter past all guards; its id. */
  matter(name: string, place?: { archive?: string; client?: string | null; trashed?: boolean }): Promise<string>;
  /** How many matters a viewer sees. */
  sees(viewer: string): Promise<number>;
}

export async function openOffice(): Promise<Office> {
  const account = await openAccount();
  const { database } = account;
  const session = await connect(database.ownerUrl);
  await applyDefinitions(session, DEFINITIONS);
  await session.end();
  const company = (await account.change((a) => createCompany(a, { name: 'A-GmbH' }))).id;
  const workspace = await account.change((a) =>
    createWorkspace(a, DEFINITIONS, { companyId: company, name: 'Office' }),
  );
  const archive = await account.change((a) => createArchive(a, { workspaceId: workspace.id, name: 'Permits' }));
  return {
    ...account,
    company,
    workspace: workspace.id,
    archive: archive.id,
    async matter(name, { archive: home = archive.id, client = null, trashed = false } = {}) {
      const [row] = await database.owner.query<{ id: string }>(
        `insert into ws_${workspace.id}.matter (realm_id, archive_id, folder_id, client_id, name, deleted_at)
         values (rowplane.realm_for($1, $2, $1), $1, $1, $2, $3, $4) returning id`,
        [home, client, name, trashed ? new Date() : null],
      );
      return (row as { id: string }).id;
    },
    async sees(viewer) {
      const [row] = await withViewer(database, viewer, (session) =>
        session.query<{ matters: number }>(`select count(*)::int as matters from ws_${workspace.id}_sight.matter`),
      );
      return row?.matters ?? 0;
    },
  };
}
