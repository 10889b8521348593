import { describe, expect, it } from 'vitest';
import { findAnswers } from '../../src/check/found.ts';
import { reason } from '../../src/core/reason.ts';
import { untoldBase } from '../../src/core/verdict.ts';
import { makeBaseReport, makeRow, unknown } from '../formats/reports.ts';
import { makeReference } from '../helpers/makers.ts';

const OFFLINE = 'is not remembered, and nothing is asked while offline';
const PROXY = "look at the registry's name, the network, or a proxy (HTTPS_PROXY)";

describe('what is found', () => {
  it.each([
    [`docker.io/library/redis:7 ${OFFLINE}`, `it ${OFFLINE}`],
    [`redis:7 ${OFFLINE}`, `it ${OFFLINE}`],
    ['docker.io/library/redis:70 is missing', 'docker.io/library/redis:70 is missing'],
    ['docker.io refused the credentials', 'docker.io refused the credentials'],
  ])('names the image of an open question once: %s', (message, said) => {
    const [found] = findAnswers(makeRow('redis:7', unknown('offline', message)));
    expect(found?.says).toBe(`was not checked: ${said}`);
  });

  it('names the base of an open question once', () => {
    const facts = { ...untoldBase(''), reference: makeReference('node:20') };
    const why = reason('offline', `docker.io/library/node:20 ${OFFLINE}`);
    const image = makeRow('acme/app:1', 'current', { base: makeBaseReport({ kind: 'unknown', reason: why, ...facts }) });
    expect(findAnswers(image)).toMatchObject([{ says: `: its base node:20 was not checked: it ${OFFLINE}`, advice: null }]);
  });

  it('says what to do about a tag or a base that is gone, and a registry that cannot be reached', () => {
    const facts = { ...untoldBase('it is deleted'), reference: makeReference('node:20') };
    const gone = makeRow('a:1', 'gone', { base: makeBaseReport({ kind: 'gone', ...facts }) });
    expect(findAnswers(gone).map(({ advice }) => advice)).toEqual([
      'name another tag, or hold it',
      'rebuild it on another base, or hold it',
    ]);
    const cut = reason('unreachable', 'r.example has no address (ENOTFOUND)');
    const image = makeRow('r.example/a:1', unknown(cut.kind, cut.message), {
      base: makeBaseReport({ kind: 'unknown', reason: cut, ...facts }),
    });
    expect(findAnswers(image).map(({ advice }) => advice)).toEqual([PROXY, PROXY]);
  });
});
