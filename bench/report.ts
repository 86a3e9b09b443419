import type { HttpResult } from './http-section.ts';
import { linesOf } from './layers-section.ts';
import type { Results } from './results.ts';
import { linesOfSubscriptions } from './subscriptions-section.ts';
import { CONTROL, LIST, NAIVE, OURS, TABLE, type Measure } from './sql-section.ts';

/** The results as Markdown, for a terminal and for docs/performance.md alike. */
export function report({
  machine,
  date,
  size,
  load,
  sql,
  http,
  saving,
  starting,
  layers,
  subscriptions,
}: Results): string {
  const parts = [
    `${machine}; ${date.slice(0, 16).replace('T', ' ')} UTC; load ${load.map((each) => each.toFixed(1)).join(' before, ')} after; ` +
      `${size.toLocaleString('en')} documents in each of two workspaces.`,
  ];
  if (sql) parts.push(sqlTable(sql), aims(sql));
  if (http) parts.push(httpTable(http));
  if (saving) {
    parts.push(
      `Saving a plane over ${saving.definitions} definitions, with ${saving.planes} planes: new ${saving.created.toFixed(0)} ms, changed ${saving.changed.toFixed(0)} ms (aim: under 300).`,
    );
  }
  if (starting) {
    parts.push(
      `\`npm start\` from nothing: ${(starting.fromNothing / 1000).toFixed(1)} s (aim: under 15); again: ${(starting.again / 1000).toFixed(1)} s (aim: under 3); memory then: ${starting.memory ?? '?'} MB.`,
    );
  }
  if (subscriptions) parts.push(linesOfSubscriptions(subscriptions).join('\n'));
  if (layers) parts.push(linesOf(layers).join('\n'));
  return parts.join('\n\n');
}

/** Milliseconds; the faster one of the two ways to write it by hand. */
function sqlTable(measures: readonly Measure[]): string {
  const rows = measures.map((measure) => {
    const { what, share, sees, planes, realms, times } = measure;
    const hand = byHand(measure);
    return [
      share,
      sees,
      planes,
      realms.toLocaleString('en'),
      what,
      time(times[OURS]?.median),
      time(hand.median),
      hand.way,
      time(times[NAIVE]?.median),
      ratio(times[OURS]!.median / hand.median),
    ];
  });
  const head = ['sees', 'in', 'of planes', 'realms', 'what', 'Rowplane', 'by hand', 'with', 'naive RLS', 'to by hand'];
  return table([head, ...rows]);
}

function byHand({ times }: Measure): { median: number; way: string } {
  const ways = [
    { median: times[LIST]!.median, way: 'list' },
    { median: times[TABLE]!.median, way: 'table' },
  ];
  return ways.reduce((best, way) => (way.median < best.median ? way : best));
}

/** The ratios that were aimed at. */
function aims(measures: readonly Measure[]): string {
  const find = (wanted: Partial<Measure>): Measure | undefined =>
    measures.find((measure) => Object.entries(wanted).every(([key, value]) => measure[key as keyof Measure] === value));
  const rows: Cell[][] = [['aim', 'measured', 'wanted']];
  const add = (aim: string, value: number | undefined, wanted: string): void => {
    if (value !== undefined && Number.isFinite(value)) rows.push([aim, ratio(value), wanted]);
  };
  const realmCounts = [...new Set(measures.map(({ realms }) => realms))].sort((a, b) => a - b);
  const many = realmCounts.at(-1);
  for (const realms of realmCounts) {
    for (const what of ['first page', 'by id']) {
      const measure = find({ what, share: '100 %', sees: 'one plane', planes: 1, realms });
      const name = `${what}, 100 %, ${realms.toLocaleString('en')} realms: to the faster one by hand`;
      if (measure) add(name, measure.times[OURS]!.median / byHand(measure).median, '≤ 1.3');
    }
  }
  for (const realms of realmCounts) {
    const measure = find({ what: 'first page', share: '0.005 %', sees: 'one plane', planes: 1, realms });
    if (!measure) continue;
    const { times } = measure;
    const name = `first page, 0.005 %, ${realms.toLocaleString('en')} realms: times faster than`;
    add(`${name} by hand with the table of assignments`, times[TABLE]!.median / times[OURS]!.median, '≥ 100');
    add(`${name} naive row security`, (times[NAIVE]?.median ?? Number.NaN) / times[OURS]!.median, '');
  }
  const toControl = (planes: number): number | undefined => {
    const times = find({ what: 'first page', share: '100 %', sees: 'one plane', planes, realms: many })?.times;
    return times && times[OURS]!.median / times[CONTROL]!.median;
  };
  add(`first page, 100 %: ${many?.toLocaleString('en')} realms to 10 realms`, toControl(1), '≤ 1.2');
  const one = toControl(1);
  const most = Math.max(...measures.map(({ planes }) => planes));
  const all = toControl(most);
  if (one && all) add(`first page, 100 %: ${most} planes in the workspace to 1`, all / one, '≤ 1.2');
  const rare = find({ what: 'first page', sees: 'rare records' })?.times;
  if (rare)
    add(
      'first page: a restriction that one record in 10,000 meets to none',
      rare[OURS]!.median / rare[CONTROL]!.median,
      '≤ 2',
    );
  return table(rows);
}

function httpTable({ measures, memory }: HttpResult): string {
  const rows: Cell[][] = measures.map(({ what, rowplane, postgraphile, latency, target }) => [
    what,
    rowplane.toFixed(0),
    postgraphile.toFixed(0),
    `${latency.rowplane.toFixed(0)} / ${latency.postgraphile.toFixed(0)} ms`,
    ratio(rowplane / postgraphile),
    `≥ ${target}`,
  ]);
  rows.push(['memory at its highest', `${memory.rowplane ?? '?'} MB`, `${memory.postgraphile ?? '?'} MB`, '', '', '']);
  return table([['requests per second', 'Rowplane', 'PostGraphile 5', 'half within', 'ratio', 'wanted'], ...rows]);
}

type Cell = string | number;

const time = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0);
const ratio = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

/** A Markdown table whose columns are in line. */
function table([head = [], ...rows]: Cell[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => String(row[column] ?? '').length)));
  const line = (row: Cell[]): string =>
    `| ${row.map((cell, column) => String(cell).padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}
