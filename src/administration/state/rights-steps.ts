import type { RightLevel } from '../../access/knowledge.ts';
import { invalid } from '../../access/refusals.ts';
import { listProfileRights, setProfileRights } from '../profile-rights.ts';
import { createProfile, deleteProfile } from '../profiles.ts';
import { assignRights, listAssignments, withdrawRights } from '../rights-assignments.ts';
import { addProfiles, createRightsRole, deleteRightsRole, removeProfiles } from '../rights-roles.ts';
import type { Change } from './fact.ts';
import type { Steps, Work } from './step.ts';

/** By the operations that administrators have. */
export const RIGHTS_STEPS = {
  profile: {
    put: putProfile,
    drop: async ({ a, names }, [name]) => deleteProfile(a, await names.id('profiles', name!)),
  },
  rightsRole: {
    put: ({ a }, [name]) => createRightsRole(a, { name: name! }),
    drop: async ({ a, names }, [name]) => deleteRightsRole(a, await names.id('rights_roles', name!)),
  },
  bundledProfile: {
    put: async ({ a, names }, [role, profile]) =>
      addProfiles(a, await names.id('rights_roles', role!), [await names.id('profiles', profile!)]),
    drop: async ({ a, names }, [role, profile]) =>
      removeProfiles(a, await names.id('rights_roles', role!), [await names.id('profiles', profile!)]),
  },
  right: {
    async put(work, key) {
      const { user, company, profile, rightsRole } = await assignmentOf(work, key);
      return assignRights(work.a, [{ users: [user], company, profile, rightsRole }]);
    },
    async drop(work, key) {
      const { profile, ...where } = await assignmentOf(work, key);
      const { items } = await listAssignments(work.a, { ...where, profile });
      // A profile's list has what rights roles give, too.
      const meant = items.filter(({ profileId }) => profile === null || profileId === profile);
      return withdrawRights(
        work.a,
        meant.map(({ id }) => id),
      );
    },
  },
} satisfies Record<string, Steps>;

async function putProfile({ a, names }: Work, [name]: readonly string[], { before, after }: Change) {
  const wanted = after as { application: string; rights: Record<string, RightLevel> };
  if (before !== null && (before as { application: string }).application !== wanted.application)
    throw invalid([{ path: name!, message: 'belongs to another application, which stays so' }]);
  const id =
    before === null
      ? (await createProfile(a, { name: name!, application: wanted.application })).id
      : await names.id('profiles', name!);
  const known = (await listProfileRights(a, id)).map((right) => right.name);
  const rights = new Set([...known, ...Object.keys(wanted.rights)]);
  const levels = [...rights].map((right) => ({ right, level: wanted.rights[right] ?? 'NONE' }));
  return setProfileRights(a, id, levels);
}

async function assignmentOf({ names }: Work, [company, user, kind, given]: readonly string[]) {
  return {
    company: await names.id('companies', company!),
    user: await names.id('users', user!),
    profile: kind === 'profile' ? await names.id('profiles', given!) : null,
    rightsRole: kind === 'profile' ? null : await names.id('rights_roles', given!),
  };
}
