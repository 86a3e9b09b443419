import { Refusal } from '../access/refusals.ts';
import type { Viewer, Viewers } from '../access/viewers.ts';
import type { Definitions, ObjectDefinition } from '../compiler/definition.ts';
import { missingIndexesOf } from '../administration/restriction-indexes.ts';
import { workspaceSchema } from '../compiler/names.ts';
import { qualified } from '../compiler/sql-object.ts';
import { connect, transaction } from '../database/queryable.ts';
import { openCsv } from './csv-source.ts';
import { insertRows } from './insert-rows.ts';
import { repeatedStatements, type Run } from './look-ups.ts';
import { mapColumns, NO_MAPPING, readMapping } from './mapping.ts';
import { clientChooser, findImportPlace, type ImportPlace, type PlaceNames } from './place.ts';
import { writeRejected } from './rejected-file.ts';
import { stageRows, type StagedCounts } from './stage-rows.ts';
import { openStaging, type Staging } from './staging.ts';

export interface ImportRequest extends PlaceNames {
  /** The CSV file. */
  file: string;
  /** Name of the user as whom the records are created. */
  user: string;
  /** Name of the definition. */
  definition: string;
  /** A mapping file; without one, columns are matched by their names. */
  mapping?: string | undefined;
  /** The column that names the client of each row. */
  clientFrom?: string | undefined;
}

export interface ImportOptions {
  /** A database role that may become rowplane_owner, which the staging table belongs to. */
  ownerUrl: string;
  viewers: Viewers;
  definitions: Definitions;
  /** Ends the import after its running batch; what was not reached is written down with the rejected rows. */
  interrupted?: AbortSignal;
  /** Told how far the import is: bytes of the file while it is read, rows while they are imported. */
  onProgress?: (step: 'reading' | 'importing', done: number, total: number) => void;
}

export interface ImportSummary {
  rows: number;
  imported: number;
  rejected: number;
  /** Where the rejected rows are, each with its reason; null if there are none. */
  rejectedFile: string | null;
  /** The first few reasons. */
  reasons: string[];
  seconds: number;
}

/**
 * Imports the rows of a CSV file as records, by COPY into a staging table and from there through the same doors as
 * everything that the user creates: planes, clients, permissions and references are judged by the database, row by row.
 * A row that can't be imported goes into `<file>.rejected.csv` with the reason; it is no failure. Throws a Refusal when the
 * file, its columns or the place don't fit, before anything is imported, and on a failure midway after writing the rest of
 * the rows there too.
 */
export async function importFile(request: ImportRequest, options: ImportOptions): Promise<ImportSummary> {
  const { viewers, definitions, ownerUrl, interrupted, onProgress = () => undefined } = options;
  const started = performance.now();
  const definition = definitionNamed(request.definition, definitions);
  const read = request.mapping === undefined ? NO_MAPPING : await readMapping(request.mapping);
  const mapping = { ...read, client: request.clientFrom ?? read.client };
  const source = await openCsv(request.file, mapping);
  const columns = mapColumns(source.headers, mapping, definition, definitions);
  const viewer = await findUser(ownerUrl, request.user);
  const place = await findImportPlace(viewers, viewer, request);
  const chooseClient = clientChooser(place, columns);

  const staging = await openStaging(ownerUrl, viewer.id, place.workspace, columns);
  try {
    const counts: StagedCounts = { rows: 0, clients: new Set() };
    await staging.copyIn(
      stageRows(source, columns, mapping, chooseClient, counts, () => {
        interrupted?.throwIfAborted();
        onProgress('reading', source.bytesRead(), source.size);
      }),
    );
    const run: Run = {
      table: staging.table,
      definition,
      ...columns,
      archive: place.archive,
      folder: place.folder,
      userName: request.user,
    };
    for (const statement of repeatedStatements(run)) await staging.connection.query(statement);
    const clients = columns.clientOf ? place.clients?.values() : counts.clients;
    await prepareRealms(viewers, viewer, place, [...(clients ?? [])]);
    const asUtf8 = mapping.encoding !== undefined && !/^utf-?8$/i.test(mapping.encoding);
    let reached = 0;
    const imported = await insertRows({
      viewers,
      viewer,
      workspace: place.workspace,
      run,
      rows: counts.rows,
      onProgress: (line) => {
        reached = line;
        onProgress('importing', line, counts.rows);
        if (line < counts.rows) interrupted?.throwIfAborted();
      },
    }).catch(async (error: unknown) => {
      await rejectRest(staging, reached, error);
      const name = await writeRejected(request.file, source, staging.rejected(), asUtf8);
      throw stopped(error, reached, name);
    });
    await indexRestrictions(ownerUrl, place.workspace, definition);
    return {
      rows: counts.rows,
      imported,
      rejected: counts.rows - imported,
      rejectedFile: await writeRejected(request.file, source, staging.rejected(), asUtf8),
      reasons: await firstReasons(staging),
      seconds: Math.round(performance.now() - started) / 1000,
    };
  } finally {
    await staging.end();
  }
}

/** Many new records may make a restriction selective, which then deserves its index. */
async function indexRestrictions(ownerUrl: string, workspace: number, definition: ObjectDefinition): Promise<void> {
  const owner = await connect(ownerUrl);
  try {
    await owner.query('set role rowplane_owner');
    await owner.query(`analyze ${qualified(workspaceSchema(workspace), definition.table)}`);
    const statements = await transaction(owner, (session) => missingIndexesOf(session, workspace));
    for (const statement of statements) await owner.query(statement);
  } finally {
    await owner.end();
  }
}

function definitionNamed(name: string, definitions: Definitions): ObjectDefinition {
  const definition = definitions.get(name);
  if (definition) return definition;
  const known = [...definitions.keys()].join(', ');
  throw new Refusal('NOT_FOUND', `There is no definition "${name}"; there are ${known}.`);
}

async function findUser(ownerUrl: string, name: string): Promise<Viewer> {
  const session = await connect(ownerUrl, 'rowplane import');
  try {
    await session.query('set role rowplane_owner');
    const [user] = await session.query<{ id: string }>('select id from rowplane.users where name = $1', [name]);
    if (user) return user;
    throw new Refusal('NOT_FOUND', `There is no user "${name}".`);
  } finally {
    await session.end();
  }
}

/** The realms of all clients that rows may have, before the first record is written there. */
async function prepareRealms(
  viewers: Viewers,
  viewer: Viewer,
  place: ImportPlace,
  clients: readonly (string | null)[],
): Promise<void> {
  if (clients.length === 0) return;
  await viewers.write(viewer, [place.workspace], (write) =>
    write.run(
      clients.map((client) => ({
        text: 'select from rowplane.prepare_realm($1::uuid, $2::uuid, $3::uuid)',
        values: [place.archive, place.folder, client],
      })),
    ),
  );
}

/** What was not reached is written down as well: the file of rejected rows is all that is still to be imported. */
async function rejectRest({ connection, table }: Staging, reached: number, error: unknown): Promise<void> {
  const reason = `not reached: the import stopped before it (${error instanceof Error ? error.message : String(error)})`;
  await connection.query(`update ${table} set problem = $2 where line > $1 and problem is null`, [reached, reason]);
}

function stopped(error: unknown, reached: number, rejectedFile: string | null): Error {
  const message = error instanceof Error ? error.message : String(error);
  const told = `The import stopped after row ${reached}: ${message} What was not imported is in ${rejectedFile ?? 'no file'}.`;
  if (error instanceof Refusal) return new Refusal(error.code, told, error.details, { cause: error });
  return new Error(told, { cause: error });
}

async function firstReasons({ connection, table }: Staging): Promise<string[]> {
  const rows = await connection.query<{ told: string }>(
    `select 'row ' || line || ': ' || problem as told from ${table} where problem is not null order by line limit 5`,
  );
  return rows.map(({ told }) => told);
}
