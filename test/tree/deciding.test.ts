import { expect, test } from 'vitest';
import { ANONYMOUS, EVERYONE, GUESTS, useTree } from './world.ts';

let [ben, cleo, gus, hana]: string[] = [];
const at: Record<string, string> = {};
const tree = useTree(async (here) => {
  [ben, cleo, gus, hana] = [
    await here.user('ben'),
    await here.user('cleo'),
    await here.user('gus', 'EXTERNAL'),
    await here.user('hana', 'GUEST'),
  ];
  await here.admit(ben, cleo, gus);
  at.root = here.archive;
  at.a = await here.folder(here.archive, 'a');
  at.ab = await here.folder(at.a, 'ab');
  at.abc = await here.folder(at.ab, 'abc');
  at.z = await here.folder(here.archive, 'z');
  for (const [name, folder] of Object.entries(at)) await here.document(folder, name);
});

const ALL = ['a', 'ab', 'abc', 'root', 'z'];

test('P6: where nobody changed anything, everybody but guests sees everything', async () => {
  expect(await tree().titles(ben!)).toEqual(ALL);
  expect(await tree().titles(gus!)).toEqual(ALL);
  expect(await tree().titles(hana!)).toEqual([]);
  expect(await tree().titles(ANONYMOUS)).toEqual([]);
  expect(await tree().folders(ben!)).toEqual(['Matter 1', 'a', 'ab', 'abc', 'z']);
});

test('P3, P4: a DENY on a folder reaches what inherits below it, and overrules any ALLOW', async () => {
  await tree().entry(at.ab!, ben!, 'VIEW', 'DENY');
  expect(await tree().titles(ben!)).toEqual(['a', 'root', 'z']);
  expect(await tree().folders(ben!)).toEqual(['Matter 1', 'a', 'z']);
  expect(await tree().titles(cleo!)).toEqual(ALL);
  await tree().entry(at.abc!, ben!, 'VIEW', 'ALLOW');
  expect(await tree().titles(ben!)).toEqual(['a', 'root', 'z']);
  expect(await tree().misplaced()).toEqual([]);
  await tree().withdraw(at.abc!, ben!, 'VIEW');
  await tree().withdraw(at.ab!, ben!, 'VIEW');
  expect(await tree().titles(ben!)).toEqual(ALL);
  expect(await tree().misplaced()).toEqual([]);
});

test('P4: an ALLOW below is enough where nothing denies', async () => {
  await tree().entry(at.ab!, hana!, 'VIEW', 'ALLOW');
  expect(await tree().titles(hana!)).toEqual(['ab', 'abc']);
  expect(await tree().folders(hana!)).toEqual(['ab', 'abc']);
  await tree().withdraw(at.ab!, hana!, 'VIEW');
});

test('P5: what breaks inheritance may be visible again below a DENY', async () => {
  await tree().breakAt(at.abc!);
  await tree().entry(at.a!, ben!, 'VIEW', 'DENY');
  expect(await tree().titles(ben!)).toEqual(['abc', 'root', 'z']);
  expect(await tree().folders(ben!)).toEqual(['Matter 1', 'abc', 'z']);
  await tree().withdraw(at.a!, ben!, 'VIEW');
  await tree().restoreAt(at.abc!);
  expect(await tree().titles(ben!)).toEqual(ALL);
});

test('U9: a DENY to Everyone reaches guests and anonymous, an ALLOW reaches neither', async () => {
  await tree().entry(at.z!, GUESTS, 'VIEW', 'ALLOW');
  expect(await tree().titles(hana!)).toEqual(['z']);
  await tree().entry(at.z!, EVERYONE, 'VIEW', 'DENY');
  expect(await tree().titles(hana!)).toEqual([]);
  await tree().withdraw(at.z!, EVERYONE, 'VIEW');
  await tree().entry(at.z!, EVERYONE, 'VIEW', 'ALLOW');
  expect(await tree().titles(ANONYMOUS)).toEqual([]);
  await tree().withdraw(at.z!, EVERYONE, 'VIEW');
  await tree().withdraw(at.z!, GUESTS, 'VIEW');
  expect(await tree().misplaced()).toEqual([]);
});
