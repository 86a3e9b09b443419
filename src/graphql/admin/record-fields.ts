import { invalid } from '../../access/refusals.ts';
import {
  exposingPlanes,
  type RecordField,
  type RecordQuestion,
  recordFields,
} from '../../administration/record-fields.ts';
import type { Definitions } from '../../compiler/definition.ts';
import { pascalCase } from '../../compiler/names.ts';
import { decodeId, encodeId } from '../global-id.ts';
import { read } from './administer.ts';
import { uuidOf } from './ids.ts';
import type { AdminKit } from './types.ts';

/** A11: how a viewer would see a record, field by field, with the planes. It tells levels, never contents. */
export function defineRecordFields(kit: AdminKit): void {
  const { builder, definitions, types, admin } = kit;
  const Part = builder.objectRef<RecordField['planes'][number]>('RecordFieldPlane').implement({
    description: 'A plane that shows a field of a record.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ planeId }) => encodeId('Plane', planeId) }),
      name: t.exposeString('planeName', { nullable: false }),
      level: t.field({ type: types.FieldLevel, nullable: false, resolve: ({ level }) => level }),
      sources: t.field({
        type: [admin.LevelSource],
        nullable: { list: false, items: false },
        resolve: ({ sources }) => [...sources],
      }),
    }),
  });
  const Field = builder.objectRef<RecordField>('RecordField').implement({
    description: 'A field of one record for one viewer, with the planes that show it (A7, A11).',
    fields: (t) => ({
      field: t.exposeString('field', { nullable: false }),
      level: t.field({ type: types.FieldLevel, nullable: false, resolve: ({ level }) => level }),
      planes: t.field({
        type: [Part],
        nullable: { list: false, items: false },
        resolve: ({ planes }) => planes,
      }),
    }),
  });
  builder.objectField(admin.Administration, 'recordFields', (t) =>
    t.field({
      type: [Field],
      nullable: { list: false, items: false },
      description:
        'How a user sees the fields of a record (A11). All are HIDDEN where the user doesn’t see the record.',
      args: { record: t.arg.id({ required: true }), user: t.arg.id({ required: true }) },
      async resolve(_, { record, user }, context) {
        const question = questionOf(definitions, record, uuidOf('User', user, 'user'));
        // Nobody but administrators asks on somebody's behalf: the reading is refused before the database is asked.
        await read(context, async () => undefined);
        const planes = await exposingPlanes(context.viewers, definitions, question);
        return read(context, (a) => recordFields(a, definitions, question, planes));
      },
    }),
  );
}

function questionOf(definitions: Definitions, record: string, viewer: string): RecordQuestion {
  const id = decodeId(record);
  const definition = [...definitions.keys()].find((name) => pascalCase(name) === id?.type);
  const [workspace, uuid] = id?.parts ?? [];
  if (!definition || workspace === undefined || uuid === undefined) {
    throw invalid([{ path: 'record', message: 'is not the id of a record' }]);
  }
  return { viewer: { id: viewer }, workspaceId: Number(workspace), definition, record: uuid };
}
