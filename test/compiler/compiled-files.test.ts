import { beforeAll, expect, test } from 'vitest';
import { contentOf } from '../../src/administration/planes.ts';
import { planePlan, sharedPlan } from '../../src/administration/plan.ts';
import { FULL_ACCESS } from '../../src/administration/workspaces.ts';
import type { Definitions } from '../../src/compiler/definition.ts';
import { loadDefinitions } from '../../src/compiler/load-definitions.ts';
import { fullContent } from '../../src/compiler/plane-content.ts';
import { printSql } from '../../src/compiler/print-sql.ts';
import type { Blueprint, Plane } from '../../src/compiler/restriction.ts';
import { REVIEW_PLANES } from '../../src/demo/planes.ts';

/** As the demo numbers them, under a tag of their own. */
const WORKSPACES = [
  { id: 1, name: 'Office', planes: [FULL_ACCESS.name] },
  { id: 2, name: 'Review', planes: [FULL_ACCESS.name, ...REVIEW_PLANES.map(({ name }) => name)] },
];

let definitions: Definitions;
beforeAll(async () => {
  definitions = await loadDefinitions('schema');
});

const HINT = 'Written by npm run snapshot:compiled; rowplane policies print shows those of a deployment.';

const contentOfPlane = (name: string): Plane['content'] =>
  name === FULL_ACCESS.name
    ? fullContent(definitions)
    : contentOf(definitions, REVIEW_PLANES.find((plane) => plane.name === name)!.content);

let next = 1;
const numbered = WORKSPACES.map((workspace) => ({
  ...workspace,
  planes: workspace.planes.map((name) => ({ id: next++, name })),
}));

function blueprintOf({ id, planes }: (typeof numbered)[number]): Blueprint {
  const compiled = planes.map((plane) => ({ id: plane.id, content: contentOfPlane(plane.name) }));
  return { tag: 'd3d3d3', workspace: id, definitions, planes: compiled };
}

const fileOf = (...names: string[]): string =>
  `../../policies/compiled/${names.map((name) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')).join('-')}.sql`;

test('what all planes of Review share compiles into its file', async () => {
  const objects = sharedPlan(blueprintOf(numbered[1]!)).map(({ object }) => object);
  const heading = [`What all planes of the demo's workspace "Review" share: sight, edit door, guards, trash.`, HINT];
  await expect(printSql(heading, objects)).toMatchFileSnapshot(fileOf('Review'));
});

for (const workspace of numbered)
  for (const { id, name } of workspace.planes)
    test(`A2–A8: the plane "${name}" of ${workspace.name} compiles into its file`, async () => {
      const blueprint = blueprintOf(workspace);
      const objects = planePlan(
        blueprint,
        blueprint.planes.find((plane) => plane.id === id)!,
      ).map(({ object }) => object);
      const heading = [`The plane "${name}" of the demo's workspace "${workspace.name}".`, HINT];
      await expect(printSql(heading, objects)).toMatchFileSnapshot(fileOf(workspace.name, name));
    });
