/** Names that a definition can't have because the API has them: queries, types, and what scalars are called. */
export const RESERVED_DEFINITION_NAMES: ReadonlySet<string> = new Set(
  `
    access accessChange accessChanged account administration apiKey application applications archive archives archiveSettings boolean
    booleanTest cell cells choice client clients clientSettings collection collections companies company
    companyApplication copyMode date dateTest dateTestRange dateTime dateTimeTest dateTimeTestRange decimal
    decimalTest decimalTestRange definition definitions deployment documentViewer effectiveFunction
    effectivePermission entries entry escapingMember field fieldAccess fieldLevel fields fieldType float folder
    folders function functionAccess functionEntry functions functionSettings group groups groupTest id idTest int
    integerTest integerTestRange json layout levelSource levelSourceKind log logDoor logEntry logOperation mailbox
    mailboxCandidate mailboxCandidates mailboxChange mailboxChanged mailboxChangeKind mailboxEntries mailboxEntry
    mailboxEvent mailboxEventKind
    mutation node nodes objectPermissions order orderDirection pageInfo permission permissionDecision
    permissionEntry permissions plane planeContent planeEscapes planes principal principalKind profile profiles
    query realm realms record recordChangeKind recordFieldPlane records right rightAtLevel rightLevel rights rightsAssignment
    rightsAssignments rightsRole rightsRoles role roles savedQueries savedQuery service session sessions sharedGroup
    string subscription textTest textTestRange trash trashed user userRole users userTest version view viewer
    viewers visibleGroup warning workspace workspaceLock workspaces workspaceSettings
  `.split(/\s+/),
);

/** What the names of derived GraphQL types end in: a definition `processWhere` would meet the one of `process`. */
export const TYPE_SUFFIXES: readonly string[] =
  'Ability Change Connection Edge Event Field FieldAccess Filter Input Order OrderBy OrderField Payload Where'.split(
    ' ',
  );

/** Names (and columns) that a field can't have because every record has them, conditions use them, or Postgres does. */
export const RESERVED_FIELD_NAMES: ReadonlySet<string> = new Set(
  `id ids versions node realm realm_id archive archive_id folder folder_id client client_id owner owner_id version createdAt
  created_at updatedAt updated_at deletedAt deleted_at fieldAccess fieldLevel abilities access and or not where trash
  clientMutationId records workspace plane planes viewer cursor ctid xmin xmax cmin cmax tableoid oid`.split(/\s+/),
);
