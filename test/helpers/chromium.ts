import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

/** How a reader has it: `width` in CSS pixels. */
export type Reader = { readonly scheme: 'light' | 'dark'; readonly width: number };

/** What a page did in the browser that it must not do. */
export type Mischief = { readonly messages: readonly string[]; readonly requests: readonly string[]; readonly dialogs: readonly string[] };

export type Reading = { readonly browser: Browser; readonly close: () => Promise<void> };

const AXE = axe.source;

/** Starts the chromium of this machine, without a window and with nothing of a user's. */
export async function startChromium(): Promise<Reading> {
  const home = await mkdtemp(join(tmpdir(), 'iu-chromium-'));
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-component-update', '--disable-sync'],
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function findChromium(): string {
  const found = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  const path = found.find((each) => existsSync(each));
  if (path === undefined) throw new Error('no chromium in PATH');
  return path;
}

/** Opens a page as a file, lets `look` look at it, and tells what the page did beside being read. Whatever it asks for is refused. */
export async function readPage<T>(
  browser: Browser,
  text: string,
  options: { readonly reader: Reader; readonly look: (page: Page) => Promise<T> },
): Promise<{ readonly seen: T; readonly mischief: Mischief }> {
  const { reader, look } = options;
  const folder = await mkdtemp(join(tmpdir(), 'iu-page-'));
  const path = join(folder, 'report.html');
  await writeFile(path, text);
  const context = await browser.newContext({ bypassCSP: true, colorScheme: reader.scheme, viewport: { width: reader.width, height: 900 } });
  const [messages, requests, dialogs]: [string[], string[], string[]] = [[], [], []];
  try {
    const page = await context.newPage();
    const address = pathToFileURL(path).href;
    page.on('console', (message) => messages.push(message.text()));
    page.on('pageerror', (error) => messages.push(error.message));
    page.on('request', (request) => (request.url() === address ? undefined : requests.push(request.url())));
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.route('**/*', (route) => (route.request().url() === address ? route.continue() : route.abort()));
    await page.goto(address);
    return { seen: await look(page), mischief: { messages, requests, dialogs } };
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything axe-core finds wrong with a page: the rule, and the element. */
export async function listBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  return decodeViolations(found);
}

function decodeViolations(found: unknown): readonly string[] {
  if (typeof found !== 'object' || found === null || !('violations' in found) || !Array.isArray(found.violations))
    throw new Error('axe-core did not answer');
  return found.violations.flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
  );
}
