import { identifier, literal, type SqlObject } from './sql-object.ts';

/** A view that reads its tables with the rights of a role of its own. */
export interface OwnedView {
  /** `plane_7.document` */
  readonly name: string;
  readonly owner: string;
  readonly select: string;
  readonly comment: string;
  /** `select on %s to rowplane_viewer` and the like, without `grant`. */
  readonly grants: readonly string[];
  /** Has a rule that does nothing: any rule keeps MERGE from a view, and MERGE tells hidden from missing. */
  readonly forbidden: 'update' | 'delete';
}

/**
 * The view, with everything that only its maker can do, before it goes to its owner: nobody has that role's rights
 * afterwards, the maker included.
 */
export function ownedView({ name, owner, select, comment, grants, forbidden }: OwnedView): SqlObject {
  const statements = [
    `create view ${name} as\n${select}`,
    `create rule plain as on ${forbidden} to ${name} do also nothing`,
    ...grants.map((grant) => `grant ${grant}`),
    `comment on view ${name} is ${literal(comment)}`,
    `alter view ${name} owner to ${identifier(owner)}`,
  ];
  return { kind: 'view', name, sql: statements.join(';\n') };
}
