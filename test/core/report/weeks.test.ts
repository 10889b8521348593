import { describe, expect, it } from 'vitest';
import { canonical, makeDocument, makeEntry } from '../../helpers/documents.ts';
import { makeDigest } from '../../helpers/makers.ts';
import { reportWeeks, tell, type Week } from './history.ts';

const HOLD = { reason: 'wait', until: null };
const warn = (code: string, message: string) => ({ code, message, image: null });
const AWAY = { warnings: [warn('engine-unavailable', 'no container engine answers at unix:///run/docker.sock')] };
const e = makeEntry;
const nginx = (parts = {}) => e('nginx:1.27.4', { newer: { patch: '1.27.5' }, ...parts });
const web = (parts = {}) => e('acme/web:dev', { base: 'moved', tag: 'local', ...parts });

type History = readonly [what: string, weeks: readonly Week[], told: readonly Readonly<Record<string, readonly string[]>>[]];

const ABOUT_TAGS: readonly History[] = [
  [
    'tells a rebuilt tag once as new, then as pending',
    [[e('nginx:1', { tag: 'rebuilt' })], [e('nginx:1', { tag: 'rebuilt' })], [e('nginx:1', { tag: 'rebuilt' })]],
    [{ news: ['nginx:1 rebuilt'] }, { pending: ['nginx:1 rebuilt since week 1'] }, { pending: ['nginx:1 rebuilt since week 1'] }],
  ],
  [
    'tells a tag that is rebuilt once more as the same errand',
    [[e('nginx:1', { tag: 'rebuilt', candidate: 'a' })], [e('nginx:1', { tag: 'rebuilt', candidate: 'b' })]],
    [{ news: ['nginx:1 rebuilt'] }, { pending: ['nginx:1 rebuilt more since week 1'] }],
  ],
  [
    'tells that an image was pulled',
    [[e('nginx:1', { tag: 'rebuilt', image: 'old' })], [e('nginx:1', { image: 'new' })], [e('nginx:1', { image: 'new' })]],
    [{ news: ['nginx:1 rebuilt'] }, { done: ['nginx:1 updated: rebuilt'] }, {}],
  ],
  [
    'does not say of a tag that was taken back that anybody pulled it',
    [[e('nginx:1', { tag: 'rebuilt' })], [e('nginx:1')]],
    [{ news: ['nginx:1 rebuilt'] }, { done: ['nginx:1 withdrawn: rebuilt'] }],
  ],
  [
    'knows an image of which only digests are told from one that was pulled, also behind another index',
    [
      [e('nginx:1', { tag: 'rebuilt', image: null, digests: ['index', 'manifest'] })],
      [e('nginx:1', { image: null, digests: ['index 2', 'manifest'] })],
      [e('nginx:1', { tag: 'rebuilt', image: null, digests: ['index 2', 'manifest'] })],
      [e('nginx:1', { image: null, digests: ['index 3', 'manifest 3'] })],
    ],
    [
      { news: ['nginx:1 rebuilt'] },
      { done: ['nginx:1 withdrawn: rebuilt'] },
      { news: ['nginx:1 rebuilt'] },
      { done: ['nginx:1 updated: rebuilt'] },
    ],
  ],
  [
    'tells of a file whose image was pulled that the image is not here any more',
    [[e('nginx:1', { tag: 'rebuilt' })], [e('nginx:1', { tag: 'none', image: null })]],
    [{ news: ['nginx:1 rebuilt'] }, { done: ['nginx:1 removed: rebuilt'] }],
  ],
  [
    'still tells what a dead registry does not say this time, and never calls it done',
    [
      [e('nginx:1', { tag: 'rebuilt' })],
      [e('nginx:1', { tag: 'unknown' })],
      [e('nginx:1', { tag: 'unknown', image: 'new' })],
      [e('nginx:1', { image: 'new' })],
    ],
    [
      { news: ['nginx:1 rebuilt'] },
      { attention: ['unchecked nginx:1 new'], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { attention: ['unchecked nginx:1 week 2'], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { done: ['nginx:1 updated: rebuilt'] },
    ],
  ],
  [
    'knows an image that was pulled by the digest that was offered, whatever the registry says',
    [
      [e('nginx:1', { tag: 'rebuilt', candidate: 'new' })],
      [e('nginx:1', { tag: 'unknown', image: 'new', digests: ['new'] })],
      [e('nginx:1', { image: 'new', digests: ['new'] })],
    ],
    [{ news: ['nginx:1 rebuilt'] }, { attention: ['unchecked nginx:1 new'], done: ['nginx:1 updated: rebuilt'] }, {}],
  ],
  [
    'tells a deleted tag as something to look at, and what it offered before not as done',
    [
      [e('nginx:1', { tag: 'rebuilt', candidate: 'a' })],
      [e('nginx:1', { tag: 'gone' })],
      [e('nginx:1', { tag: 'unknown' })],
      [e('nginx:1', { tag: 'gone' })],
      [e('nginx:1', { tag: 'rebuilt', candidate: 'a' })],
    ],
    [
      { news: ['nginx:1 rebuilt'] },
      { attention: ['gone nginx:1 new'] },
      { attention: ['unchecked nginx:1 new'], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { attention: ['gone nginx:1 week 2'] },
      { pending: ['nginx:1 rebuilt since week 1'] },
    ],
  ],
  [
    'tells that a tag came back only by its absence, which is a change',
    [[e('nginx:1', { tag: 'gone' })], [e('nginx:1')]],
    [{ attention: ['gone nginx:1 new'] }, {}],
  ],
];

const PIN_A = `nginx:1.27@${makeDigest('a')}`;
const PIN_B = `nginx:1.27@${makeDigest('b')}`;

const ABOUT_VERSIONS: readonly History[] = [
  [
    'tells each newer version once as new',
    [[nginx()], [nginx()], [nginx({ newer: { patch: '1.27.6' } })], [nginx({ newer: { patch: '1.27.6' } })]],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { news: ['nginx:1.27.4 1.27.6 more'] },
      { pending: ['nginx:1.27.4 1.27.6 since week 1'] },
    ],
  ],
  [
    'does not tell a version again that was offered, taken back and is offered again',
    [[nginx()], [nginx({ newer: { patch: '1.27.6' } })], [nginx()], [nginx({ newer: { patch: '1.27.6' } })]],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { news: ['nginx:1.27.4 1.27.6 more'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { pending: ['nginx:1.27.4 1.27.6 since week 1'] },
    ],
  ],
  [
    'finds the digest that a pin names now, with the same tag or without one',
    [
      [e(PIN_A, { tag: 'rebuilt', image: null }), e('redis:7', { tag: 'rebuilt' })],
      [e(PIN_B, { image: null }), e(`redis:7@${makeDigest('c')}`)],
      [e(PIN_B, { image: null }), e(`redis:7@${makeDigest('c')}`)],
    ],
    [
      { news: [`${PIN_A} rebuilt`, 'redis:7 rebuilt'] },
      { done: [`${PIN_A} removed: rebuilt by ${PIN_B}`, `redis:7 removed: rebuilt by redis:7@${makeDigest('c')}`] },
      {},
    ],
  ],
  [
    'tells an image with something new and something older once, among what is new',
    [[nginx({ tag: 'rebuilt', newer: {} })], [nginx({ tag: 'rebuilt' })]],
    [{ news: ['nginx:1.27.4 rebuilt'] }, { news: ['nginx:1.27.4 rebuilt 1.27.5 more'] }],
  ],
  [
    'says of a version that is offered no more that it was withdrawn',
    [[nginx()], [nginx({ newer: {} })]],
    [{ news: ['nginx:1.27.4 1.27.5'] }, { done: ['nginx:1.27.4 withdrawn: 1.27.5 (patch)'] }],
  ],
  [
    'finds the version that took the place of an image, offered then or later',
    [
      [nginx(), e('redis:7.2.4', { newer: { patch: '7.2.5' } })],
      [e('nginx:1.27.5'), e('redis:7.2.9')],
    ],
    [
      { news: ['nginx:1.27.4 1.27.5', 'redis:7.2.4 7.2.5'] },
      { done: ['nginx:1.27.4 removed: 1.27.5 (patch) by nginx:1.27.5', 'redis:7.2.4 removed: 7.2.5 (patch) by redis:7.2.9'] },
    ],
  ],
  [
    'tells nothing as new of a version that was taken which was told of the one before, and calls it done no more than new',
    [
      [nginx({ newer: { patch: '1.27.5', major: '2.0.0' } })],
      [e('nginx:1.27.5', { newer: { major: '2.0.0' } })],
      [e('nginx:1.27.5', { newer: { major: '2.0.1' } })],
    ],
    [
      { news: ['nginx:1.27.4 1.27.5 2.0.0'] },
      {
        pending: ['nginx:1.27.5 2.0.0 since week 1'],
        done: ['nginx:1.27.4 removed: 1.27.5 (patch) by nginx:1.27.5'],
      },
      { news: ['nginx:1.27.5 2.0.1 more'] },
    ],
  ],
  [
    'does the same where the older one is still here, and goes later',
    [
      [nginx({ newer: { patch: '1.27.5', major: '2.0.0' } })],
      [nginx({ newer: { patch: '1.27.5', major: '2.0.0' } }), e('nginx:1.27.5', { newer: { major: '2.0.0' } })],
      [e('nginx:1.27.5', { newer: { major: '2.0.0' } })],
    ],
    [
      { news: ['nginx:1.27.4 1.27.5 2.0.0'] },
      { pending: ['nginx:1.27.4 1.27.5 2.0.0 since week 1', 'nginx:1.27.5 2.0.0 since week 1'] },
      {
        pending: ['nginx:1.27.5 2.0.0 since week 1'],
        done: ['nginx:1.27.4 removed: 1.27.5 (patch) by nginx:1.27.5'],
      },
    ],
  ],
  [
    'carries what is offered over to another version, and to another digest, that took the place of an image',
    [
      [nginx({ newer: { patch: '1.27.5', major: '2.0.0' } }), e(PIN_A, { newer: { minor: '1.28' } })],
      [e('nginx:1.27.6', { newer: { major: '2.0.0' } }), e(PIN_B, { newer: { minor: '1.28' } })],
    ],
    [
      { news: ['nginx:1.27.4 1.27.5 2.0.0', `${PIN_A} 1.28`] },
      {
        pending: ['nginx:1.27.6 2.0.0 since week 1', `${PIN_B} 1.28 since week 1`],
        done: ['nginx:1.27.4 removed: 1.27.5 (patch) by nginx:1.27.6', `${PIN_A} removed:  by ${PIN_B}`],
      },
    ],
  ],
  [
    'tells as new what is offered for a version that nobody was offered, or on another platform, or that was held back',
    [
      [nginx({ newer: { major: '2.0.0' } }), e('redis:7.2.4', { newer: { patch: '7.2.5', major: '8.0.0' }, held: HOLD })],
      [
        nginx({ newer: { major: '2.0.0' } }),
        e('nginx:1.26.1', { newer: { major: '2.0.0' } }),
        e('nginx:1.27.4', { newer: { major: '2.0.0' }, platform: 'linux/arm64' }),
        e('redis:7.2.5', { newer: { major: '8.0.0' } }),
      ],
    ],
    [
      { news: ['nginx:1.27.4 2.0.0'], held: ['redis:7.2.4 7.2.5 8.0.0'] },
      {
        news: ['nginx:1.26.1 2.0.0', 'nginx:1.27.4 2.0.0', 'redis:7.2.5 8.0.0'],
        pending: ['nginx:1.27.4 2.0.0 since week 1'],
        done: ['redis:7.2.4 removed: 7.2.5 (patch) by redis:7.2.5'],
      },
    ],
  ],
  [
    'does not take any other image of the repository for a successor',
    [[nginx()], [e('nginx:1.25.0'), e('nginx:alpine'), e('nginx:1.27.5', { platform: 'linux/arm64' }), e('acme/nginx:1.27.5')]],
    [{ news: ['nginx:1.27.4 1.27.5'] }, { done: ['nginx:1.27.4 removed: 1.27.5 (patch)'] }],
  ],
  [
    'repeats versions with their levels where they cannot be listed this time',
    [[nginx({ newer: { patch: '1.27.5', major: '2.0.0' } })], [nginx({ newer: 'unknown' })], [nginx({ newer: { major: '2.0.0' } })]],
    [
      { news: ['nginx:1.27.4 1.27.5 2.0.0'] },
      { attention: ['unchecked nginx:1.27.4 new'], pending: ['nginx:1.27.4 1.27.5 2.0.0 unchecked since week 1'] },
      { pending: ['nginx:1.27.4 2.0.0 since week 1'] },
    ],
  ],
  [
    'says of versions that are not followed any more that they are not offered',
    [[nginx()], [nginx({ newer: 'untracked' })]],
    [{ news: ['nginx:1.27.4 1.27.5'] }, { done: ['nginx:1.27.4 withdrawn: 1.27.5 (patch)'] }],
  ],
];

const lost = (parts = {}) =>
  e(`acme/app@${makeDigest('lost')}`, { tag: 'pinned', newer: 'untracked', base: 'moved', image: 'old', ...parts });
/** Nothing uses it, or a container does. */
/** What a file names, and nothing more. */
const FILE = { ...e('acme/web:dev', { tag: 'none', base: 'unknown', image: null, digests: [] }), size: null };
const namedAs = (name: string) => ({ name, reference: canonical(name) });
const LOST = lost();
const RUNNING = lost({ containers: [{ name: 'app', running: true, outdated: false }] });
const BOTTOM = `acme/bottom@${makeDigest('bottom')}`;

const ABOUT_BASES: readonly History[] = [
  [
    'tells a base that moved, moved again, and an image that was built anew',
    [[web({ baseCandidate: 'a' })], [web({ baseCandidate: 'b' })], [web({ base: 'current', image: 'new' })]],
    [
      { news: ['acme/web:dev base node:20-slim'] },
      { pending: ['acme/web:dev base node:20-slim more since week 1'] },
      { done: ['acme/web:dev updated: base node:20-slim moved'] },
    ],
  ],
  [
    'keeps what was told of a base whose registry is away',
    [[web()], [web({ base: 'unknown', baseReason: 'timeout', baseName: 'node:20-slim' })]],
    [
      { news: ['acme/web:dev base node:20-slim'] },
      { attention: ['unchecked acme/web:dev new'], pending: ['acme/web:dev base node:20-slim unchecked since week 1'] },
    ],
  ],
  [
    'keeps what was told of a base that the same image does not tell any more',
    [[web()], [web({ base: 'unknown', baseReason: 'no-evidence' })]],
    [{ news: ['acme/web:dev base node:20-slim'] }, { pending: ['acme/web:dev base node:20-slim unchecked since week 1'] }],
  ],
  [
    'forgets the base of an image that is another one now and tells none',
    [[web()], [web({ base: 'unknown', baseReason: 'no-evidence', image: 'new' })]],
    [{ news: ['acme/web:dev base node:20-slim'] }, {}],
  ],
  [
    'forgets that base also where only digests tell the image',
    [
      [web({ image: null, digests: ['a'] })],
      [web({ image: null, digests: ['a'], base: 'unknown' })],
      [web({ image: null, digests: ['b'], base: 'unknown' })],
    ],
    [{ news: ['acme/web:dev base node:20-slim'] }, { pending: ['acme/web:dev base node:20-slim unchecked since week 1'] }, {}],
  ],
  [
    'does not take an image for another one because its id is known now',
    [[web({ image: null })], [web({ base: 'unknown' })]],
    [{ news: ['acme/web:dev base node:20-slim'] }, { pending: ['acme/web:dev base node:20-slim unchecked since week 1'] }],
  ],
  [
    'is done with the base of an image that was built anew, whatever file names it beside',
    [
      [web({ image: 'old' }), FILE],
      [web({ image: 'old', base: 'unknown' }), FILE],
      [web({ base: 'current', image: 'new' }), FILE],
    ],
    [
      { news: ['acme/web:dev base node:20-slim'] },
      { pending: ['acme/web:dev base node:20-slim unchecked since week 1'] },
      { done: ['acme/web:dev updated: base node:20-slim moved'] },
    ],
  ],
  [
    'forgets the base of another image that tells none, and knows one whose base came back, whatever file names them beside',
    [
      [web({ image: 'old' }), FILE, e('a/b:1', { base: 'moved' }), { ...FILE, ...namedAs('a/b:1') }],
      [web({ image: 'new', base: 'unknown' }), FILE, e('a/b:1', { base: 'current' }), { ...FILE, ...namedAs('a/b:1') }],
    ],
    [{ news: ['a/b:1 base node:20-slim', 'acme/web:dev base node:20-slim'] }, { done: ['a/b:1 withdrawn: base node:20-slim moved'] }],
  ],
  [
    'is done with the base of an image that was removed, though a file still names it',
    [
      [web(), e('a/b:1', { base: 'gone' })],
      [web({ tag: 'none', base: 'unknown', image: null }), e('a/b:1', { tag: 'none', image: null })],
    ],
    [
      { attention: ['base-gone a/b:1 new'], news: ['acme/web:dev base node:20-slim'] },
      { done: ['acme/web:dev removed: base node:20-slim moved'] },
    ],
  ],
  [
    'tells of low confidence as something to look at, and is not done while it is unsure',
    [
      [web({ confidence: 'low' })],
      [web({ confidence: 'low' })],
      [web()],
      [web({ confidence: 'low' })],
      [web({ base: 'current', image: 'new' })],
    ],
    [
      { attention: ['unsure acme/web:dev new'] },
      { attention: ['unsure acme/web:dev week 1'] },
      { news: ['acme/web:dev base node:20-slim'] },
      { attention: ['unsure acme/web:dev new'] },
      { done: ['acme/web:dev updated: base node:20-slim moved'] },
    ],
  ],
  [
    'tells a base that is gone as something to look at',
    [[web()], [web({ base: 'gone' })], [web({ base: 'gone' })], [web()]],
    [
      { news: ['acme/web:dev base node:20-slim'] },
      { attention: ['base-gone acme/web:dev new'] },
      { attention: ['base-gone acme/web:dev week 2'] },
      { pending: ['acme/web:dev base node:20-slim since week 1'] },
    ],
  ],
  [
    'tells of an image that lost its tag to the next one what was told of its base, and not as new',
    [
      [e('acme/app:1', { tag: 'rebuilt', base: 'moved', image: 'old' })],
      [e('acme/app:1', { base: 'current', image: 'new' }), RUNNING],
      [e('acme/app:1', { base: 'current', image: 'new' }), RUNNING],
      [e('acme/app:1', { base: 'current', image: 'new' })],
    ],
    [
      { news: ['acme/app:1 rebuilt base node:20-slim'] },
      { pending: [`${LOST.name} base node:20-slim since week 1`], done: ['acme/app:1 updated: rebuilt, base node:20-slim moved'] },
      { pending: [`${LOST.name} base node:20-slim since week 1`] },
      { done: [`${LOST.name} removed: base node:20-slim moved`] },
    ],
  ],
  [
    'tells nothing of what an image left that nothing uses any more',
    [
      [e('acme/app:1', { tag: 'rebuilt', base: 'moved', image: 'old' })],
      [e('acme/app:1', { base: 'current', image: 'new' }), LOST, e(BOTTOM, { tag: 'unknown', base: 'gone' })],
      [e('acme/app:1', { base: 'current', image: 'new' }), LOST],
    ],
    [{ news: ['acme/app:1 rebuilt base node:20-slim'] }, { done: ['acme/app:1 updated: rebuilt, base node:20-slim moved'] }, {}],
  ],
  [
    'tells no more of an image that lost its tag when nothing uses it any more',
    [[RUNNING], [LOST], [LOST]],
    [{ news: [`${LOST.name} base node:20-slim`] }, {}, {}],
  ],
  [
    'tells as new what nobody was told of an image that has no tag',
    [[e('acme/app:1', { tag: 'rebuilt', image: 'old' })], [e('acme/app:1', { image: 'new' }), RUNNING]],
    [{ news: ['acme/app:1 rebuilt'] }, { news: [`${LOST.name} base node:20-slim`], done: ['acme/app:1 updated: rebuilt'] }],
  ],
];

const ABOUT_HOLDS: readonly History[] = [
  [
    'tells what is held apart, and when it was held back',
    [[nginx()], [nginx({ held: HOLD })], [nginx({ held: HOLD, newer: { patch: '1.27.6' } })]],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { done: ['nginx:1.27.4 held: 1.27.5 (patch)'], held: ['nginx:1.27.4 1.27.5'] },
      { held: ['nginx:1.27.4 1.27.6'] },
    ],
  ],
  [
    'takes up what is not held any more where it was, as nothing new',
    [[nginx({ held: HOLD })], [nginx()], [nginx({ newer: {} })]],
    [
      { held: ['nginx:1.27.4 1.27.5'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { done: ['nginx:1.27.4 withdrawn: 1.27.5 (patch)'] },
    ],
  ],
  [
    'says of a held image that cannot be checked what it said before',
    [[nginx({ held: HOLD })], [nginx({ held: HOLD, newer: 'unknown' })]],
    [{ held: ['nginx:1.27.4 1.27.5'] }, { held: ['nginx:1.27.4 1.27.5'] }],
  ],
  [
    'calls nothing held back as long as it is not known whether it is still so',
    [[nginx()], [nginx({ held: HOLD, newer: 'unknown' })], [nginx({ held: HOLD })]],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { held: ['nginx:1.27.4 1.27.5'] },
      { done: ['nginx:1.27.4 held: 1.27.5 (patch)'], held: ['nginx:1.27.4 1.27.5'] },
    ],
  ],
  [
    'looks at a held image only where its tag or its base is gone',
    [[web({ held: HOLD, tag: 'unknown', base: 'moved', confidence: 'low' })], [web({ held: HOLD, tag: 'gone', base: 'gone' })]],
    [{}, { attention: ['gone acme/web:dev new', 'base-gone acme/web:dev new'] }],
  ],
  [
    'tells each hold that has ended once as new',
    [
      [e('rabbitmq:3', { held: { reason: 'plugin', until: '2026-11-08' } })],
      [e('rabbitmq:3', { expired: [{ reason: 'plugin', until: '2026-11-08' }] })],
      [e('rabbitmq:3', { expired: [{ reason: 'plugin', until: '2026-11-08' }] })],
      [e('rabbitmq:3', { expired: [{ reason: 'again', until: '2026-11-20' }] })],
      [e('rabbitmq:3')],
    ],
    [
      {},
      { attention: ['expired-hold rabbitmq:3 new'] },
      { attention: ['expired-hold rabbitmq:3 week 2'] },
      { attention: ['expired-hold rabbitmq:3 new'] },
      {},
    ],
  ],
];

const INSTEAD = { warnings: [warn('no-engine', 'no engine is at unix:///a')] };

const ABOUT_PLACES: readonly History[] = [
  [
    'keeps what was told while a place cannot be read, and is done with it when it can',
    [[nginx()], makeDocument([], AWAY), makeDocument([], AWAY), []],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} new`], pending: ['nginx:1.27.4 1.27.5 unchecked since week 1'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} week 2`], pending: ['nginx:1.27.4 1.27.5 unchecked since week 1'] },
      { done: ['nginx:1.27.4 removed: 1.27.5 (patch)'] },
    ],
  ],
  [
    'does not call an image gone that the configuration leaves out, whatever could be read',
    [
      [nginx(), e('redis:7.2.4', { newer: { patch: '7.2.5' } })],
      makeDocument([e('nginx:1.27.5')], { ignored: [nginx().reference] }),
      makeDocument([], { ...AWAY, ignored: [nginx().reference] }),
      makeDocument([nginx()]),
    ],
    [
      { news: ['nginx:1.27.4 1.27.5', 'redis:7.2.4 7.2.5'] },
      { done: ['nginx:1.27.4 ignored: 1.27.5 (patch)', 'redis:7.2.4 removed: 7.2.5 (patch)'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} new`] },
      { news: ['nginx:1.27.4 1.27.5'] },
    ],
  ],
  [
    'does not blame a file that never could be read for an image that was seen all the same',
    [
      makeDocument([nginx()], { warnings: [warn('unread-file', 'a.yaml: is empty')] }),
      makeDocument([], { warnings: [warn('unread-file', 'a.yaml: is empty')] }),
    ],
    [
      { attention: ['unread a.yaml: is empty new'], news: ['nginx:1.27.4 1.27.5'] },
      { attention: ['unread a.yaml: is empty week 1'], done: ['nginx:1.27.4 removed: 1.27.5 (patch)'] },
    ],
  ],
  [
    'does not take for done what is out of sight while another place is read instead of the engine',
    [[nginx()], makeDocument([e('a/b:1')], INSTEAD), makeDocument([e('a/b:1')], INSTEAD), [nginx()], [nginx()]],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { attention: ['unread no engine is at unix:///a new'], pending: ['nginx:1.27.4 1.27.5 unchecked since week 1'] },
      { attention: ['unread no engine is at unix:///a week 2'], pending: ['nginx:1.27.4 1.27.5 unchecked since week 1'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
    ],
  ],
  [
    'says nothing of an engine where there never was one',
    [makeDocument([nginx()], INSTEAD), makeDocument([nginx()], INSTEAD), makeDocument([], INSTEAD), []],
    [
      { news: ['nginx:1.27.4 1.27.5'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { done: ['nginx:1.27.4 removed: 1.27.5 (patch)'] },
      {},
    ],
  ],
  [
    'is done with an image that no place tells apart, though a file never could be read',
    [
      makeDocument([nginx({ image: null })], { warnings: [warn('unread-file', 'a.yaml: is empty')] }),
      makeDocument([], { warnings: [warn('unread-file', 'a.yaml: is empty')] }),
    ],
    [
      { attention: ['unread a.yaml: is empty new'], news: ['nginx:1.27.4 1.27.5'] },
      { attention: ['unread a.yaml: is empty week 1'], done: ['nginx:1.27.4 removed: 1.27.5 (patch)'] },
    ],
  ],
  [
    'knows an image again that was out of sight, so what its registry took back is not updated',
    [[e('nginx:1', { tag: 'rebuilt' })], makeDocument([], AWAY), [e('nginx:1')]],
    [
      { news: ['nginx:1 rebuilt'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} new`], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { done: ['nginx:1 withdrawn: rebuilt'] },
    ],
  ],
  [
    'calls nothing removed that a file still names while the engine that had it is away',
    [
      [web(), e('nginx:1', { tag: 'rebuilt' })],
      makeDocument([web({ tag: 'none', base: 'unknown', image: null }), e('nginx:1', { tag: 'none', image: null })], AWAY),
      makeDocument([web({ tag: 'none', base: 'unknown', image: null }), e('nginx:1', { tag: 'none', image: null })], AWAY),
      [web({ tag: 'none', base: 'unknown', image: null }), e('nginx:1', { image: 'new' })],
    ],
    [
      { news: ['acme/web:dev base node:20-slim', 'nginx:1 rebuilt'] },
      {
        attention: [`unread ${AWAY.warnings[0]!.message} new`],
        pending: ['acme/web:dev base node:20-slim unchecked since week 1', 'nginx:1 rebuilt unchecked since week 1'],
      },
      {
        attention: [`unread ${AWAY.warnings[0]!.message} week 2`],
        pending: ['acme/web:dev base node:20-slim unchecked since week 1', 'nginx:1 rebuilt unchecked since week 1'],
      },
      { done: ['acme/web:dev removed: base node:20-slim moved', 'nginx:1 updated: rebuilt'] },
    ],
  ],
  [
    'calls nothing updated that one of several engines has while that is away',
    [
      [e('nginx:1', { image: 'a', tag: 'rebuilt' }), e('nginx:1', { image: 'b' })],
      makeDocument([e('nginx:1', { image: 'b' })], AWAY),
      [e('nginx:1', { image: 'a', tag: 'rebuilt' }), e('nginx:1', { image: 'b' })],
      makeDocument([e('nginx:1', { image: 'c' })], AWAY),
    ],
    [
      { news: ['nginx:1 rebuilt'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} new`], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { pending: ['nginx:1 rebuilt since week 1'] },
      { attention: [`unread ${AWAY.warnings[0]!.message} new`], done: ['nginx:1 updated: rebuilt'] },
    ],
  ],
  ['tells of no other warning', [makeDocument([], { warnings: [warn('ignored', 'a'), warn('no-engine', 'b')] })], [{}]],
  [
    'joins what several places have under one name: it is done when all are',
    [
      [e('nginx:1', { image: 'a', tag: 'rebuilt' }), e('nginx:1', { image: 'b' })],
      [e('nginx:1', { image: 'a', tag: 'unknown' }), e('nginx:1', { image: 'b' })],
      [e('nginx:1', { image: 'b' }), e('nginx:1', { image: 'c' })],
    ],
    [
      { news: ['nginx:1 rebuilt'] },
      { attention: ['unchecked nginx:1 new'], pending: ['nginx:1 rebuilt unchecked since week 1'] },
      { done: ['nginx:1 updated: rebuilt'] },
    ],
  ],
  [
    'holds nothing back of which another place has an image that is not held',
    [[e('nginx:1', { image: 'a', tag: 'rebuilt', held: HOLD }), e('nginx:1', { image: 'b', tag: 'rebuilt' })]],
    [{ news: ['nginx:1 rebuilt'] }],
  ],
];

describe.each([
  ['tags', ABOUT_TAGS],
  ['versions', ABOUT_VERSIONS],
  ['bases', ABOUT_BASES],
  ['holds', ABOUT_HOLDS],
  ['places', ABOUT_PLACES],
])('reports about %s, week by week', (_, histories) => {
  it.each(histories)('%s', (_what, weeks, told) => {
    expect(reportWeeks(...weeks).map(tell)).toEqual(told);
  });
});
