import { ValueError } from './value-error.ts';

/** Dates and moments are those of the years 1 to 9999: what ISO 8601 spells with four digits. */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(Z|[+-]\d{2}:\d{2})$/;

const EARLIEST = '0001-01-01T00:00:00.000000Z';

/** Checks a calendar date and returns it as it is: `2026-01-31`. Throws ValueError. */
export function readDate(value: unknown): string {
  if (typeof value !== 'string' || dayOf(value) === null)
    throw new ValueError('must be a date such as "2026-01-31", of the years 0001 to 9999');
  return value;
}

/**
 * Reads a moment with an offset (`2026-01-31T12:00:00.5+01:00`, or a JavaScript Date) and returns it in UTC with
 * microseconds (`2026-01-31T11:00:00.500000Z`), so that equal moments are equal texts. Throws ValueError.
 */
export function readDateTime(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return readDateTime(value.toISOString());
  const [, date, hour, minute, second = '0', fraction = '', offset] =
    (typeof value === 'string' && DATE_TIME.exec(value)) || [];
  const day = date === undefined ? null : dayOf(date);
  if (day === null || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59 || minutesOf(offset) === null)
    throw new ValueError('must be a moment with an offset, such as "2026-01-31T12:00:00Z"');
  const time = (Number(hour) * 60 + Number(minute) - (minutesOf(offset) ?? 0)) * 60 + Number(second);
  const moment = new Date(day + time * 1000);
  if (moment.getUTCFullYear() < 1 || moment.getUTCFullYear() > 9999)
    throw new ValueError(`must not lie before ${EARLIEST} or after the year 9999`);
  return `${moment.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0')}Z`;
}

/** Midnight UTC of a date, in milliseconds, or null if there is no such day. */
function dayOf(date: string): number | null {
  const [, year, month, day] = DATE.exec(date) ?? [];
  if (year === undefined || year === '0000') return null;
  const midnight = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return midnight.toISOString().slice(0, 10) === date ? midnight.getTime() : null;
}

/** `+05:30` → 330; null if no place on earth could have that offset. */
function minutesOf(offset: string | undefined): number | null {
  if (offset === undefined) return null;
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  if (minutes > 15 * 60 + 59 || Number(offset.slice(4)) > 59) return null;
  return offset.startsWith('-') ? -minutes : minutes;
}
