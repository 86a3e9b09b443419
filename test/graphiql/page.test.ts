import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtPage } from '../../src/graphiql/build.ts';
import type { RunningServer } from '../../src/server/start-server.ts';
import { createDemoDatabase, type DemoDatabase } from '../demo/demo-database.ts';
import { serveDatabase } from '../server/serve-database.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

describe.skipIf(CHROMIUM === undefined)('GraphiQL in a browser (skipped where no chromium is installed)', () => {
  let demo: DemoDatabase;
  let server: RunningServer;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    demo = await createDemoDatabase();
    server = await serveDatabase(demo, { page: await builtPage() });
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => {
      const foreign = !request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url());
      if (foreign) complaints.push(`asked elsewhere: ${request.url()}`);
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await demo.drop();
  });

  /** Waits until the answer on the page says what is expected. */
  const answerWith = (text: string) =>
    page.waitForFunction(
      (expected) => document.querySelector('.result-window')?.textContent.replaceAll('\u00a0', ' ').includes(expected),
      text,
    );

  async function runTab(name: string): Promise<void> {
    await page.getByRole('tab', { name }).click();
    await page.getByRole('button', { name: /execute query/i }).click();
  }

  test('shows what the viewer in its address sees', async () => {
    await page.goto(`${server.url}/?as=cleo`);
    await answerWith('"totalCount": 1500');
    await answerWith('"fieldAccess"');
    expect(await page.title()).toBe('Rowplane as cleo');
  });

  test('View as: another viewer sees something else, by the same query', async () => {
    await page.selectOption('#view-as', 'dara');
    await answerWith('"totalCount": 15,');
    await page.selectOption('#view-as', 'anonymous');
    await answerWith('"isAnonymous": true');
    await answerWith('"totalCount": 0');
  });

  test('its other queries are ready to run', async () => {
    await page.selectOption('#view-as', 'gus');
    await answerWith('"name": "gus"');
    await runTab('Documents');
    await answerWith('"notesLevel": "EDIT"');
    await answerWith('"notesLevel": "HIDDEN"');
    await runTab('Definition');
    await answerWith('"definition"');
    await runTab('Rights');
    await answerWith('"name": "Second-level reviewers"');
  });

  test('a tab that was just opened runs its own query, for the viewer chosen at once', async () => {
    await page.getByRole('tab', { name: 'Processes' }).click();
    await page.selectOption('#view-as', 'cleo');
    await answerWith('"responsibleLevel"');
    await answerWith('"totalCount": 1500');
  });

  test('needs nothing from elsewhere, and its content security policy lets it work', () => {
    expect(complaints).toEqual([]);
  });
});
