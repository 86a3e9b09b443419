import type { Id, World } from '../oracle/world.ts';
import { globalId, globalIdOf, valueForApi, type Api, uuidOf } from './api.ts';
import type { Command } from './commands.ts';
import type { Stage } from './stage.ts';

/** How a write ended: the code of its refusal, or which of the written records it showed afterwards. */
export interface Outcome {
  code: string | null;
  shown: (Id | null)[];
}

/** Tries a command by the mutation that is made for it. */
export async function writeByApi(api: Api, stage: Stage, world: World, command: Command): Promise<Outcome> {
  const { name, several, input, answer } = mutationFor(stage, world, command);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const source = `mutation ($input: ${type}!) { ${name}(input: $input) { ${answer} } }`;
  const { data, code } = await api.ask(command.viewer, source, { input });
  if (code !== null) return { code, shown: [] };
  const payload = Object.values(data![name] as Record<string, unknown>)[0];
  const nodes = (several ? payload : [payload]) as ({ id: string } | string | null)[];
  return {
    code: null,
    shown: nodes.map((node) => (node === null ? null : uuidOf(typeof node === 'string' ? node : node.id))),
  };
}

function mutationFor(stage: Stage, world: World, command: Command) {
  const { plural } = stage.definitions.get(command.definition)!;
  const definition = world.definitions[command.definition]!;
  const [One, Many] = [capital(command.definition), capital(plural)];
  const workspace = stage.workspaceId(command.workspace);
  const values = (of: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(of).map(([field, value]) => {
        const { type, to } = definition.fields[field]!;
        if (value === null || type !== 'reference') return [field, valueForApi(definition, field, value as string)];
        const target = world.items.find(({ id }) => id === value);
        const home = target && world.archives.find(({ id }) => id === target.archive)!.workspace;
        return [field, globalId(to!, home === undefined ? workspace : stage.workspaceId(home), value as string)];
      }),
    );
  if (command.kind === 'create') {
    const input = { ...placeInput(command.place), ...values(command.values) };
    return { name: `create${One}`, several: false, input, answer: `${command.definition} { id }` };
  }
  const ids = command.targets.map(({ id }) => globalId(command.definition, workspace, id));
  const versions = command.targets.map(({ version }) => version);
  const expects = versions[0] !== undefined;
  const one = { id: ids[0], ...(expects && { version: versions[0] }) };
  const many = { ids, ...(expects && { versions }) };
  const several = ids.length > 1;
  const named = (verb: string, more: object, answerOne: string, answerMany: string, always = several) =>
    always
      ? { name: `${verb}${Many}`, several: true, input: { ...many, ...more }, answer: answerMany }
      : { name: `${verb}${One}`, several: false, input: { ...one, ...more }, answer: answerOne };
  const records = [`${command.definition} { id }`, `${plural} { id }`] as const;
  switch (command.kind) {
    case 'update':
      return named('update', values(command.changes), ...records);
    case 'remove':
      return named('delete', {}, 'id', 'ids');
    case 'restore':
      return named('restore', {}, ...records, true);
    case 'move':
      return named('move', placeInput(command.place), ...records, true);
    case 'transfer':
      return named('transfer', { to: globalIdOf.user(command.to) }, ...records, true);
    case 'changeClient':
      return {
        name: `change${One}Client`,
        several: false,
        input: { ...one, client: globalIdOf.client(command.client) },
        answer: records[0],
      };
  }
}

function placeInput({ archive, folder, client }: { archive: Id; folder: Id; client?: Id | undefined }) {
  return {
    archive: globalIdOf.archive(archive),
    ...(folder !== archive && { folder: globalIdOf.folder(folder) }),
    ...(client !== undefined && { client: globalIdOf.client(client) }),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
