import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtPage } from '../../src/graphiql/build.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';
import { post } from '../server/tiny-server.ts';
import { authorizationFor, followersOf } from '../subscriptions/subscribing.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
/** Where to keep a picture of the two windows, if anywhere. */
const PICTURE = process.env.ROWPLANE_TEST_PICTURE;

describe.skipIf(CHROMIUM === undefined)('two windows of GraphiQL (skipped where no chromium is installed)', () => {
  let demo: DemoDatabase;
  let server: RunningServer;
  let browser: Browser;

  beforeAll(async () => {
    demo = await createDemoDatabase();
    server = await serveDatabase(demo, { page: await builtPage() });
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await demo.drop();
  });

  /** A window of its own, as of another person: nothing is shared with the other one. */
  async function windowOf(name: string): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1120, height: 720 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    await page.goto(`${server.url}/?as=${name}`);
    await answerWith(page, `"name": "${name}"`);
    return page;
  }

  const answerWith = (page: Page, text: string) =>
    page.waitForFunction(
      (expected) => document.querySelector('.result-window')?.textContent.replaceAll('\u00a0', ' ').includes(expected),
      text,
    );

  /** As people do: they see what they are going to run before they run it. */
  async function openTab(page: Page, name: string | RegExp, shows: string): Promise<void> {
    await page.getByRole('tab', { name }).click();
    await page.waitForFunction(
      (text) => document.querySelector('.graphiql-query-editor')?.textContent.includes(text),
      shows,
    );
  }

  async function run(page: Page, operation?: string): Promise<void> {
    await page.getByRole('button', { name: /execute query/i }).click();
    if (operation !== undefined) await page.getByRole('menuitem', { name: operation }).click();
  }

  /** The id of a process that the window shows; there it is broken into lines. */
  async function someProcess(name: string): Promise<string> {
    const authorization = await authorizationFor({ secret: demo.database.secret, user: demo.people[name]! });
    const query = '{ processes(first: 1, where: { endedAt: { isSet: false } }) { nodes { id } } }';
    const { answer } = await post(server.url, query, { authorization });
    return (answer.data as { processes: { nodes: { id: string }[] } }).processes.nodes[0]!.id;
  }

  test('one places a process in a mailbox, and the other sees it arrive', async () => {
    const [cleo, ben] = [await windowOf('cleo'), await windowOf('ben')];
    await openTab(cleo, 'Mailbox', 'mailboxChanged');
    await run(cleo);
    await followersOf(server.url, 1);

    await openTab(ben, /Choose|Place/, 'placeInMailbox');
    await run(ben, 'Choose');
    await answerWith(ben, '"reference"');
    const process = await someProcess('ben');
    const to = btoa(`User:${demo.people.cleo}`).replace(/=+$/, '');
    await ben.getByRole('button', { name: 'Variables' }).click();
    await ben.locator('.graphiql-editor-tool .monaco-editor').first().click();
    await ben.keyboard.press('ControlOrMeta+A');
    // Pasted, as people would: what is typed, the editor completes by itself.
    const variables = JSON.stringify({ records: [process], to }, null, 2);
    await ben.evaluate((text) => navigator.clipboard.writeText(text), variables);
    await ben.keyboard.press('ControlOrMeta+V');
    await run(ben, 'Place');
    await answerWith(ben, '"placed": 1');

    await answerWith(cleo, '"kind": "PLACED"');
    await answerWith(cleo, 'The site plan is here now.');
    if (PICTURE !== undefined) await takePicture([cleo, ben], PICTURE);
    expect(await cleo.title()).toBe('Rowplane as cleo');
  });

  /** The windows side by side, as one picture. */
  async function takePicture(pages: Page[], path: string): Promise<void> {
    const shots = await Promise.all(pages.map(async (page) => (await page.screenshot()).toString('base64')));
    const both = await browser.newPage({ viewport: { width: 2256, height: 720 } });
    await both.setContent(
      `<body style="margin:0;display:flex;gap:16px;background:#888">${shots.map((shot) => `<img src="data:image/png;base64,${shot}">`).join('')}</body>`,
    );
    await both.screenshot({ path });
    await both.close();
  }
});
