import type { Row, Statement } from '../access/unit.ts';
import { folderOf, foldersById } from './folders.ts';
import { newPlace, takeTargets } from './joins.ts';
import { clientKey, type ArchiveNode, type Place, type RecordNode, type UserNode } from './record-node.ts';
import type { Reading } from './reading.ts';
import { isBlind, sightOf } from './sight.ts';
import { recordsStatement } from './statement.ts';
import type { Knowledge } from '../access/knowledge.ts';

/** A statement, and what becomes of its rows. */
interface Step {
  statement: Statement;
  take: (rows: Row[]) => RecordNode[];
}

/**
 * Reads what hangs on these records. The targets of references are in the rows already, unless they are of too many kinds: then they are read
 * level by level, per level and workspace by one statement for all references to a definition. So is each kind of linked object, by one
 * statement. Fills in the places of the records.
 */
export function* readLinked(records: readonly RecordNode[], knowledge: readonly Knowledge[]): Reading<void> {
  let level: readonly RecordNode[] = [...records, ...takeTargets(records)];
  while (level.length > 0) {
    const steps = [...byPlace(level)].flatMap(([place, rows]) => [
      ...targetSteps(place, rows, knowledge),
      ...linkedSteps(place, rows),
    ]);
    if (steps.length === 0) return;
    const results = yield steps.map(({ statement }) => statement);
    level = steps.flatMap(({ take }, index) => take(results[index]!));
  }
}

function byPlace(records: readonly RecordNode[]): Map<Place, Row[]> {
  const places = new Map<Place, Row[]>();
  for (const { place, row } of records) {
    const rows = places.get(place);
    if (rows === undefined) places.set(place, [row]);
    else rows.push(row);
  }
  return places;
}

function targetSteps(place: Place, rows: readonly Row[], knowledge: readonly Knowledge[]): Step[] {
  const { selection, sight } = place;
  const known = knowledge.find(({ workspace }) => workspace === sight.workspace)!;
  return [...selection.targets].flatMap(([name, wanted]): Step[] => {
    const fields = [...selection.references].filter((field) => selection.definition.fields[field]!.to === name);
    const ids = place.targets.has(name) ? [] : idsIn(rows, fields);
    const targetSight = sightOf(known, wanted.definition);
    if (ids.length === 0 || isBlind(targetSight)) return [];
    const targetPlace = newPlace(targetSight, wanted);
    return [
      {
        statement: recordsStatement(targetSight, wanted, ids),
        take: (found) => {
          const nodes = found.map((row): RecordNode => ({ row, place: targetPlace }));
          place.targets.set(name, new Map(nodes.map((node) => [node.row.id as string, node])));
          return nodes;
        },
      },
    ];
  });
}

function linkedSteps({ selection, linked }: Place, rows: readonly Row[]): Step[] {
  const steps: Step[] = [];
  const add = (
    wanted: boolean,
    fields: readonly string[],
    statement: (ids: string[]) => Statement,
    take: (row: Row) => void,
  ) => {
    const ids = wanted ? idsIn(rows, fields) : [];
    if (ids.length === 0) return;
    steps.push({
      statement: statement(ids),
      take: (found) => {
        found.forEach(take);
        return [];
      },
    });
  };
  add(selection.users.size > 0, [...selection.users], usersById, (row) =>
    linked.users.set(row.id as string, row as unknown as UserNode),
  );
  add(selection.clients, ['client'], clientsById, (row) =>
    linked.clients.set(clientKey(row.archive, row.id), { id: row.id as string, name: row.name as string }),
  );
  add(selection.archives, ['archive'], archivesById, (row) =>
    linked.archives.set(row.id as string, row as unknown as ArchiveNode),
  );
  add(selection.folders, ['folder'], foldersById, (row) => linked.folders.set(row.id as string, folderOf(row)));
  return steps;
}

function idsIn(rows: readonly Row[], fields: readonly string[]): string[] {
  const ids = new Set<string>();
  for (const row of rows) {
    for (const field of fields) {
      const id = row[field];
      if (typeof id === 'string') ids.add(id);
    }
  }
  return [...ids];
}

/** Columns of `rowplane.visible_users` under the names of UserNode. */
export const USER_COLUMNS = 'id, name, display_name as "displayName", role';

function usersById(ids: string[]): Statement {
  return {
    text: `select ${USER_COLUMNS} from rowplane.visible_users where id = any ($1::uuid[])`,
    values: [ids],
    keep: true,
  };
}

function clientsById(ids: string[]): Statement {
  return {
    text: 'select archive_id as archive, client_id as id, name from rowplane.visible_clients where client_id = any ($1::uuid[])',
    values: [ids],
    keep: true,
  };
}

/** Columns of `rowplane.visible_archives` under the names of ArchiveNode. */
export const ARCHIVE_COLUMNS =
  'id, workspace_id as workspace, name, clients_enabled as "clientsEnabled", may_edit as "mayEdit", may_create as "mayCreate", may_delete as "mayDelete"';

function archivesById(ids: string[]): Statement {
  return {
    text: `select ${ARCHIVE_COLUMNS} from rowplane.visible_archives where id = any ($1::uuid[])`,
    values: [ids],
    keep: true,
  };
}
