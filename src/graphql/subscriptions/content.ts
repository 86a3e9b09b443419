import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLResolveInfo } from 'graphql';
import type { Content } from '../../delivery/delivery.ts';
import type { Viewer } from '../../access/viewers.ts';
import type { Context } from '../context.ts';
import { keepText } from '../executor/stringify.ts';
import type { Operation } from '../executor/execute.ts';
import { measureOf } from '../limits.ts';
import { contentDocument, type AskedContent, type ContentDocument } from './content-document.ts';

/** What a change tells of its record or entry, by response key, and what of it failed; paths begin with the response key. */
export interface ToldContent {
  values: Record<string, object>;
  errors: readonly GraphQLFormattedError[];
}

/** What a selection says of the content before any is read. */
export type ContentTraits = Pick<Content, 'personal' | 'tellsAccess' | 'tellsOthers'>;

/** What the subscriber adds to the context of a subscription. */
export interface SubscribingContext extends Context {
  /** Runs a query for any viewer. */
  execute: (operation: Operation) => Promise<FormattedExecutionResult>;
  /** The variables as the client sent them. */
  variables: Readonly<Record<string, unknown>>;
}

/** Where content is read: a list of the query type that takes ids, and how it names what a delivery knows by workspace and uuid. */
export interface ContentSource {
  list: string;
  /** The type to read, where the list may give others. */
  type: string | null;
  idOf: (workspace: number, uuid: string) => string;
}

/** Ids that one statement reads at most, … */
const AT_ONCE = 500;
/** … and fields that its answer may have: what is made of it holds everybody else up. */
const FIELDS_AT_ONCE = 20_000;

/** What a subscription asks for of its records or entries, as a delivery reads it: by the very query that a client would ask. */
export function contentOf(
  info: GraphQLResolveInfo,
  context: Context,
  asked: readonly AskedContent[],
  source: ContentSource,
  traits: ContentTraits,
): Content {
  if (asked.length === 0)
    return { key: '', isRead: false, personal: false, tellsAccess: false, tellsOthers: false, read: readNothing };
  const { variables } = context as SubscribingContext;
  const query = contentDocument(info, asked, source, variables);
  const { fields } = measureOf(info.operation, info.fragments, variables);
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(FIELDS_AT_ONCE / fields)));
  return {
    ...traits,
    key: query.key,
    isRead: true,
    async read(viewer, workspace, ids) {
      const found = new Map<string, ToldContent>();
      for (let from = 0; from < ids.length; from += atOnce) {
        const some = ids.slice(from, from + atOnce);
        const named = some.map((id) => source.idOf(workspace, id));
        const told = await readSome(context as SubscribingContext, viewer, query, named);
        for (const [index, id] of some.entries()) {
          const content = told(index);
          if (content !== null) found.set(id, content);
        }
      }
      return found;
    },
  };
}

/** Nothing but kinds and ids is asked for. Whether a record is still there was found out already. */
function readNothing(_viewer: Viewer, _workspace: number, ids: readonly string[]): Promise<Map<string, ToldContent>> {
  return Promise.resolve(new Map(ids.map((id) => [id, { values: {}, errors: [] }])));
}

/** What was read for each id, by its index; null where the viewer doesn't see anything of it. */
async function readSome(
  context: SubscribingContext,
  viewer: Viewer,
  { document, variables, ids: name }: ContentDocument,
  ids: readonly string[],
): Promise<(index: number) => ToldContent | null> {
  const { data, errors = [] } = await context.execute({
    document,
    variables: { ...variables, [name]: ids },
    // The operation of the client was measured when it began; how many changes come at once isn't its doing.
    context: { ...context, viewer, limits: { ...context.limits, complexity: Infinity } },
  });
  const whole = errors.find(({ path = [] }) => path.length < 2);
  if (whole !== undefined || data == null) throw new Error(whole?.message ?? 'The content of changes can not be read.');
  return (index) => {
    const values = Object.create(null) as Record<string, object>;
    for (const key in data) {
      const value = (data[key] as (object | null)[])[index];
      if (value != null) values[key] = keepText(value);
    }
    const failed = errors
      .filter(({ path }) => path![1] === index)
      .map(({ path, message, extensions }) => ({ message, path: [path![0]!, ...path!.slice(2)], extensions }));
    return Object.keys(values).length + failed.length === 0 ? null : { values, errors: failed };
  };
}
