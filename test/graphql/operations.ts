import fc from 'fast-check';

/*
 * Generates operations on papers and matters: selections with aliases, fragments, directives, variables, right and wrong arguments. Some are
 * invalid by the rule that fields of one response key must merge; who uses them leaves those out.
 */

export interface Ids {
  paper: string;
  hidden: string;
  matter: string;
  archive: string;
}

const PAPER_LEAVES = [
  'id',
  'title',
  'state',
  'dueAt',
  'day',
  'pages',
  'amount',
  'urgent',
  'notes',
  'version',
  'createdAt',
  'abilities',
  '__typename',
];
const MATTER_LEAVES = ['id', 'name', 'abilities', '__typename'];

const directive = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ' @include(if: $yes)',
      ' @include(if: $no)',
      ' @skip(if: $no)',
      ' @skip(if: $yes)',
      ' @include(if: true) @skip(if: $no)',
    ),
  },
);
const alias = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('a: ', 'b: ', 'c: ', 'id: ', '__proto__: ') },
);

function field(body: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(alias, body, directive).map(([name, text, include]) => {
    const brace = text.indexOf(' {');
    return brace < 0 ? `${name}${text}${include}` : `${name}${text.slice(0, brace)}${include}${text.slice(brace)}`;
  });
}

function selection(...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 5 }).map((all) => `{ ${all.join(' ')} }`);
}

function on(type: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(inner, directive, fc.constantFrom(` on ${type}`, ''))
    .map(([body, include, condition]) => `...${condition}${include} ${body}`);
}

const under = (name: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  inner.map((body) => `${name} ${body}`);

/** Selections of a paper; they use the fragments and variables below. */
export const { paper } = fc.letrec<{ paper: string; matter: string }>((tie) => {
  const leaves = fc.constantFrom(...PAPER_LEAVES);
  const linked = fc.constantFrom(
    'client { id name }',
    'folder { id name path }',
    'archive { name clientsEnabled __typename }',
    'owner { name }',
    'reader { id name displayName role }',
    'fieldAccess { field level }',
    'fieldAccess { a: level f: field __typename }',
    'fieldLevel(field: TITLE)',
    'fieldLevel(field: $field)',
    // What doesn't describe itself is left to graphql-js.
    'archive { selectableClients { name } folders(first: 1) { nodes { name parent { name } } } }',
  );
  return {
    paper: fc.oneof(
      { depthSize: 'small' },
      selection(field(leaves)),
      selection(field(leaves), field(linked), on('Paper', tie('paper')), on('Node', fc.constant('{ id __typename }'))),
      selection(
        field(leaves),
        field(under('matter', tie('matter'))),
        field(under('related', tie('paper'))),
        fc.constantFrom('...PaperParts', '...NodeParts'),
      ),
    ),
    matter: fc.oneof(
      { depthSize: 'small' },
      selection(field(fc.constantFrom(...MATTER_LEAVES))),
      selection(
        field(fc.constantFrom(...MATTER_LEAVES)),
        field(under('parent', tie('matter'))),
        on('Matter', tie('matter')),
      ),
    ),
  };
});

const pageInfo = fc.constantFrom(
  'pageInfo { hasNextPage hasPreviousPage }',
  'pageInfo { startCursor endCursor __typename }',
);
const connection = selection(
  field(under('nodes', paper)),
  field(paper.map((body) => `edges { cursor node ${body} }`)),
  field(pageInfo),
  field(fc.constantFrom('totalCount', '__typename')),
  fc.constant('...ConnectionParts'),
);

const listArguments = fc.constantFrom(
  '',
  '(first: 2)',
  '(first: $size, after: $after)',
  '(last: 3, orderBy: [{ field: TITLE, direction: DESC }, { field: DUE_AT }])',
  '(where: $where, orderBy: $order)',
  '(where: { state: { in: [OPEN, NEW] }, not: { notes: { isSet: true } } }, first: 4)',
  '(view: "open")',
  '(archive: $archive, first: 3)',
  '(first: 0)',
  // Refused.
  '(first: -1)',
  '(first: 2, last: 2)',
  '(view: "none")',
  '(first: 2, after: "forged")',
  '(where: { title: { equals: null } })',
  '(where: $badWhere)',
);

function root(ids: Ids): fc.Arbitrary<string> {
  const id = fc.constantFrom(`"${ids.paper}"`, `"${ids.hidden}"`, '"nonsense"', `"${ids.matter}"`, '$id');
  return fc.oneof(
    { weight: 5, arbitrary: fc.tuple(listArguments, connection).map(([args, body]) => `papers${args} ${body}`) },
    { weight: 2, arbitrary: fc.tuple(id, paper).map(([value, body]) => `paper(id: ${value}) ${body}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(id, paper)
        .map(([value, body]) => `node(id: ${value}) { __typename id ...on Paper ${body} ... on Matter { name } }`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(id, paper)
        .map(
          ([value, body]) =>
            `nodes(ids: [${value}, "${ids.paper}", "x", "${ids.archive}"]) { id ...on Paper ${body} ...on Archive { name } }`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '__typename',
        'viewer { isAnonymous user { name } }',
        'archives(first: 1) { nodes { name } totalCount }',
        '__schema { queryType { name } }',
        'definition(name: "paper") { fields { name level } }',
      ),
    },
  );
}

/** The variables that generated operations use. */
export function variablesFor(ids: Ids): Record<string, unknown> {
  return {
    yes: true,
    no: false,
    id: ids.paper,
    archive: ids.archive,
    size: 3,
    field: 'NOTES',
    where: { or: [{ pages: { atLeast: 1 } }, { title: { isNotSet: true } }] },
    order: [{ field: 'PAGES', direction: 'DESC' }],
    badWhere: { title: { equals: 'a\u0000' } },
  };
}

/** The variables, as operations declare them. */
export const DECLARED =
  '$yes: Boolean!, $no: Boolean!, $id: ID!, $archive: ID, $size: Int, $after: String, $field: PaperField!, $where: PaperWhere, $badWhere: PaperWhere, $order: [PaperOrderBy!]';

export const RECORD_FRAGMENTS = `fragment PaperParts on Paper { title matter { id name } fieldAccess { level } }
fragment NodeParts on Node { id __typename ...on Paper { title @include(if: $yes) } }`;

/** Operations as documents, with all variables declared whether used or not. */
export function operations(ids: Ids): fc.Arbitrary<string> {
  return fc.array(fc.tuple(fc.constantFrom('', 'x: ', 'y: ', 'z: '), root(ids)), { minLength: 1, maxLength: 3 }).map(
    (roots) => `query Generated(${DECLARED}) { ${roots.map(([name, body]) => name + body).join(' ')} }
${RECORD_FRAGMENTS}
fragment ConnectionParts on PaperConnection { totalCount nodes { ...PaperParts id } }`,
  );
}
