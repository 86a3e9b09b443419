import type { Administration } from '../access/administrators.ts';
import type { RightLevel } from '../access/knowledge.ts';
import { listApplications } from '../administration/applications.ts';
import { setProfileRights } from '../administration/profile-rights.ts';
import { createProfile } from '../administration/profiles.ts';
import { assignRights } from '../administration/rights-assignments.ts';
import { createRightsRole } from '../administration/rights-roles.ts';

interface DemoProfile {
  name: string;
  application: string;
  /** The rights that aren't NONE. */
  levels: Readonly<Record<string, RightLevel>>;
}

/** R6: of the first two, one has the document worklist off. */
export const PROFILES: readonly DemoProfile[] = [
  {
    name: 'Finance - all rights',
    application: 'finance',
    levels: { invoices: 'EDIT', payments: 'EDIT', vendors: 'EDIT' },
  },
  {
    name: 'Finance - Accounts payable accountant',
    application: 'finance',
    levels: { documentWorklist: 'EDIT', invoices: 'EDIT', vendors: 'DISPLAY' },
  },
  {
    name: 'Procurement - Buyer',
    application: 'procurement',
    levels: { orders: 'EDIT', deliveries: 'EDIT', contracts: 'DISPLAY', vendors: 'DISPLAY' },
  },
];

/** R3: profiles by the name of the rights role. */
export const RIGHTS_ROLES: Readonly<Record<string, readonly string[]>> = {
  'Purchase to pay': ['Finance - Accounts payable accountant', 'Procurement - Buyer'],
};

/** R4: who has what in which company. */
export const ASSIGNMENTS: readonly { users: readonly string[]; company: string; given: string }[] = [
  { users: ['ben'], company: 'A-GmbH', given: 'Finance - all rights' },
  { users: ['ben'], company: 'A-GmbH', given: 'Finance - Accounts payable accountant' },
  { users: ['ben'], company: 'B-GmbH', given: 'Finance - all rights' },
  { users: ['cleo'], company: 'A-GmbH', given: 'Purchase to pay' },
  { users: ['dara'], company: 'A-GmbH', given: 'Procurement - Buyer' },
];

/** Profiles, rights roles and assignments; `people` and `companies` are ids by name. Where schema/rights.ts declares other rights, the demo does without. */
export async function giveRights(
  a: Administration,
  people: Readonly<Record<string, string>>,
  companies: Readonly<Record<string, string>>,
): Promise<void> {
  const declared = new Map(
    (await listApplications(a)).map(({ name, rights }) => [name, rights.map((right) => right.name)]),
  );
  const fits = ({ application, levels }: DemoProfile): boolean =>
    Object.keys(levels).every((right) => declared.get(application)?.includes(right));
  if (!PROFILES.every(fits)) return;
  const profiles: Record<string, string> = {};
  for (const { name, application, levels } of PROFILES) {
    const { id } = await createProfile(a, { name, application });
    const given = Object.entries(levels).map(([right, level]) => ({ right, level }));
    await setProfileRights(a, id, given);
    profiles[name] = id;
  }
  const roles: Record<string, string> = {};
  for (const [name, bundled] of Object.entries(RIGHTS_ROLES))
    roles[name] = (await createRightsRole(a, { name, profiles: bundled.map((each) => profiles[each]!) })).id;
  await assignRights(
    a,
    ASSIGNMENTS.map(({ users, company, given }) => ({
      users: users.map((user) => people[user]!),
      company: companies[company]!,
      profile: profiles[given] ?? null,
      rightsRole: roles[given] ?? null,
    })),
  );
}
