import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report/report.ts';
import { renderReportSlack } from '../../../src/formats/report/slack.ts';
import { escapeSlack, renderSlackCode, renderSlackSentence } from '../../../src/formats/report/slack-escape.ts';
import { makeCrowd } from './entries.ts';
import { EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, NOW, pending, QUIET, REPORT, subject } from './reports.ts';

const ABOUT = { version: '0.1.0', perImage: false, mail: { to: [], from: null } };
const render = (report: Report): string => renderReportSlack(report, ABOUT);

type Text = { readonly type: string; readonly text: string; readonly verbatim?: boolean; readonly emoji?: boolean };
type Payload = {
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly text?: Text; readonly elements?: readonly Text[] }[];
};
const payloadOf = (report: Report): Payload => JSON.parse(render(report)) as Payload;
const textsOf = ({ blocks }: Payload): readonly Text[] =>
  blocks.flatMap(({ text, elements = [] }) => [...(text === undefined ? [] : [text]), ...elements]);

/** Everything Slack refuses a message for. */
function problemsOf(payload: Payload): readonly string[] {
  return [
    ...(payload.blocks.length > 50 ? [`${payload.blocks.length} blocks`] : []),
    ...(JSON.stringify(payload.blocks).length > 13_000 ? ['blocks too long'] : []),
    ...(payload.text === '' ? ['no text'] : []),
    ...payload.blocks.flatMap(({ type, text, elements }) => {
      const most = type === 'header' ? 150 : 3000;
      return [...(text === undefined ? [] : [text]), ...(elements ?? [])]
        .filter((each) => each.text.length > most || each.text === '' || each.type !== (type === 'header' ? 'plain_text' : 'mrkdwn'))
        .map((each) => `${type}: ${each.text.slice(0, 40)}`);
    }),
  ];
}

describe('a report for Slack', () => {
  it('is as it always was', async () => {
    await expect(`${JSON.stringify(JSON.parse(render(REPORT)), null, 2)}\n`).toMatchFileSnapshot('golden/slack.json');
  });

  it('is one line of JSON, as curl -d takes it', () => {
    expect(render(REPORT).indexOf('\n')).toBe(render(REPORT).length - 1);
    expect(payloadOf(REPORT).text).toBe('imgupdate: 6 image updates (2 new) on build01 [1 tag gone, 1 image not checked, 1 hold ended]');
  });

  it('says in one line that nothing is to be told', () => {
    expect(textsOf(payloadOf(QUIET)).map(({ text }) => text)).toEqual([
      'Image updates on build01, week 47',
      '*No updates pending on build01.*',
      expect.stringMatching(/^build01, 2026-11-16 07:00 UTC, imgupdate 0\.1\.0; /),
    ]);
  });

  it.each(Object.entries({ REPORT, QUIET, FIRST, FLEET, INTERRUPTED, HOSTILE }))('is taken by Slack: %s', (_, report) => {
    expect(problemsOf(payloadOf(report))).toEqual([]);
  });

  it('is taken by Slack where every name is as long as can be, and five times as long once it is escaped', () => {
    const long = '&'.repeat(300);
    const [first, second] = ['1', '2'].map((digit) => ({ ...REPORT.hosts[0]!, name: `${long.slice(1)}${digit}` }));
    const payload = payloadOf({
      ...REPORT,
      hosts: [first!, second!],
      since: { kind: 'file', at: NOW, name: long },
      registries: Array.from({ length: 12 }, () => ({ ...REPORT.registries[0]!, registry: long })),
    });
    expect(problemsOf(payload)).toEqual([]);
    expect(textsOf(payload)[1]?.text).toMatch(/….*\n1 tag gone, 1 image not checked, 1 hold ended\.$/);
  });

  it('has room for the most important of 20,000 images, and counts the others', () => {
    const news = makeCrowd(20_000, (name) => pending(name, { updates: REPORT.news[1]!.updates, users: ['web', 'proxy'] }));
    const held = news.map((each) => ({ ...each, hold: { reason: null, until: null } }));
    const done = news.map(({ name }) => ({ ...REPORT.done[0]!, ...subject(name) }));
    const payload = payloadOf({ ...REPORT, news, pending: news, held, done });
    expect(problemsOf(payload)).toEqual([]);
    expect(
      textsOf(payload)
        .map(({ text }) => text)
        .join('\n'),
    ).toMatch(/^and \d{5} more: `imgupdate list --upgradable`$/m);
  });

  it('says how many sections there was no room for', () => {
    const long = 'x'.repeat(290);
    const crowd = makeCrowd(12, (name) => pending(name, { name: long, users: [long, long], updates: REPORT.news[0]!.updates }));
    const held = crowd.map((each) => ({ ...each, hold: { reason: long, until: null } }));
    const payload = payloadOf({
      ...REPORT,
      news: crowd,
      pending: crowd,
      held,
      rebuilds: crowd.map((each) => ({ ...each, because: 'moved', base: long, isBaseLocal: false })),
    });
    expect(problemsOf(payload)).toEqual([]);
    expect(textsOf(payload).at(-2)?.text).toMatch(/^and \d more, for which there is no room: `imgupdate report`$/);
  });

  it('shows what is hostile as code, so that nobody is called and nothing is a link', () => {
    const payload = payloadOf(HOSTILE);
    expect(payload.text).not.toMatch(/[<>]/);
    for (const { type, text, verbatim, emoji } of textsOf(payload)) {
      expect(text).not.toMatch(/[<>\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]|&(?!(?:amp|lt|gt);)/);
      if (type === 'plain_text') expect(emoji).toBe(false);
      else {
        expect(verbatim).toBe(true);
        expect(text.replace(/```[^`]*```|`[^`\n]*`/g, '')).not.toMatch(/`|evil|script|everyone|channel/);
      }
    }
  });
});

describe('text for Slack', () => {
  it('is cut to its length without half an entity, and as late as can be', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '&', '<', '🐳'), maxLength: 40 }),
        fc.integer({ min: 5, max: 60 }),
        (text, most) => {
          const cut = escapeSlack(text, most);
          expect(cut.length).toBeLessThanOrEqual(most);
          expect(cut).toMatch(/^(?:a|&amp;|&lt;|🐳)*…?$/u);
          if (!cut.endsWith('…')) expect(cut).toBe(escapeSlack(text));
          else expect(cut.length).toBeGreaterThan(most - 5);
        },
      ),
    );
  });

  it.each([
    ['nginx:1.27 is here', 'nginx:1.27 is here'],
    ['a <b> & c', 'a &lt;b&gt; &amp; c'],
    ['web*, proxy', '`web*, proxy`'],
    ['a_b', '`a_b`'],
    ['~x~', '`~x~`'],
    [':tada: x', '`:tada: x`'],
    ['a`b', "`a'b`"],
  ])('%j is shown as it is', (text, shown) => {
    expect(renderSlackSentence(text)).toBe(shown);
  });

  it('is code from its first character to its last', () => {
    expect(renderSlackCode(EVIL.replace(/[^ -~]/g, ''))).toMatch(/^`[^`]*`$/);
  });
});
