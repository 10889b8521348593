import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../src/core/report/report.ts';
import { renderHtml } from '../../src/formats/check/html.ts';
import { renderReportHtml } from '../../src/formats/report/html.ts';
import { HOSTILE as HOSTILE_CHECK } from '../formats/check/outcomes.ts';
import { SAMPLE } from '../formats/check/sample.ts';
import { EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, QUIET, REPORT } from '../formats/report/reports.ts';
import { listBarriers, readPage, type Reader, startChromium } from '../helpers/chromium.ts';
import { systemTest } from '../helpers/system.ts';

const render = (report: Report): string =>
  renderReportHtml(report, { version: '0.1.0', perImage: false, mail: { to: ['root'], from: null } });

const READERS: readonly Reader[] = [
  { scheme: 'light', width: 1280 },
  { scheme: 'light', width: 360 },
  { scheme: 'dark', width: 1280 },
  { scheme: 'dark', width: 360 },
];
const NO_MISCHIEF = { messages: [], requests: [], dialogs: [] };

/** Every element of the page as the browser has parsed it, with the names of its attributes; a break in a long name is none. */
const BONES = `[...document.querySelectorAll(':not(wbr)')].map(({ localName, attributes }) => [localName, ...[...attributes].map(({ name }) => name).sort()].join(' '))`;
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

const openAll = (page: Page): Promise<unknown> =>
  page.evaluate('document.querySelectorAll("details").forEach((each) => (each.open = true))');

systemTest('a page in a browser', ['chromium'], () => {
  let browser: Browser;
  let close: () => Promise<void>;
  beforeAll(async () => ({ browser, close } = await startChromium()));
  afterAll(() => close());

  it.each([
    ['the report of a week', render(REPORT)],
    ['the report of a quiet week', render(QUIET)],
    ['the first report', render(FIRST)],
    ['the report of a fleet', render(FLEET)],
    ['the report after one that may not have arrived', render(INTERRUPTED)],
    ['a report of news only', render({ ...REPORT, onlyNew: true })],
    ['a report of hostile texts', render(HOSTILE)],
    ['a check', renderHtml(SAMPLE, { version: '0.1.0' })],
    ['a check of hostile texts', renderHtml(HOSTILE_CHECK, { version: '0.1.0' })],
  ])('%s asks for nothing, fits into narrow and wide windows, and has no barrier, light and dark', async (_, text) => {
    for (const reader of READERS) {
      const look = async (page: Page) => {
        const folded: unknown = await page.evaluate(OVERFLOW);
        await openAll(page);
        return { overflow: [folded, await page.evaluate(OVERFLOW)], barriers: await listBarriers(page) };
      };
      const { seen, mischief } = await readPage(browser, text, { reader, look });
      expect({ reader, ...seen, mischief }).toEqual({ reader, overflow: [0, 0], barriers: [], mischief: NO_MISCHIEF });
    }
  });

  it('finds what a page must not do and must not be, so that this test can fail', async () => {
    const text = `<title>x</title><p style="width: 500px; color: #ccc">faint words</p><img src="http://127.0.0.1:9/x"><script>alert(1); nothing()</script>`;
    const look = async (page: Page) => ({ overflow: await page.evaluate(OVERFLOW), barriers: await listBarriers(page) });
    const { seen, mischief } = await readPage(browser, text, { reader: READERS[1]!, look });
    expect(seen.overflow).toBeGreaterThan(0);
    expect(seen.barriers.join()).toMatch(/color-contrast.*image-alt|image-alt.*color-contrast/s);
    expect(mischief).toMatchObject({ requests: ['http://127.0.0.1:9/x'], dialogs: ['1'] });
    expect(mischief.messages.join()).toContain('nothing is not defined');
  });

  it('is the same tree of elements whatever the names of images are', async () => {
    const tame: Report = JSON.parse(JSON.stringify(HOSTILE).replaceAll(JSON.stringify(EVIL).slice(1, -1), 'x y'));
    const [hostile, harmless] = await Promise.all(
      [HOSTILE, tame].map((report) => readPage(browser, render(report), { reader: READERS[0]!, look: (page) => page.evaluate(BONES) })),
    );
    expect(hostile?.seen).toEqual(harmless?.seen);
    expect(Array.isArray(hostile?.seen) && hostile.seen.length).toBeGreaterThan(300);
  });

  it('leads from a count to its section, and a click takes all that is to be typed', async () => {
    const look = async (page: Page) => {
      await page.click('nav a[href="#pending"]');
      const top: unknown = await page.evaluate('Math.round(document.querySelector("#pending").getBoundingClientRect().top)');
      await page.click('pre.whole');
      return { top, taken: await page.evaluate('getSelection().toString()'), whole: await page.innerText('pre.whole >> nth=0') };
    };
    const { seen } = await readPage(browser, render(REPORT), { reader: READERS[1]!, look });
    expect(seen.top).toBeGreaterThanOrEqual(0);
    expect(seen.top).toBeLessThan(200);
    expect(seen.taken).toBe(seen.whole);
    expect(seen.whole).toContain('docker pull nginx:1.27');
  });

  it('has both stacks of layers side by side on a phone, standing on what they have in common', async () => {
    const boxes = `['.tower.old', '.tower.new', '.ground'].map((each) => { const { left, right, top, bottom } = document.querySelector(each).getBoundingClientRect(); return { left, right, top, bottom }; })`;
    type Box = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
    const { seen } = await readPage(browser, render(REPORT), { reader: READERS[1]!, look: (page) => page.evaluate<Box[]>(boxes) });
    const [old, now, ground] = [seen[0]!, seen[1]!, seen[2]!];
    expect(old.right).toBeLessThanOrEqual(now.left);
    expect(Math.round(old.bottom)).toBe(Math.round(now.bottom));
    expect(ground.top).toBeGreaterThanOrEqual(now.bottom);
    expect([Math.round(ground.left), Math.round(ground.right)]).toEqual([Math.round(old.left), Math.round(now.right)]);
  });
});
