/** Ids of generated worlds: by number, so that conditions can name what isn't there yet, and so that a report can be read. */
function numbered(kind: string, number: number): string {
  return `00000000-0000-4000-8000-${kind}${String(number).padStart(10, '0')}`;
}

export const userId = (number: number): string => numbered('a0', number);
export const groupId = (number: number): string => numbered('b0', number);
export const clientId = (number: number): string => numbered('c0', number);
export const archiveId = (number: number): string => numbered('d0', number);
export const profileId = (number: number): string => numbered('a1', number);
export const rightsRoleId = (number: number): string => numbered('a2', number);
export const queryId = (number: number): string => numbered('a3', number);
export const folderId = (number: number): string => numbered('f0', number);

/** Ids of records go up and down, since ties are broken by them (the greatest first). */
export function itemId(number: number): string {
  return `${((number * 7 + 3) % 16).toString(16)}${numbered('e0', number).slice(1)}`;
}
