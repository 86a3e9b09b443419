import type { AccountRole } from '../administration/users.ts';

export interface DemoPerson {
  name: string;
  displayName: string;
  role: AccountRole;
  workflowAccess?: boolean;
  /** What the person stands for, in the *View as* picker. */
  note: string;
}

export const PEOPLE: readonly DemoPerson[] = [
  { name: 'ada', displayName: 'Ada', role: 'ADMINISTRATOR', note: 'administrator: administration is not sight' },
  {
    name: 'ben',
    displayName: 'Ben',
    role: 'INTERNAL',
    workflowAccess: true,
    note: 'client General; rights by company',
  },
  { name: 'cleo', displayName: 'Cleo', role: 'INTERNAL', workflowAccess: true, note: 'all three clients' },
  { name: 'dara', displayName: 'Dara', role: 'INTERNAL', note: 'client Experts only: sees little' },
  { name: 'emil', displayName: 'Emil', role: 'INTERNAL', note: 'first-level reviewer' },
  { name: 'fay', displayName: 'Fay', role: 'INTERNAL', note: 'second-level reviewer' },
  { name: 'gus', displayName: 'Gus', role: 'EXTERNAL', note: 'external, both review levels: cells don’t mix' },
  { name: 'hana', displayName: 'Hana', role: 'GUEST', note: 'guest: sees one folder of Contracts' },
];

export const ADMINISTRATOR = 'ada';

export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'First-level reviewers': ['emil', 'gus'],
  'Second-level reviewers': ['fay', 'gus'],
};

/** C4: who works for which client in Permits. */
export const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  General: ['ben', 'cleo'],
  'Customer contact': ['cleo'],
  Experts: ['cleo', 'dara'],
};
