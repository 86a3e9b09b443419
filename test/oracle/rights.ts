import { isViewer } from './viewers.ts';
import { find, type Definition, type Id, type RightLevel, type World } from './world.ts';

const RANK: Record<RightLevel, number> = { NONE: 0, DISPLAY: 1, EDIT: 2 };

/** R5: the highest level that any assignment gives somebody in a company, through rights roles too (R3). */
export function rightLevel(world: World, viewer: Id, company: Id, right: string): RightLevel {
  if (!isViewer(world, viewer)) return 'NONE';
  return world.rightsAssignments
    .filter((each) => each.user === viewer && each.company === company)
    .flatMap(({ given }) => ('profile' in given ? [given.profile] : find(world.rightsRoles, given.rightsRole).profiles))
    .map((profile) => find(world.profiles, profile).levels[right] ?? 'NONE')
    .reduce<RightLevel>((highest, level) => (RANK[level] > RANK[highest] ? level : highest), 'NONE');
}

/** R7, R1: whether somebody has the right that a definition names, if any, in the company of a workspace. EDIT includes DISPLAY. */
export function hasRight(
  world: World,
  viewer: Id,
  { right }: Definition,
  workspace: Id,
  level: 'DISPLAY' | 'EDIT',
): boolean {
  if (right === undefined) return true;
  const { company } = find(world.workspaces, workspace);
  return RANK[rightLevel(world, viewer, company, right)] >= RANK[level];
}

/** R5: of each application in which somebody has any right in a company, all rights with their levels. */
export function applicationsOf(
  world: World,
  viewer: Id,
): { company: Id; application: string; right: string; level: RightLevel }[] {
  return world.companies.flatMap(({ id: company }) =>
    Object.entries(world.applications).flatMap(([application, rights]) => {
      const levels = rights.map((right) => ({
        company,
        application,
        right,
        level: rightLevel(world, viewer, company, right),
      }));
      return levels.some(({ level }) => level !== 'NONE') ? levels : [];
    }),
  );
}
