import { describe, expect, it } from 'vitest';
import { type Findings, makeClaim } from '../../../src/core/base/claim.ts';
import type { Digest } from '../../../src/core/digest.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';
import { reason } from '../../../src/core/reason.ts';
import { makeReference } from '../../helpers/makers.ts';
import { asEngineTells, layer, makeContents } from './cases.ts';
import { all, builtHere, claims, dangling, decide, digestIn, localName, pulled, release, remember, seenAs, tell } from './world.ts';

const NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';

const DEBIAN = ['+ADD rootfs@1', 'CMD bash@1'];
const PYTHON = [...DEBIAN, 'ENV LANG=C@10', '+RUN install python@11', 'CMD python3@12'];
const PIP = [...PYTHON, 'WORKDIR /app@100', '+COPY requirements.txt@101', '+RUN pip install@102'];
const WEB = makeContents([...PIP, '+COPY web@103', 'CMD web@104']);
const WORKER = makeContents([...PIP, 'CMD worker@203']);

const debian = release('debian', makeContents(DEBIAN));
const python = release('python', makeContents(PYTHON));
const golang = release('golang', makeContents([...DEBIAN, '+RUN install go@13', 'WORKDIR /go@13']));
const nextPython = release('next python', makeContents([...DEBIAN, 'ENV LANG=C@310', '+RUN install python 3.1@311', 'CMD python3@312']));
const node = release('node', makeContents(['+ADD other rootfs@1', '+RUN install node@2', 'CMD node@2']));

const provenance = (...named: readonly (readonly [string, Digest])[]): Findings =>
  all(...named.map(([name, digest]) => claims('provenance', name, digest)));

describe('images that share what was cached', () => {
  const worker = release('worker', asEngineTells(WORKER));

  it('a sister with all of the layers below is not taken for the base, whatever registry it is in', () => {
    const told = decide({ contents: asEngineTells(WEB), known: [pulled(worker, 'ghcr.io/acme/worker:1')] });
    expect(tell(told)).toBe('unknown/no-evidence');
    expect(told.asked).toEqual([]);
  });

  it('nor before the base that both are built on', () => {
    const known = [pulled(worker, 'ghcr.io/acme/worker:1'), pulled(release('python', asEngineTells(python.contents)), 'python:3')];
    const told = decide({ contents: asEngineTells(WEB), known }, { tags: { 'python:3': python } });
    expect([tell(told), told.verdict.reference]).toEqual(['current, medium', makeReference('python:3')]);
  });

  it('a base of which only a version with another CMD is known is still found, not for sure', () => {
    const later = release('later', makeContents([...DEBIAN, 'ENV LANG=C@10', '+RUN install python@11', 'CMD idle@99']));
    const told = decide({ contents: WEB, known: [pulled(later, 'python:3')] }, { tags: { 'python:3': later } });
    expect(tell(told)).toBe('moved/metadata-only, medium');
  });
});

describe('what provenance names', () => {
  it('is not the base of a build from scratch, whose only image was for another stage', () => {
    const contents = makeContents(['+COPY server@400', 'ENTRYPOINT /server@400']);
    const own = provenance(['golang:1', digestIn(golang)]);
    const told = decide({ contents }, { own, tags: {}, kept: [golang] });
    expect([tell(told), told.verdict.evidence]).toEqual(['none, medium', ['provenance']]);
    expect(told.asked).toEqual(['own documents', 'entry golang', 'contents golang']);
    expect(told.rejected.map(({ why }) => why)).toEqual(['its layers are not at the bottom of the image, or fewer are than of another']);
  });

  it('does not say that a build was from scratch while part of it could not be read', () => {
    const contents = makeContents(['+COPY server@400', 'ENTRYPOINT /server@400']);
    const unread = { claims: [], rejected: [{ source: 'provenance' as const, where: 'the provenance', why: 'it is too large' }] };
    const told = decide({ contents }, { own: all(provenance(['golang:1', digestIn(golang)]), unread), kept: [golang] });
    expect(tell(told)).toBe('unknown/no-evidence');
  });

  it('is the base where its layers reach highest, though the image of another stage shares the lowest', () => {
    const own = provenance(['debian:12', digestIn(debian)], ['golang:1', digestIn(golang)], ['python:3', digestIn(python)]);
    const told = decide({ contents: WEB }, { own, tags: { 'python:3': python }, kept: [debian, golang] });
    expect([tell(told), told.verdict.reference]).toEqual(['current, certain', makeReference('python:3')]);
    expect(told.rejected).toHaveLength(2);
    expect(told.asked.filter((what) => what.startsWith('HEAD'))).toEqual(['HEAD python:3']);
  });

  it('is told by name where it does not count, and stays found where it does', () => {
    const own = provenance(['golang:1', digestIn(golang)], ['python:3', digestIn(python)]);
    const told = decide({ contents: WEB }, { own, tags: { 'python:3': python }, kept: [golang] });
    expect(told.found.map(({ reference }) => reference)).toEqual([makeReference('python:3')]);
    expect(told.rejected.map(({ where }) => where)).toEqual(['golang:1 in the provenance']);
  });

  it('does not lend its digest to the base when it is another image of the same repository', () => {
    const pinned = { ...makeReference('python'), tag: null, digest: digestIn(nextPython) };
    const own = all(provenance(['python:3', digestIn(python)]), {
      claims: [makeClaim('provenance', 'the provenance', { reference: pinned, digests: [digestIn(nextPython)] })],
      rejected: [],
    });
    const told = decide({ contents: WEB }, { own, tags: { 'python:3': nextPython }, kept: [python] });
    expect([tell(told), told.verdict.recorded]).toEqual(['moved/layers-differ, certain', digestIn(python)]);
  });

  it('leaves the question open while the quota allows no look at it', () => {
    const own = provenance(['golang:1', digestIn(golang)]);
    const refused = reason('budget', 'the quota is used up');
    const told = decide({ contents: WEB, refusal: () => refused }, { own });
    expect(tell(told)).toBe('unknown/budget');
    expect(told.verdict.why).toBe('its build used golang:1, and whether it stands on that could not be learned: the quota is used up');
  });

  it('leaves doubts where one of its images could not be read and may reach higher', () => {
    const own = provenance(['debian:12', digestIn(debian)], ['private.example/base:1', layer('private')]);
    const refusal = ({ registry }: { registry: string }) => (registry === 'docker.io' ? null : reason('policy', 'not asked'));
    const told = decide({ contents: WEB, refusal }, { own, tags: { 'debian:12': debian } });
    expect(tell(told)).toBe('current, low');
    expect(told.verdict.notes).toContain('its build used private.example/base:1 as well, which could not be read');
  });

  it('is found by what its tags name now where the recorded digests are gone', () => {
    const own = provenance(['golang:1', layer('old golang')], ['python:3', layer('old python')]);
    const told = decide({ contents: WEB }, { own, tags: { 'golang:1': release('alien', node.contents), 'python:3': nextPython } });
    expect([tell(told), told.verdict.reference]).toEqual(['moved/layers-differ, medium', makeReference('python:3')]);
  });

  it('costs a bounded number of looks, however many images it names', () => {
    const named = Array.from({ length: 500 }, (_, at) => [`evil/${at}:1`, layer(`evil ${at}`)] as const);
    const told = decide({ contents: WEB }, { own: provenance(...named), tags: Object.fromEntries(named.map(([name]) => [name, 'gone'])) });
    expect(tell(told)).toBe('unknown/not-found-or-private');
    expect(told.asked.length).toBeLessThan(40);
  });

  it('is taken at its word for an image whose layers were repacked, when the steps are those of the base', () => {
    const repacked = { ...WEB, diffIds: WEB.diffIds.map((id) => layer(`repacked ${id}`)) };
    const told = decide({ contents: repacked }, { own: provenance(['python:3', digestIn(python)]), tags: { 'python:3': python } });
    expect(told.verdict.reference).toEqual(makeReference('python:3'));
  });
});

describe('what is claimed and is not so', () => {
  it('a label alone is not enough for more than a guess, though its digest is what the tag names', () => {
    const labels = { [NAME]: 'python:3', [DIGEST]: digestIn(python) };
    const told = decide({ contents: WEB, labels }, { tags: { 'python:3': python } });
    expect([tell(told), told.verdict.evidence]).toEqual(['current, low', ['label']]);
  });

  it('an annotation with the digest that the tag names now does not count when that is known to be no part of the image', () => {
    const annotations = { [NAME]: 'node:20', [DIGEST]: digestIn(node) };
    const told = decide({ contents: WEB, annotations, ...remember(seenAs('node:20', node)) }, { tags: { 'node:20': node } });
    expect(tell(told)).toBe('moved/layers-differ, medium');
    expect(told.verdict.notes.join()).toContain('names an image whose layers are not those at the bottom of this one');
  });

  it('an annotation that the base has from its own base gives way to the base that is here', () => {
    const annotations = { [NAME]: 'debian:12', [DIGEST]: digestIn(debian) };
    const told = decide(
      { contents: WEB, annotations, known: [pulled(python, 'python:3')] },
      { tags: { 'python:3': python }, kept: [debian] },
    );
    expect([tell(told), told.verdict.reference]).toEqual(['current, medium', makeReference('python:3')]);
    expect(told.rejected.map(({ why }) => why)).toEqual(['python:3 lies at the bottom of the image and is more than that']);
  });

  it('a base of the base that the user names is answered for, and the nearer one is told', () => {
    const known = [pulled(python, 'python:3'), pulled(debian, 'debian:12')];
    const told = decide({ contents: WEB, told: claims('flag', 'debian:12'), known }, { tags: { 'debian:12': debian } });
    expect([tell(told), told.verdict.reference]).toEqual(['current, low', makeReference('debian:12')]);
    expect(told.verdict.notes).toContain('python:3 lies at the bottom of this image, too, and is more of it than debian:12');
  });

  it('another tag of the same repository that a builder recorded is told as rejected when the user names one', () => {
    const annotations = { [NAME]: 'python:3', [DIGEST]: digestIn(python) };
    const told = decide({ contents: WEB, annotations, told: claims('flag', 'python:3.12') }, { tags: { 'python:3.12': nextPython } });
    expect(told.rejected).toMatchObject([{ source: 'annotation', why: 'python:3.12 was named' }]);
  });
});

describe('names that only this machine has', () => {
  it('a base that was built here under the name of a published one is not what an image from elsewhere was built on', () => {
    const mine = builtHere(release('mine', makeContents(['+COPY mine@1', 'CMD mine@2'])), 'python:3');
    const annotations = { [NAME]: 'python:3', [DIGEST]: digestIn(python) };
    const told = decide({ contents: WEB, annotations }, { local: { 'python:3': localName(mine) }, tags: { 'python:3': python } });
    expect(tell(told)).toBe('current, certain');
  });

  it('a base that was built here and moved is seen where its registry knows nothing of it', () => {
    const mine = builtHere(release('mine', makeContents(['+COPY mine@1', 'CMD mine@2'])), 'acme/base:1');
    const annotations = { [NAME]: 'acme/base:1', [DIGEST]: layer('gone') };
    const world = { local: { 'acme/base:1': localName(mine) }, tags: { 'acme/base:1': reason('unauthorized', 'no') } };
    expect(tell(decide({ contents: WEB, annotations }, world))).toBe('moved/layers-differ, medium');
  });

  it('and is not said to have moved while its registry does not answer', () => {
    const mine = builtHere(release('mine', makeContents(['+COPY mine@1', 'CMD mine@2'])), 'acme/base:1');
    const annotations = { [NAME]: 'acme/base:1', [DIGEST]: layer('gone') };
    const world = { local: { 'acme/base:1': localName(mine) }, tags: { 'acme/base:1': reason('timeout', 'no answer') } };
    expect(tell(decide({ contents: WEB, annotations }, world))).toBe('unknown/timeout');
  });

  it('a base that was built here is looked through, to the published one below, also where podman names it', () => {
    const mid = builtHere(release('mid', makeContents(PIP)), 'localhost/mid:1');
    const contents = withFrom(WEB, 'localhost/mid:1', PIP.length);
    const known = [mid, pulled(python, 'python:3')];
    const told = decide({ contents, known }, { local: { 'localhost/mid:1': localName(mid) }, tags: { 'python:3': nextPython } });
    expect([tell(told), told.verdict.reference]).toEqual(['moved/layers-differ, certain', makeReference('python:3')]);
    expect(told.verdict.notes).toContain('it was built through localhost/mid:1, which is only on this machine');
  });

  it('a base that was built here and removed is asked of no registry', () => {
    const told = decide({ contents: WEB, known: [builtHere(python, 'my-base:1')] });
    expect([tell(told), told.asked]).toEqual(['unknown/no-evidence', []]);
  });
});

describe('versions that are here', () => {
  const SHORT = [...DEBIAN, 'ENV LANG=C@10', '+RUN install python@11'];
  const short = release('short', makeContents(SHORT));
  const longer = release('longer', makeContents([...SHORT, '+RUN upgrade@20']));
  const app = makeContents([...SHORT, '+RUN upgrade@20', '+COPY app@60']);
  const other = release('other', makeContents([...DEBIAN, 'ENV LANG=C@10', '+RUN install python 3.1@31']));

  it('an older version of the base that is here does not make one that is current look moved', () => {
    const told = decide({ contents: app, known: [pulled(short, 'python:3')] }, { tags: { 'python:3': longer } });
    expect(tell(told)).toBe('current, medium');
  });

  it('a newer version of the base that is here does not make an old image look current', () => {
    const told = decide(
      { contents: app, told: claims('flag', 'python:3'), known: [pulled(other, 'python:3')] },
      { tags: { 'python:3': other } },
    );
    expect(tell(told)).toMatch(/^moved\/layers-differ/);
  });

  it('one that a moved tag left behind names the base by the tag its repository has here', () => {
    const known = [dangling(longer, 'python')];
    const told = decide({ contents: app, known, tagsHere: () => [makeReference('python:3')] }, { tags: { 'python:3': other } });
    expect(tell(told)).toBe('moved/layers-differ, certain');
  });

  it('a version that is remembered in full goes before what an engine tells of the same one', () => {
    const known = [pulled(release('longer', asEngineTells(longer.contents)), 'python:3'), ...remember(seenAs('python:3', longer)).known];
    const env = release('env', { ...longer.contents, settings: new Map([['Env', '[]']]) });
    const told = decide({ contents: app, known }, { tags: { 'python:3': env } });
    expect([tell(told), told.asked]).toEqual(['moved/metadata-only, certain', ['HEAD python:3', 'entry env', 'contents env']]);
  });

  it('an image that podman knows by its index and by its manifest did not move for other platforms', () => {
    const byManifest = { ...pulled(longer, 'python:3'), topDigest: longer.manifestDigest, manifestDigest: null };
    const byIndex = { ...pulled(longer, 'python:3'), manifestDigest: null };
    for (const known of [
      [byManifest, byIndex],
      [byIndex, byManifest],
    ]) {
      const told = decide({ contents: app, known }, { tags: { 'python:3': longer } });
      expect([tell(told), told.verdict.notes.join()]).toEqual(['current, medium', expect.not.stringContaining('other platforms')]);
    }
  });

  it('one whose index moved for other platforms only is told so', () => {
    const elsewhere = { ...longer, name: 'longer for others', topDigest: layer('longer for others') };
    const told = decide({ contents: app, known: [pulled(longer, 'python:3')] }, { tags: { 'python:3': elsewhere } });
    expect([tell(told), told.verdict.notes]).toEqual([
      'current, medium',
      expect.arrayContaining(['python:3 moved for other platforms only']),
    ]);
  });

  it('the base and the image in one repository are told apart when the user names the base', () => {
    const own = [makeReference('registry.example/all:app')];
    const asked = { contents: app, own, told: claims('config', 'registry.example/all:base') };
    expect(tell(decide(asked, { tags: { 'registry.example/all:base': longer } }))).toBe('current, medium');
    expect(tell(decide(asked, { tags: { 'registry.example/all:base': other } }))).toBe('moved/layers-differ, high');
  });
});

describe('contents with more names than anyone asks about', () => {
  const names = Array.from({ length: 17 }, (_, position) => `python:3.${position}`);
  const [last = ''] = names.slice(-1);
  const tagsOf = (count: number, isMoved: (name: string) => boolean) =>
    Object.fromEntries(names.slice(0, count).map((name) => [name, isMoved(name) ? nextPython : python]));

  it('have not moved while one of ten still has them', () => {
    const told = decide(
      { contents: WEB, known: [pulled(python, ...names.slice(0, 10))] },
      { tags: tagsOf(10, (name) => name !== 'python:3.9') },
    );
    expect(tell(told)).toBe('unknown/ambiguous-tag');
  });

  it('are not said to have moved by the names that were asked about alone', () => {
    const told = decide({ contents: WEB, known: [pulled(python, ...names)] }, { tags: tagsOf(17, (name) => name !== last) });
    expect([tell(told), told.asked.includes(`HEAD ${last}`)]).toEqual(['unknown/ambiguous-tag', false]);
    expect(told.verdict.why).toContain('its base has 17 names, more than are asked about');
  });

  it('are current where those are', () => {
    const told = decide({ contents: WEB, known: [pulled(python, ...names)] }, { tags: tagsOf(17, () => false) });
    expect(tell(told)).toBe('current, medium');
  });
});

describe('images that tell little', () => {
  const untimed = (contents: ImageContents): ImageContents => {
    const entries = (contents.history?.entries ?? []).map((entry) => ({ ...entry, created: '0001-01-01T00:00:00Z' }));
    return { ...contents, created: '0001-01-01T00:00:00Z', history: { entries, precision: 'exact' } };
  };

  it('of merged layers and steps without times no version can be known', () => {
    const contents = untimed({ ...WEB, diffIds: WEB.diffIds.map((id) => layer(`packed ${id}`)) });
    const told = decide({ contents, ...remember(seenAs('python:3', python)) });
    expect(tell(told)).toBe('unknown/squashed');
  });

  it('a digest alone that nothing here knows names no base', () => {
    const told = decide({ contents: WEB, annotations: { [DIGEST]: digestIn(python) } });
    expect(tell(told)).toBe('unknown/no-evidence');
  });

  it.each([
    ['the user', { told: claims('flag', 'python:3') }, 'certain', ['flag', 'annotation']],
    ['a label', { labels: { [NAME]: 'python:3' } }, 'low', ['annotation', 'label']],
  ])('a digest alone tells which version of the base it was that %s names', (_, naming, confidence, evidence) => {
    const cut = release('cut', makeContents(PIP.slice(0, -1)));
    const whole = release('whole', makeContents(PIP));
    const asked = { contents: WEB, annotations: { [DIGEST]: digestIn(whole) }, ...naming };
    const moved = decide(asked, { tags: { 'python:3': cut }, kept: [whole] });
    expect([tell(moved), moved.verdict.evidence]).toEqual([`moved/upper-layers-removed, ${confidence}`, evidence]);
    const current = decide(asked, { tags: { 'python:3': whole } });
    expect([tell(current), current.asked]).toEqual([`current, ${confidence}`, ['HEAD python:3']]);
    const gone = decide(asked, { tags: { 'python:3': cut } });
    expect(gone.verdict.notes[0]).toMatch(/^the recorded digest \S+ could not be used/);
  });

  it('a digest alone that is remembered names the base', () => {
    const told = decide(
      { contents: WEB, annotations: { [DIGEST]: digestIn(python) }, ...remember(seenAs('python:3', python)) },
      { tags: { 'python:3': python } },
    );
    expect(tell(told)).toBe('current, certain');
  });

  it('the id that docker build --squash keeps names the base that is here', () => {
    const entries = [
      ...(python.contents.history?.entries ?? []),
      {
        created: null,
        createdBy: '',
        comment: `merge ${layer('it')} to ${digestIn(python, 'configDigest')}`,
        author: null,
        emptyLayer: false,
      },
    ];
    const contents = {
      ...python.contents,
      diffIds: [...python.contents.diffIds, layer('merged')],
      history: { entries, precision: 'exact' as const },
    };
    const told = decide({ contents, known: [pulled(python, 'python:3')] }, { tags: { 'python:3': nextPython } });
    expect([tell(told), told.verdict.evidence]).toEqual(['moved/layers-differ, certain', ['squash-mark', 'local-image']]);
  });

  it('a candidate that lies at the bottom is the base, and none that does not', () => {
    const candidates = [makeReference('node:20'), makeReference('debian:12'), makeReference('python:3')];
    const told = decide({ contents: WEB, candidates }, { tags: { 'node:20': node, 'debian:12': debian, 'python:3': python } });
    expect([tell(told), told.verdict.reference, told.verdict.evidence]).toEqual([
      'current, medium',
      makeReference('python:3'),
      ['candidate'],
    ]);
  });
});

function withFrom(contents: ImageContents, name: string, at: number): ImageContents {
  const entries = (contents.history?.entries ?? []).map((entry, step) => ({
    ...entry,
    comment: step < at ? null : step === at ? `FROM ${name}` : 'FROM 0123456789ab',
  }));
  return { ...contents, history: { entries, precision: 'exact' } };
}

describe('a base that the user names', () => {
  it('may be scratch', () => {
    const told = { claims: [makeClaim('flag', '--base', { says: 'scratch' })], rejected: [] };
    const decided = decide({ contents: WEB, told, known: [pulled(python, 'python:3')] });
    expect([tell(decided), decided.asked]).toEqual(['none, high', []]);
  });

  it('is not held to the end of another one that a builder marked', () => {
    const end = { history: 5, layers: 2, strength: 'exact' as const };
    const marked = {
      claims: [makeClaim('from-comment', 'the comment', { reference: makeReference('python:3'), boundary: end })],
      rejected: [],
    };
    const told = decide({ contents: WEB, told: all(claims('flag', 'debian:12'), marked) }, { tags: { 'debian:12': debian } });
    expect([told.verdict.kind, told.verdict.reference]).toEqual(['current', makeReference('debian:12')]);
  });
});

describe('a base of a store that gives every name a digest', () => {
  it('is not gone where its registry has no such tag: nothing proves that it ever had', () => {
    const here = { ...pulled(release('python', asEngineTells(python.contents)), 'python:3'), isUnproven: true };
    const told = decide({ contents: asEngineTells(WEB), known: [here] }, { tags: { 'python:3': 'gone' } });
    expect(tell(told)).toBe('unknown/not-found-or-private');
  });
});

describe('a base that was recorded here by its id, and is what its name has here', () => {
  it('is current for certain', () => {
    const mine = builtHere(python, 'mine:1');
    const noted = makeClaim('seen-before', 'recorded', { reference: makeReference('mine:1'), imageId: mine.configDigest });
    const decided = decide(
      { contents: WEB, told: { claims: [noted], rejected: [] }, known: [mine] },
      { local: { 'mine:1': localName(mine) } },
    );
    expect(tell(decided)).toBe('current, certain');
  });
});
