import type { Definitions } from '../compiler/definition.ts';
import { columnType } from '../compiler/field-types.ts';
import { workspaceSchema } from '../compiler/names.ts';
import { identifier, qualified } from '../compiler/sql-object.ts';
import type { Queryable } from '../database/queryable.ts';
import type { DemoRecord } from './records.ts';

export interface Place {
  archive: string;
  folder: string;
  client: string | null;
}

export interface Target {
  /** As rowplane_owner, whom no guard stops. */
  owner: Queryable;
  workspace: number;
  definitions: Definitions;
  /** Users' ids by login name. */
  people: Readonly<Record<string, string>>;
}

/** Inserts records in one statement, each into the realm of its place. */
export async function insertRecords<R extends DemoRecord>(
  { owner, workspace, definitions, people }: Target,
  definitionName: string,
  records: readonly R[],
  placeOf: (record: R) => Place,
): Promise<void> {
  const definition = definitions.get(definitionName);
  if (!definition) throw new Error(`The demo needs the definition "${definitionName}", which schema/ doesn't have.`);
  const rows = records.map((record) => ({ record, place: placeOf(record) }));
  const realms = await realmsOf(
    owner,
    rows.map(({ place }) => place),
  );
  const columns: [name: string, type: string, values: unknown[]][] = [
    ['id', 'uuid', rows.map(({ record }) => record.id)],
    ['realm_id', 'int', rows.map(({ place }) => realms.get(keyOf(place)))],
    ['archive_id', 'uuid', rows.map(({ place }) => place.archive)],
    ['folder_id', 'uuid', rows.map(({ place }) => place.folder)],
    ['client_id', 'uuid', rows.map(({ place }) => place.client)],
    ['owner_id', 'uuid', rows.map(({ record }) => people[record.owner])],
    ['created_at', 'timestamptz', rows.map(({ record }) => record.at)],
    ['updated_at', 'timestamptz', rows.map(({ record }) => record.at)],
  ];
  for (const field of Object.values(definition.fields)) {
    const values = rows.map(({ record }) => record.values[field.name] ?? null);
    if (values.some((value) => value !== null)) columns.push([field.column, columnType(field.type), values]);
  }
  await owner.query(
    `insert into ${qualified(workspaceSchema(workspace), definition.table)} (${columns.map(([name]) => identifier(name)).join(', ')})
     select * from unnest(${columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})`,
    columns.map(([, , values]) => values),
  );
}

const keyOf = ({ archive, folder, client }: Place) => `${archive} ${folder} ${client ?? ''}`;

async function realmsOf(owner: Queryable, places: readonly Place[]): Promise<Map<string, number>> {
  const distinct = new Map(places.map((place) => [keyOf(place), place]));
  const realms = new Map<string, number>();
  for (const [key, { archive, folder, client }] of distinct) {
    const [row] = await owner.query<{ realm: number }>(
      'select rowplane.realm_for($1, $2, rowplane.scope_of($1, $3)) as realm',
      [archive, client, folder],
    );
    realms.set(key, row?.realm ?? 0);
  }
  return realms;
}
