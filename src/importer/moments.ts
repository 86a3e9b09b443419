import { ValueError } from '../compiler/value-error.ts';

/** Turns a date or a moment as a file writes it into ISO 8601, for the one place that checks calendars. */
export type ToIso = (text: string) => string;

const OFFSET = /(?:Z|[+-]\d{2}(?::?\d{2})?)$/;
const TOKENS: Record<string, string> = {
  yyyy: '(?<yyyy>\\d{4})',
  MM: '(?<MM>\\d{1,2})',
  dd: '(?<dd>\\d{1,2})',
  HH: '(?<HH>\\d{1,2})',
  mm: '(?<mm>\\d{2})',
  ss: '(?<ss>\\d{2})',
};

/** Dates: by a format such as `dd.MM.yyyy`, else as they are. Throws Error for a format without day, month and year. */
export function dateReader(format: string | undefined): ToIso {
  if (format === undefined) return (text) => text;
  const read = formatReader(format);
  return (text) => read(text).date;
}

/**
 * Moments: by a format, else ISO 8601 with `T` or a space. One without an offset is the time of the clocks in `timeZone`;
 * without a time zone it stays without, and is refused by whoever checks it. Throws Error for a bad format or zone.
 */
export function momentReader(format: string | undefined, timeZone: string | undefined): ToIso {
  const clock = timeZone === undefined ? null : zoneClock(timeZone);
  const read = format === undefined ? null : formatReader(format);
  return (text) => {
    if (read) {
      const { date, time } = read(text);
      return clock ? clock(`${date}T${time}`) : `${date}T${time}`;
    }
    const offset = /\d[T ]\d/.test(text) ? OFFSET.exec(text)?.[0] : undefined;
    if (offset === undefined) return clock ? clock(text.replace(' ', 'T')) : text;
    return text.slice(0, -offset.length).trimEnd() + fullOffset(offset);
  };
}

/** `+0200` and `+02` → `+02:00`. */
function fullOffset(offset: string): string {
  if (offset === 'Z' || offset.includes(':')) return offset;
  return `${offset.slice(0, 3)}:${offset.slice(3) || '00'}`;
}

function formatReader(format: string): (text: string) => { date: string; time: string } {
  const source = format.replace(
    /yyyy|MM|dd|HH|mm|ss|[^]/g,
    (part) => TOKENS[part] ?? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'),
  );
  const used = new Set(format.match(/yyyy|MM|dd|HH|mm|ss/g));
  for (const token of ['yyyy', 'MM', 'dd'])
    if (!used.has(token))
      throw new Error(`the format "${format}" has no ${token} (yyyy, MM, dd, HH, mm and ss are known)`);
  const pattern = new RegExp(`^${source}$`);
  return (text) => {
    const found = pattern.exec(text)?.groups;
    if (!found) throw new ValueError(`must be written as ${format}`);
    const two = (token: string) => (found[token] ?? '0').padStart(2, '0');
    return { date: `${found.yyyy}-${two('MM')}-${two('dd')}`, time: `${two('HH')}:${two('mm')}:${two('ss')}` };
  };
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?$/;
const DAY = 86_400_000;

/** Adds the offset that clocks in a zone had then. */
function zoneClock(timeZone: string): ToIso {
  const offsetAt = offsetsOf(timeZone);
  return (local) => {
    const found = LOCAL.exec(local);
    if (!found) return local;
    const [year = 0, month = 1, day, hour, minute, second] = found.slice(1).map((part) => Number(part || 0));
    const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
    // The offset of the day before or of the day after: they differ only where clocks were changed in between.
    const possible = new Set([offsetAt(asUtc - DAY), offsetAt(asUtc + DAY)]);
    const fitting = [...possible].filter((offset) => offsetAt(asUtc - offset * 60_000) === offset);
    if (fitting.length === 0)
      throw new ValueError(`is a time that clocks in ${timeZone} skipped; write it with its offset`);
    if (fitting.length > 1)
      throw new ValueError(`is a time that clocks in ${timeZone} had twice; write it with its offset`);
    return local + offsetText(fitting[0] ?? 0);
  };
}

/** Minutes east of UTC at a moment. */
function offsetsOf(timeZone: string): (at: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  } catch {
    throw new Error(`"${timeZone}" is no time zone; they are called like "Europe/Amsterdam"`);
  }
  const known = new Map<number, number>();
  return (at) => {
    // Clocks are changed on the quarter of an hour at most.
    const quarter = Math.floor(at / 900_000);
    const kept = known.get(quarter);
    if (kept !== undefined) return kept;
    const name = format.formatToParts(quarter * 900_000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
    const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
    if (known.size > 100_000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
