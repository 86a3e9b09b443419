/** Names that a definition can't have because the API has them: queries, types, and what scalars are called. */
export const RESERVED_DEFINITION_NAMES: ReadonlySet<string> = new Set(
  `access archive archives boolean cell cells client clients collection collections companies company date dateTime
  decimal definition definitions deployment entries entry field fieldAccess fields float folder folders function
  functions group groups id int log mailbox mutation node nodes order pageInfo permission permissions plane planes
  profile profiles query realm realms record records role roles service session sessions string subscription trash
  trashed user users version viewer viewers workspace workspaces`.split(/\s+/),
);

/** What the names of derived GraphQL types end in: a definition `processWhere` would meet the one of `process`. */
export const TYPE_SUFFIXES: readonly string[] =
  'Ability Connection Edge Event Field FieldAccess Filter Input Order OrderBy OrderField Payload Where'.split(' ');

/** Names (and columns) that a field can't have because every record has them, conditions use them, or Postgres does. */
export const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set(
  `id node realm realm_id archive archive_id folder folder_id client client_id owner owner_id version createdAt
  created_at updatedAt updated_at deletedAt deleted_at fieldAccess fieldLevel abilities access and or not where trash
  clientMutationId records workspace plane planes viewer cursor ctid xmin xmax cmin cmax tableoid oid`.split(/\s+/),
);
