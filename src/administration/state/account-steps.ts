import { invalid } from '../../access/refusals.ts';
import { createCompany } from '../companies.ts';
import { addMembers, addSubgroups, removeMembers, removeSubgroups } from '../group-members.ts';
import { createGroup, deleteGroup, updateGroup } from '../groups.ts';
import { blockUser, createUser, unblockUser, updateUser } from '../users.ts';
import type { AccountFile } from './account-file.ts';
import type { Change } from './fact.ts';
import type { Steps, Work } from './step.ts';

/** By the operations that administrators have. */
export const ACCOUNT_STEPS = {
  company: { put: ({ a }, [name]) => createCompany(a, { name: name! }) },
  user: { put: putUser },
  group: {
    async put({ a, names }, [name], { before, after }) {
      const { colour } = after as { colour: string };
      return before === null
        ? createGroup(a, { name: name!, colour })
        : updateGroup(a, await names.id('groups', name!), { colour });
    },
    drop: async ({ a, names }, [name]) => deleteGroup(a, await names.id('groups', name!), true),
  },
  member: {
    put: async ({ a, names }, [group, user]) =>
      addMembers(a, await names.id('groups', group!), [await names.id('users', user!)], true),
    drop: async ({ a, names }, [group, user]) =>
      removeMembers(a, await names.id('groups', group!), [await names.id('users', user!)], true),
  },
  subgroup: {
    put: async ({ a, names }, [group, child]) =>
      addSubgroups(a, await names.id('groups', group!), [await names.id('groups', child!)], true),
    drop: async ({ a, names }, [group, child]) =>
      removeSubgroups(a, await names.id('groups', group!), [await names.id('groups', child!)], true),
  },
} satisfies Record<string, Steps>;

async function putUser({ a, names }: Work, [name]: readonly string[], { before, after }: Change) {
  const { blocked, ...profile } = after as AccountFile['users'][string];
  if (before !== null && (before as AccountFile['users'][string]).service !== profile.service)
    throw invalid([{ path: name!, message: 'is an account for people or one for programs, and stays so' }]);
  const known =
    before === null ? await createUser(a, { name: name!, ...profile }) : { id: await names.id('users', name!) };
  if (before !== null) await updateUser(a, known.id, profile, true);
  const wasBlocked = before === null ? null : (before as AccountFile['users'][string]).blocked;
  if (blocked === wasBlocked) return;
  if (blocked === null) await unblockUser(a, known.id);
  else await blockUser(a, known.id, blocked === true ? null : blocked);
}
