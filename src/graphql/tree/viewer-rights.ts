import { type ApplicationRow, companyApplications } from '../../administration/applications.ts';
import { invalid } from '../../access/refusals.ts';
import type { Builder, Kit } from '../builder.ts';
import { decodeUuid } from '../global-id.ts';

/** `viewer { applications }`: what the viewer's rights are (R5), by company and application. */
export function defineViewerRights(
  kit: Kit,
  viewer: PothosSchemaTypes.ObjectRef<Builder['$inferSchemaTypes'], object>,
) {
  const { builder, types } = kit;
  implementTypes(kit);
  builder.objectField(viewer, 'applications', (t) =>
    t.field({
      type: [types.CompanyApplication],
      nullable: { list: false, items: false },
      description:
        'The applications in which the viewer has any right, with the levels of all their rights; once per company.',
      args: { company: t.arg.id({ description: 'Only in this company. Without it: in all of them.' }) },
      async resolve(_, { company }, context) {
        const id = company == null ? null : decodeUuid(company, 'Company');
        if (company != null && id === null) throw invalid([{ path: 'company', message: 'is not the id of a Company' }]);
        const rows = await context.session.query({
          text: 'select * from rowplane.viewer_applications() where $1::uuid is null or company_id = $1',
          values: [id],
        });
        return companyApplications(rows as unknown as ApplicationRow[]);
      },
    }),
  );
}

function implementTypes({ types }: Kit): void {
  types.RightAtLevel.implement({
    description: 'A right, and the level at which something gives it.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      level: t.field({ type: types.RightLevel, nullable: false, resolve: ({ level }) => level }),
    }),
  });
  types.CompanyApplication.implement({
    description: 'What somebody’s rights in one application are in one company (R5).',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      company: t.field({ type: types.Company, nullable: false, resolve: ({ company }) => company }),
      rights: t.field({
        type: [types.RightAtLevel],
        nullable: { list: false, items: false },
        description: 'All rights of the application.',
        resolve: ({ rights }) => rights,
      }),
    }),
  });
}
