import type { Command } from 'commander';
import type { RightLevel } from '../access/knowledge.ts';
import { type ActingOptions, adminCommand, changing, reading, several, wholeList } from './administration.ts';
import { find } from './find.ts';
import { action, report, table } from './output.ts';

interface ProfileOptions extends ActingOptions {
  application?: string;
  search?: string;
  set?: string[];
  all?: string;
}

const functions = () => import('../administration/profiles.ts');
const levelFunctions = () => import('../administration/profile-rights.ts');

/** `rowplane profiles …`: rights profiles and their levels (R2, R8). */
export function addProfiles(program: Command): void {
  const profiles = program.command('profiles').description('rights profiles: levels for the rights of an application');
  adminCommand(profiles, 'list', 'list the profiles, with the number of their assignments')
    .option('--application <name>', 'only those of this application')
    .option('--search <text>', 'only those whose name contains this')
    .action(action(list));
  adminCommand(profiles, 'show <profile>', 'show a profile with its levels, rights roles and assignments').action(
    action(show),
  );
  withLevels(adminCommand(profiles, 'create <name>', 'make a profile; its rights are NONE unless set'))
    .requiredOption('--application <name>', 'the application whose rights it holds')
    .action(action(create));
  withLevels(adminCommand(profiles, 'set <profile>', 'set levels and leave the others')).action(action(set));
  adminCommand(profiles, 'rename <profile> <name>', 'rename a profile').action(action(rename));
  adminCommand(
    profiles,
    'duplicate <profile> <name>',
    'make a profile with the same levels, assigned to nobody',
  ).action(action(duplicate));
  adminCommand(profiles, 'delete <profile>', 'delete a profile that is neither assigned nor in a rights role').action(
    action(remove),
  );
}

function withLevels(command: Command): Command {
  return command
    .option('--set <right=LEVEL>', 'NONE, DISPLAY or EDIT for a right; may be given several times', several)
    .option('--all <LEVEL>', 'first every right to this level');
}

async function list(options: ProfileOptions): Promise<void> {
  const { listProfiles } = await functions();
  const { application, search } = options;
  const profiles = await reading(options, (a) =>
    wholeList((page) => listProfiles(a, { ...page, application: application ?? null, search: search ?? null })),
  );
  report(profiles, options, () => table(profiles, ['name', 'application', 'assignmentCount', 'id']));
}

async function show(called: string, options: ProfileOptions): Promise<void> {
  const { getProfile } = await functions();
  const { listProfileRights } = await levelFunctions();
  const { listAssignments } = await import('../administration/rights-assignments.ts');
  const { listRightsRolesOf } = await import('../administration/rights-roles.ts');
  const profile = await reading(options, async (a) => {
    const id = await find(a, 'profiles', called);
    return {
      ...(await getProfile(a, id)),
      rights: await listProfileRights(a, id),
      rightsRoles: (await listRightsRolesOf(a, id)).map(({ name }) => name),
      assignments: await wholeList((page) => listAssignments(a, { profile: id }, page)),
    };
  });
  report(profile, options, () =>
    [
      `${profile.name} (${profile.application})`,
      table(profile.rights, ['name', 'title', 'level']),
      ...(profile.rightsRoles.length > 0 ? [`In the rights roles ${profile.rightsRoles.join(', ')}`] : []),
      ...(profile.assignments.length > 0 ? [table(profile.assignments, ['name', 'companyName', 'given', 'id'])] : []),
    ].join('\n\n'),
  );
}

async function create(name: string, options: ProfileOptions): Promise<void> {
  const { createProfile } = await functions();
  const profile = await changing(options, async (a) => {
    const made = await createProfile(a, { name, application: options.application! });
    await setLevels(a, made.id, options);
    return made;
  });
  report(profile, options, () => `Made the profile "${profile.name}".`);
}

async function set(called: string, options: ProfileOptions): Promise<void> {
  const { listProfileRights } = await levelFunctions();
  const rights = await changing(options, async (a) => {
    const id = await find(a, 'profiles', called);
    await setLevels(a, id, options);
    return listProfileRights(a, id);
  });
  report(rights, options, () => table(rights, ['name', 'title', 'level']));
}

async function setLevels(
  a: Parameters<typeof find>[0],
  id: string,
  { set: given = [], all }: ProfileOptions,
): Promise<void> {
  const { setAllProfileRights, setProfileRights } = await levelFunctions();
  if (all !== undefined) await setAllProfileRights(a, id, await checkedLevel(all, '--all'));
  const levels = await Promise.all(
    given.map(async (each) => {
      const [right = '', level = ''] = each.split('=');
      return { right, level: await checkedLevel(level, `--set ${each}`) };
    }),
  );
  if (levels.length > 0) await setProfileRights(a, id, levels);
}

async function checkedLevel(level: string, path: string): Promise<RightLevel> {
  const { RIGHT_LEVELS } = await import('../administration/applications.ts');
  const { invalid } = await import('../access/refusals.ts');
  const known = RIGHT_LEVELS.find((one) => one === level);
  if (known === undefined) throw invalid([{ path, message: `needs one of the levels ${RIGHT_LEVELS.join(', ')}` }]);
  return known;
}

async function rename(called: string, name: string, options: ProfileOptions): Promise<void> {
  const { renameProfile } = await functions();
  const profile = await changing(options, async (a) => renameProfile(a, await find(a, 'profiles', called), name));
  report(profile, options, () => `The profile is called "${profile.name}" now.`);
}

async function duplicate(called: string, name: string, options: ProfileOptions): Promise<void> {
  const { duplicateProfile } = await functions();
  const profile = await changing(options, async (a) => duplicateProfile(a, await find(a, 'profiles', called), name));
  report(profile, options, () => `Made the profile "${profile.name}".`);
}

async function remove(called: string, options: ProfileOptions): Promise<void> {
  const { deleteProfile } = await functions();
  await changing(options, async (a) => deleteProfile(a, await find(a, 'profiles', called)));
  report({ deleted: called }, options, () => `Deleted the profile "${called}".`);
}
