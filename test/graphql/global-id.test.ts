import { expect, test } from 'vitest';
import { decodeId, decodeNumber, decodeRecordId, decodeUuid, encodeId, recordId } from '../../src/graphql/global-id.ts';

const uuid = '01a20086-25cd-7233-a817-3e0c11074c6f';

test('ids name a type and what identifies an object in it', () => {
  expect(decodeRecordId(recordId('Process', 3, uuid), 'Process')).toEqual({ workspace: 3, uuid });
  expect(decodeUuid(encodeId('Archive', uuid), 'Archive')).toBe(uuid);
  expect(decodeNumber(encodeId('Plane', 7), 'Plane')).toBe(7);
});

test('an id of another type is no id', () => {
  expect(decodeRecordId(recordId('Process', 3, uuid), 'Document')).toBeNull();
  expect(decodeRecordId(encodeId('Process', uuid), 'Process')).toBeNull();
  expect(decodeUuid(recordId('Archive', 3, uuid), 'Archive')).toBeNull();
  expect(decodeUuid(encodeId('Plane', 7), 'Plane')).toBeNull();
  expect(decodeNumber(encodeId('Plane', uuid), 'Plane')).toBeNull();
});

test('only the one spelling that the server gives is an id', () => {
  const id = recordId('Process', 3, uuid);
  for (const wrong of [
    '',
    `${id}=`,
    ` ${id}`,
    id.slice(0, -1),
    uuid,
    encodeId('Process', 3, uuid.toUpperCase()),
    encodeId('Process', 0, uuid),
    encodeId('Process', '03', uuid),
    encodeId('Process', 2147483648, uuid),
    encodeId('process', 3, uuid),
    encodeId('Process', 3, 4, uuid),
    encodeId('Process'),
    'A'.repeat(10_000),
  ]) {
    expect(decodeId(wrong)).toBeNull();
  }
});
