import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, isScalar, parse, visit } from 'yaml';
import { z } from 'zod';
import { Refusal } from '../../access/refusals.ts';
import { accountFile, accountShape, factsOfAccount } from './account-file.ts';
import type { Fact } from './fact.ts';
import { factsOfWorkspace, workspaceFile, workspaceShape } from './workspace-file.ts';

const ACCOUNT = 'account.yaml';
const WORKSPACES = 'workspaces';

/** Writes the state as files: `account.yaml`, and one file for each workspace. Files of workspaces that are gone go too. */
export async function writeState(directory: string, facts: readonly Fact[]): Promise<string[]> {
  const names = facts.filter(({ kind }) => kind === 'workspace').map(({ key }) => key[0]!);
  const files = new Map<string, unknown>([
    [ACCOUNT, accountFile(facts)],
    ...fileNames(names).map(([name, file]): [string, unknown] => [join(WORKSPACES, file), workspaceFile(name, facts)]),
  ]);
  await mkdir(join(directory, WORKSPACES), { recursive: true });
  for (const file of await yamlFiles(directory)) if (!files.has(file)) await rm(join(directory, file));
  for (const [file, content] of files) await writeFile(join(directory, file), yamlOf(content));
  return [...files.keys()];
}

/** Reads such files. Throws VALIDATION_FAILED with everything that is wrong in them, by file and place. */
export async function readStateFiles(directory: string): Promise<Fact[]> {
  const files = await yamlFiles(directory);
  if (!files.includes(ACCOUNT))
    throw new Refusal('NOT_FOUND', `There is no ${ACCOUNT} in ${directory}: rowplane export writes one.`);
  const problems: string[] = [];
  const facts: Fact[] = [];
  for (const file of files) {
    try {
      const content: unknown = parse(await readFile(join(directory, file), 'utf8')) ?? {};
      if (file === ACCOUNT) facts.push(...factsOfAccount(accountShape.parse(content)));
      else facts.push(...factsOfWorkspace(workspaceShape.parse(content)));
    } catch (error) {
      problems.push(`${file}: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`);
    }
  }
  problems.push(...repeated(facts));
  if (problems.length > 0) throw new Refusal('VALIDATION_FAILED', problems.join('\n'));
  return facts;
}

/** Lists of names stand on one line. */
function yamlOf(content: unknown): string {
  const document = new Document(content);
  visit(document, {
    Seq(_, list) {
      list.flow = list.items.every(isScalar);
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: false });
}

function repeated(facts: readonly Fact[]): string[] {
  const counts = Map.groupBy(facts, ({ kind, key }) => `${kind} ${key.join(' · ')}`);
  return [...counts].filter(([, same]) => same.length > 1).map(([name]) => `${name} is said twice`);
}

async function yamlFiles(directory: string): Promise<string[]> {
  const inside = async (folder: string): Promise<string[]> =>
    (await readdir(join(directory, folder)).catch(() => [])).filter((name) => /\.ya?ml$/.test(name));
  const workspaces = (await inside(WORKSPACES)).map((name) => join(WORKSPACES, name));
  return [...(await inside('')).filter((name) => name === ACCOUNT), ...workspaces.sort()];
}

/** A file for each workspace, named like it as far as file systems allow. */
function fileNames(workspaces: readonly string[]): [workspace: string, file: string][] {
  const taken = new Set<string>();
  return workspaces.map((workspace) => {
    const plain = workspace.replace(/[^\p{L}\p{N} ._-]/gu, '-').replace(/^\.+/, '') || 'workspace';
    let name = plain;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${plain}-${number}`;
    taken.add(name.toLowerCase());
    return [workspace, `${name}.yaml`];
  });
}
