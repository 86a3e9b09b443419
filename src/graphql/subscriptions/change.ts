import type { GraphQLResolveInfo } from 'graphql';
import { Refusal } from '../../access/refusals.ts';
import type { Change, Content, Delivery, Follower } from '../../delivery/delivery.ts';
import { describe } from '../describe.ts';
import type { Builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { compileChange, type ToldChange } from './compile-change.ts';
import { contentOf, type ContentSource, type ContentTraits, type ToldContent } from './content.ts';
import { mapped } from './following.ts';
import type { AskedContent } from './content-document.ts';

type AnyChange = Change<string>;
type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<Builder['$inferSchemaTypes'], AnyChange>;

/** What all changes of records and entries tell besides their content. */
export function changeFields(t: FieldBuilder, kind: unknown, what: string, idOf: ContentSource['idOf']) {
  return {
    kind: t.field({
      type: kind as never,
      nullable: false,
      ...describe<AnyChange>({ value: (change) => change.kind }),
    }),
    id: t.id({
      nullable: false,
      description: `Of the ${what}.`,
      ...describe<AnyChange>({ value: ({ workspace, id }) => idOf(workspace, id) }),
    }),
    cursor: t.string({
      nullable: false,
      description: 'Where to go on, as `after`, when the connection was lost: nothing is missed, nothing told twice.',
      ...describe<AnyChange>({ value: (change) => change.cursor }),
    }),
  };
}

/** What a subscription follows of records or entries, and how it is told. */
export interface Followed {
  /** The field of the change type that holds the record or entry. */
  content: string;
  source: ContentSource;
  traits: (info: GraphQLResolveInfo, asked: readonly AskedContent[]) => ContentTraits;
  follow: (delivery: Delivery, content: Content) => Promise<Follower<AnyChange>>;
}

/** Follows, and tells each change in the form of its response. */
export async function followChanges(
  info: GraphQLResolveInfo,
  context: Context,
  { content: field, source, traits, follow }: Followed,
): Promise<Follower<ToldChange>> {
  const compiled = compileChange<AnyChange>(info, {
    content: field,
    contentIn: ({ content }) => content as ToldContent | null,
    own: 'cursor',
    // Of letters that stand in JSON as they are.
    ownText: ({ cursor }) => `"${cursor}"`,
    shared: ({ news }) => news,
  });
  const content = contentOf(info, context, compiled.content, source, traits(info, compiled.content));
  return mapped(await follow(deliveryOf(context), content), compiled.tell);
}

export function deliveryOf({ delivery }: Context): Delivery {
  if (delivery !== null) return delivery;
  throw new Refusal('FORBIDDEN', 'This server follows no changes, so there are no subscriptions here.');
}
