import type { GraphQLSchema } from 'graphql';
import type { Definitions } from '../compiler/definition.ts';
import { defineAdministration } from './admin/define-administration.ts';
import { createBuilder, type Kit } from './builder.ts';
import { definePageInfo } from './connections.ts';
import { defineNode } from './node.ts';
import { defineDefinitions } from './records/definition-types.ts';
import { defineRecords } from './records/define-records.ts';
import { defineScalars } from './scalars.ts';
import { createSharedTypes } from './shared-types.ts';
import { defineAccessChanges } from './subscriptions/access-changes.ts';
import { defineTree } from './tree/define-tree.ts';

/** The schema of a deployment: its definitions' records, and everything around them. */
export function createSchema(definitions: Definitions): GraphQLSchema {
  const builder = createBuilder();
  const kit: Kit = { builder, definitions, types: createSharedTypes(builder) };
  builder.queryType({});
  builder.mutationType({});
  builder.subscriptionType({});
  defineScalars(builder);
  definePageInfo(kit);
  defineNode(kit);
  defineTree(kit);
  defineRecords(kit);
  defineDefinitions(kit);
  defineAccessChanges(kit);
  defineAdministration(kit);
  return builder.toSchema();
}
