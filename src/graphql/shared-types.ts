import type { CompanyApplication, RightAtLevel } from '../administration/applications.ts';
import type { Company } from '../administration/companies.ts';
import type { WorkspaceLock } from '../administration/workspace-locks.ts';
import type { ArchiveNode, ClientNode, FolderNode, RecordNode, UserNode } from '../reader/record-node.ts';
import type { Builder } from './builder.ts';
import type { Context } from './context.ts';

/** The page of a list, as `pageInfo` shows it. */
export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** Loads an object by the parts of its global id; null if there is none for this viewer. */
export type NodeLoader = (parts: readonly string[], context: Context) => Promise<object | null>;

/** Types that several nouns refer to. Their fields are defined where they belong: src/graphql/tree, src/graphql/records, src/graphql/admin. */
export function createSharedTypes(builder: Builder) {
  /** How `node(id)` loads types that aren't records: each noun adds its own, by type name. */
  const loaders = new Map<string, NodeLoader>();
  /** Which type an object has that a loader gave. */
  const typeNames = new WeakMap<object, string>();
  return {
    loaders,
    typeNames,
    Node: builder.interfaceRef<object>('Node'),
    PageInfo: builder.objectRef<PageInfo>('PageInfo'),
    OrderDirection: builder.enumType('OrderDirection', { values: ['ASC', 'DESC'] as const }),
    FieldLevel: builder.enumType('FieldLevel', {
      description: 'What the viewer may do with a field.',
      values: {
        HIDDEN: { description: 'The field reads as null.' },
        READ: { description: 'The field can be read.' },
        EDIT: { description: 'The field can be read and changed.' },
      } as const,
    }),
    UserRole: builder.enumType('UserRole', {
      description: 'The role of an account (U1).',
      values: ['ADMINISTRATOR', 'INTERNAL', 'EXTERNAL', 'GUEST'] as const,
    }),
    Archive: builder.objectRef<ArchiveNode>('Archive'),
    Folder: builder.objectRef<FolderNode>('Folder'),
    Client: builder.objectRef<ClientNode>('Client'),
    User: builder.objectRef<UserNode>('User'),
    /** Administrators list them; others know those in which they have rights. */
    Company: builder.objectRef<Company>('Company'),
    CompanyApplication: builder.objectRef<CompanyApplication>('CompanyApplication'),
    RightAtLevel: builder.objectRef<RightAtLevel>('RightAtLevel'),
    RightLevel: builder.enumType('RightLevel', {
      description: 'What a right allows (R1).',
      values: {
        NONE: { description: 'Nothing.' },
        DISPLAY: { description: 'To read.' },
        EDIT: { description: 'To read and to write.' },
      } as const,
    }),
    WorkspaceLock: builder.objectRef<WorkspaceLock>('WorkspaceLock'),
    /** The type of each definition's records, by its name. */
    records: new Map<string, RecordRef>(),
  };
}

export type RecordRef = PothosSchemaTypes.ImplementableObjectRef<Builder['$inferSchemaTypes'], RecordNode>;
/** The same, and types of records in other states. */
export type AnyRecordRef = PothosSchemaTypes.ObjectRef<Builder['$inferSchemaTypes'], RecordNode>;
export type SharedTypes = ReturnType<typeof createSharedTypes>;
