import { readFile } from 'node:fs/promises';
import type { ContentInput } from '../administration/planes.ts';
import { misuse } from './output.ts';

/** What the file of a plane's content looks like, for help and errors. */
export const CONTENT = 'a JSON file: { "document": { "views": ["list"], "restriction": … }, … }';

/** The content of a plane as the file has it, an object by definition. */
export async function contentIn(file: string): Promise<ContentInput[]> {
  const content = await jsonIn(file);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw misuse(`${file} must hold ${CONTENT}.`);
  }
  return Object.entries(content).map(([definition, enabled]) => ({ ...(enabled as object), definition }));
}

/** What a JSON file holds. Throws with the file's name where it is none. */
export async function jsonIn(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw misuse(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}
