import type { Knowledge } from '../../access/knowledge.ts';
import type { Ability, Field, Freeze, ObjectDefinition } from '../../compiler/definition.ts';
import type { Reading } from '../../reader/reading.ts';
import type { Level } from '../../reader/access.ts';
import { sightOf } from '../../reader/sight.ts';
import type { Scope } from '../../reader/scopes.ts';
import type { Kit } from '../builder.ts';
import type { Context } from '../context.ts';
import { decodeNumber } from '../global-id.ts';
import { FIELD_TYPES } from '../../compiler/field-types.ts';
import { screamingCase } from '../../compiler/names.ts';

/** A definition as a viewer meets it: what it declares, and what the viewer's planes make of it. */
interface DefinitionNode {
  definition: ObjectDefinition;
  /** The highest level of each field in any of the viewer's planes, whatever record. */
  levels: Readonly<Record<string, Level>>;
  abilities: ReadonlySet<string>;
}

/** Something declared that has a name, a title, and touches fields: a view, a layout, a document viewer, an ability. */
interface Touching {
  name: string;
  title: string;
  fields: readonly string[];
  edits?: readonly string[];
  allowed?: boolean;
}

/** `definition(name)` and `definitions` (A4, A11). */
export function defineDefinitions(kit: Kit): void {
  const { builder } = kit;
  const definition = defineDefinition(kit);
  const workspace = {
    description: 'Only by the viewer’s planes of this workspace. Without it: by those of all workspaces.',
  };
  builder.queryField('definition', (t) =>
    t.field({
      type: definition,
      description: 'The object definition of this name, with what the viewer’s planes make of it.',
      args: { name: t.arg.string({ required: true }), workspace: t.arg.id(workspace) },
      async resolve(_, { name, workspace: id }, context) {
        const found = context.definitions.get(name);
        if (found === undefined) return null;
        return (await lookAt([found], id, context))[0];
      },
    }),
  );
  builder.queryField('definitions', (t) =>
    t.field({
      type: [definition],
      nullable: { list: false, items: false },
      description: 'All object definitions of this deployment.',
      args: { workspace: t.arg.id(workspace) },
      resolve: (_, { workspace: id }, context) => lookAt([...context.definitions.values()], id, context),
    }),
  );
}

async function lookAt(
  definitions: readonly ObjectDefinition[],
  workspace: string | null | undefined,
  context: Context,
): Promise<DefinitionNode[]> {
  const number = workspace == null ? null : decodeNumber(workspace, 'Workspace');
  const scope: Scope = workspace == null ? 'everywhere' : { workspaces: number === null ? [] : [number] };
  // Nothing is read but what is known of the viewer; the session makes sure that this is still true.
  // eslint-disable-next-line require-yield
  return context.session.read(scope, function* (knowledge): Reading<DefinitionNode[]> {
    return definitions.map((definition) => nodeOf(definition, knowledge));
  });
}

function nodeOf(definition: ObjectDefinition, knowledge: readonly Knowledge[]): DefinitionNode {
  const views = knowledge
    .map((known) => sightOf(known, definition))
    .flatMap(({ open, restricted }) => [...open, ...restricted]);
  const levels: Record<string, Level> = {};
  for (const field of Object.keys(definition.fields)) {
    const granted = views.map(({ fields }) => fields[field]);
    levels[field] = granted.includes('EDIT') ? 'EDIT' : granted.includes('READ') ? 'READ' : 'HIDDEN';
  }
  return { definition, levels, abilities: new Set(views.flatMap(({ abilities }) => abilities)) };
}

function defineDefinition(kit: Kit) {
  const { builder } = kit;
  const field = defineField(kit);
  const view = defineTouching(kit, 'View', 'The fields that it selects.');
  const layout = defineTouching(kit, 'Layout', 'The fields that it shows, those that it edits included.', 'edits');
  const documentViewer = defineTouching(kit, 'DocumentViewer', 'The fields that it shows.');
  const ability = defineTouching(
    kit,
    'Ability',
    'The fields that it needs: it counts only in planes that show them.',
    'allowed',
  );
  const freeze = defineFreeze(kit);
  return builder.objectRef<DefinitionNode>('Definition').implement({
    description: 'A type of record.',
    fields: (t) => ({
      name: t.string({ nullable: false, resolve: ({ definition }) => definition.name }),
      plural: t.string({ nullable: false, resolve: ({ definition }) => definition.plural }),
      title: t.string({ nullable: false, resolve: ({ definition }) => definition.title }),
      right: t.string({
        description: 'The right that its records need in the company of their workspace (R7); null if none.',
        resolve: ({ definition }) => definition.right ?? null,
      }),
      fields: t.field({
        type: [field],
        nullable: { list: false, items: false },
        resolve: ({ definition, levels }) =>
          Object.values(definition.fields).map((each) => ({ field: each, level: levels[each.name]! })),
      }),
      views: t.field({
        type: [view],
        nullable: { list: false, items: false },
        resolve: ({ definition }) => named(definition.views),
      }),
      layouts: t.field({
        type: [layout],
        nullable: { list: false, items: false },
        resolve: ({ definition }) =>
          Object.entries(definition.layouts).map(([name, { title, shows, edits }]) => ({
            name,
            title,
            fields: shows,
            edits,
          })),
      }),
      documentViewers: t.field({
        type: [documentViewer],
        nullable: { list: false, items: false },
        resolve: ({ definition }) => named(definition.documentViewers),
      }),
      abilities: t.field({
        type: [ability],
        nullable: { list: false, items: false },
        resolve: ({ definition, abilities }) =>
          Object.entries(definition.abilities).map(([name, { title, fields }]: [string, Ability]) => ({
            name,
            title,
            fields,
            allowed: abilities.has(name),
          })),
      }),
      freezes: t.field({
        type: [freeze],
        nullable: { list: false, items: false },
        description: 'When its records, or some of their fields, can’t be changed any more, whoever asks (W7).',
        resolve: ({ definition }) => definition.freezes?.slice() ?? [],
      }),
    }),
  });
}

function defineFreeze({ builder }: Kit) {
  return builder.objectRef<Freeze>('Freeze').implement({
    description: 'A condition under which records can’t be changed (W7).',
    fields: (t) => ({
      title: t.exposeString('title', { nullable: false }),
      when: t.field({
        type: 'JSON',
        nullable: false,
        description: 'The condition, as the definition declares it.',
        resolve: (freeze) => freeze.when,
      }),
      fields: t.stringList({
        nullable: { list: true, items: false },
        description: 'The fields that are frozen; null where the whole record is.',
        resolve: (freeze) => freeze.fields?.slice() ?? null,
      }),
    }),
  });
}

function named(declared: Readonly<Record<string, { title: string; fields: readonly string[] }>>): Touching[] {
  return Object.entries(declared).map(([name, { title, fields }]) => ({ name, title, fields }));
}

function defineField({ builder, types }: Kit) {
  const type = builder.enumType('FieldType', { values: FIELD_TYPES.map((each) => screamingCase(each)) });
  const choice = builder.objectRef<{ value: string; title: string }>('Choice').implement({
    fields: (t) => ({
      value: t.exposeString('value', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
    }),
  });
  return builder.objectRef<{ field: Field; level: Level }>('DefinitionField').implement({
    fields: (t) => ({
      name: t.string({ nullable: false, resolve: ({ field }) => field.name }),
      title: t.string({ nullable: false, resolve: ({ field }) => field.title }),
      type: t.field({ type, nullable: false, resolve: ({ field }) => screamingCase(field.type) }),
      level: t.field({
        type: types.FieldLevel,
        nullable: false,
        description: 'The highest level that any plane gives the viewer. Records may have less: see `fieldAccess`.',
        resolve: ({ level }) => level,
      }),
      required: t.boolean({ nullable: false, resolve: ({ field }) => field.required }),
      unique: t.boolean({ nullable: false, resolve: ({ field }) => field.unique }),
      readOnly: t.boolean({ nullable: false, resolve: ({ field }) => field.readOnly }),
      to: t.string({
        description: 'The definition that a reference refers to.',
        resolve: ({ field }) => field.to ?? null,
      }),
      choices: t.field({
        type: [choice],
        nullable: { list: true, items: false },
        resolve: ({ field }) => field.choices?.slice() ?? null,
      }),
    }),
  });
}

function defineTouching({ builder }: Kit, name: string, description: string, extra?: 'edits' | 'allowed') {
  const ref = builder.objectRef<Touching>(name).implement({
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      fields: t.stringList({
        nullable: { list: false, items: false },
        description,
        resolve: ({ fields }) => [...fields],
      }),
    }),
  });
  if (extra === 'edits') {
    builder.objectField(ref, 'edits', (t) =>
      t.stringList({
        nullable: { list: false, items: false },
        description: 'Those that it edits.',
        resolve: ({ edits }) => [...edits!],
      }),
    );
  }
  if (extra === 'allowed') {
    builder.objectField(ref, 'allowed', (t) =>
      t.boolean({
        nullable: false,
        description: 'Whether any plane grants it to the viewer.',
        resolve: ({ allowed }) => allowed!,
      }),
    );
  }
  return ref;
}
