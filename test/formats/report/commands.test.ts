import { describe, expect, it } from 'vitest';
import type { Report, Update } from '../../../src/core/report/report.ts';
import { listCommands } from '../../../src/formats/report/commands.ts';
import { inEngine, inFile, makeCrowd, makeEntry, reportOn } from './entries.ts';
import { ATTENTION, digest, FLEET, HOSTILE, pending, REPORT, subject } from './reports.ts';

const REBUILT: Update = { axis: 'tag', kind: 'rebuilt', installed: digest('3'), candidate: digest('9'), created: null };
const PATCH: Update = { axis: 'newer', kind: 'version', tag: '7.2.11', level: 'patch', digest: null };
const MAJOR: Update = { axis: 'newer', kind: 'version', tag: '8.2.2', level: 'major', digest: null };

/** The lines under a title; none where it is not there. */
function linesOf(report: Report, title: string): readonly string[] {
  return listCommands(report).find((group) => group.title.startsWith(title))?.lines ?? [];
}

describe('what to pull', () => {
  it('is what was rebuilt, with the containers that have to be made anew', () => {
    const containers = [
      { name: 'web', running: true, outdated: true },
      { name: 'proxy', running: true, outdated: false },
    ];
    const report = reportOn(
      { build01: [makeEntry('nginx:1.27', { containers }), makeEntry('redis:7.2.4')] },
      { news: [pending('nginx:1.27', { updates: [REBUILT] }), pending('redis:7.2.4', { updates: [PATCH] })] },
    );
    expect(linesOf(report, 'Pull')).toEqual(['docker pull nginx:1.27  # then recreate web, proxy']);
  });

  it.each([
    ['docker', inEngine('unix:///var/run/docker.sock'), 'docker pull nginx:1.27'],
    ['another engine', inEngine('ssh://me@build01'), 'docker -H ssh://me@build01 pull nginx:1.27'],
    ['podman, which wants whole names', inEngine('/run/podman/podman.sock'), 'podman pull docker.io/library/nginx:1.27'],
    ['podman of a user', inEngine('unix:///run/user/1000/podman/podman.sock'), 'podman pull docker.io/library/nginx:1.27'],
    [
      'podman elsewhere',
      inEngine('ssh://me@b/run/podman/x.sock'),
      'podman --url ssh://me@b/run/podman/x.sock pull docker.io/library/nginx:1.27',
    ],
    ['the storage of podman', inEngine('/var/lib/containers/storage', 'containers-storage'), 'podman pull docker.io/library/nginx:1.27'],
    ['another storage', inEngine('/srv/storage', 'containers-storage'), 'podman --root /srv/storage pull docker.io/library/nginx:1.27'],
    ['a layout', inEngine('out/layout', 'oci'), 'skopeo copy docker://nginx:1.27 oci:out/layout:nginx:1.27'],
    ['an archive', inEngine('app.tar', 'docker-archive'), '# write app.tar again, with nginx:1.27 as it is now'],
  ])('fits %s', (_, source, line) => {
    const report = reportOn(
      { build01: [makeEntry('nginx:1.27', { sources: [source] })] },
      { news: [pending('nginx:1.27', { updates: [REBUILT] })] },
    );
    expect(linesOf(report, 'Pull')).toEqual([line]);
  });

  it('says once of several engines which containers are to be made anew, and pushes once what is built', () => {
    const sources = [inEngine('/var/run/docker.sock'), inEngine('/run/podman/podman.sock')];
    const containers = [{ name: 'web', running: true, outdated: true }];
    const images = [makeEntry('nginx:1.27', { sources, containers }), makeEntry('ghcr.io/acme/web:1', { sources })];
    const rebuilds = [{ ...subject('ghcr.io/acme/web:1'), because: 'moved' as const, base: 'debian:12', isBaseLocal: false }];
    const report = reportOn({ build01: images }, { news: [pending('nginx:1.27', { updates: [REBUILT] })], rebuilds });
    expect(linesOf(report, 'Pull')).toEqual(['docker pull nginx:1.27', 'podman pull docker.io/library/nginx:1.27  # then recreate web']);
    expect(linesOf(report, 'Build')).toEqual([
      'docker build --pull -t ghcr.io/acme/web:1 . && docker push ghcr.io/acme/web:1  # if it is yours',
    ]);
  });

  it('keeps to a pin, and says where the new one has to be written', () => {
    const name = `nginx:1.27@${digest('3')}`;
    const report = reportOn(
      { build01: [makeEntry(name, { sources: [inEngine('/var/run/docker.sock'), inFile('compose.yaml', 3)] })] },
      { news: [pending(name, { updates: [REBUILT] })] },
    );
    expect(linesOf(report, 'Pull')).toEqual([`docker pull nginx:1.27@${digest('9')}`]);
    expect(linesOf(report, 'Write')).toEqual([`compose.yaml:3: ${name} -> nginx:1.27@${digest('9')}`]);
  });

  it('names the platform of what is of another one than the machine', () => {
    const arm = { platform: 'linux/arm64' };
    const report = reportOn(
      { build01: [makeEntry('a:1'), makeEntry('b:1'), makeEntry('c:1', arm)] },
      { news: [pending('a:1', { updates: [REBUILT] }), pending('c:1', { ...arm, updates: [REBUILT] })] },
    );
    expect(linesOf(report, 'Pull')).toEqual(['docker pull a:1', 'docker pull --platform linux/arm64 c:1']);
  });

  it('tells on which machines, where these are not all, and what each has to type', () => {
    const nginx = makeEntry('nginx:1.27');
    const podman = makeEntry('nginx:1.27', { sources: [inEngine('/run/podman/podman.sock')] });
    const report = reportOn(
      { a: [nginx], b: [nginx], c: [podman] },
      { news: [pending('nginx:1.27', { hosts: ['a', 'b', 'c'], updates: [REBUILT] })] },
    );
    expect(linesOf(report, 'Pull')).toEqual(['docker pull nginx:1.27  # on a and b', 'podman pull docker.io/library/nginx:1.27  # on c']);
    const alike = reportOn({ a: [nginx], b: [nginx] }, { news: [pending('nginx:1.27', { hosts: ['a', 'b'], updates: [REBUILT] })] });
    expect(linesOf(alike, 'Pull')).toEqual(['docker pull nginx:1.27']);
  });

  it('leaves out what could not be checked this time', () => {
    const report = reportOn({ build01: [] }, { pending: [pending('a:1', { updates: [REBUILT, PATCH], isStaleAnswer: true })] });
    expect(listCommands(report)).toEqual([]);
  });
});

describe('what to write', () => {
  it('is the newer version in line, then the one above, at each place that names the image', () => {
    const sources = [inFile('compose.yaml', 12), inFile('deploy/prod.yaml', 4), inEngine('/var/run/docker.sock')];
    const report = reportOn(
      { build01: [makeEntry('redis:7.2.4', { sources })] },
      { news: [pending('redis:7.2.4', { updates: [PATCH, MAJOR] })] },
    );
    expect(linesOf(report, 'Write')).toEqual([
      'compose.yaml:12: redis:7.2.4 -> redis:7.2.11 (patch), or redis:8.2.2 (major)',
      'deploy/prod.yaml:4: redis:7.2.4 -> redis:7.2.11 (patch), or redis:8.2.2 (major)',
    ]);
  });

  it('names what in standard input names it, or the containers, where there is no file to open', () => {
    const containers = ['a', 'b', 'c'].map((name) => ({ name, running: true, outdated: false }));
    const report = reportOn(
      { build01: [makeEntry('redis:7.2.4', { sources: [inFile('-', 40, 'Pod shop/cache')] }), makeEntry('redis:7.2.5', { containers })] },
      { news: [pending('redis:7.2.4', { updates: [PATCH] }), pending('redis:7.2.5', { updates: [PATCH] })] },
    );
    expect(linesOf(report, 'Write')).toEqual([
      'Pod shop/cache: redis:7.2.4 -> redis:7.2.11 (patch)',
      'a, b and 1 more: redis:7.2.5 -> redis:7.2.11 (patch)',
    ]);
  });

  it('keeps a pin only with the digest of the new tag', () => {
    const name = `redis:7.2.4@${digest('3')}`;
    const at = (update: Update) => linesOf(reportOn({ build01: [] }, { news: [pending(name, { updates: [update] })] }), 'Write');
    expect(at({ ...PATCH, digest: digest('b') })).toEqual([`${name} -> redis:7.2.11@${digest('b')} (patch)`]);
    expect(at(PATCH)).toEqual([`${name} -> redis:7.2.11, pinned to its digest (patch)`]);
  });
});

describe('what to build', () => {
  it('pulls the bases of others and not the ones that were just built', () => {
    const images = ['acme/base:1', 'acme/web:dev', 'acme/worker:dev'].map((name) => makeEntry(name, { status: 'local' }));
    const report = { ...reportOn({ build01: images }), rebuilds: REPORT.rebuilds, bases: REPORT.bases };
    expect(linesOf(report, 'Build')).toEqual([
      'docker build --pull -t acme/base:1 .',
      'docker build --pull -t acme/web:dev .',
      'docker build -t acme/worker:dev .',
    ]);
  });

  it('does not pull a base that is built before, also where that moved in its registry, too', () => {
    const rebuilds = [
      { ...subject('acme/base:1'), because: 'moved' as const, base: 'debian:12', isBaseLocal: false },
      { ...subject('acme/web:1'), because: 'moved' as const, base: 'acme/base:1', isBaseLocal: false },
    ];
    expect(linesOf(reportOn({ build01: [] }, { rebuilds }), 'Build')).toEqual([
      'docker build --pull -t acme/base:1 .',
      'docker build -t acme/web:1 .',
    ]);
  });

  it('pushes what is published, if it is yours', () => {
    const rebuilds = [
      { ...subject('ghcr.io/acme/web:1'), because: 'moved' as const, base: `debian:12@${digest('4')}`, isBaseLocal: false },
    ];
    expect(linesOf(reportOn({ build01: [makeEntry('ghcr.io/acme/web:1')] }, { rebuilds }), 'Build')).toEqual([
      'docker build --pull -t ghcr.io/acme/web:1 . && docker push ghcr.io/acme/web:1  # if it is yours; with the new digest of debian:12 in its Dockerfile',
    ]);
  });

  it('has no command for a base that is gone', () => {
    const bases = [{ ...REPORT.bases[0]!, name: 'python:3.8', kind: 'gone' as const }];
    const rebuilds = [{ ...subject('acme/web:1'), because: 'moved' as const, base: 'python:3.8', isBaseLocal: false }];
    expect(linesOf(reportOn({ build01: [] }, { bases, rebuilds }), 'Build')).toEqual([
      '# acme/web:1: build it on another base, python:3.8 is gone',
    ]);
  });
});

describe('what to build', () => {
  const ours = (name: string, base: string) => ({ ...subject(name), because: 'moved' as const, base, isBaseLocal: false });

  it('is not what somebody has built already and a pull brings', () => {
    const images = ['acme/web:1', 'acme/worker:1'].map((name) => makeEntry(name, { status: 'rebuilt' }));
    const rebuilds = [ours('acme/web:1', 'debian:12'), { ...ours('acme/worker:1', 'acme/web:1'), because: 'follows' as const }];
    const report = reportOn(
      { build01: images, edge: images },
      { news: [pending('acme/web:1', { updates: [REBUILT], hosts: ['build01'] })], rebuilds },
    );
    expect(linesOf(report, 'Pull')).toEqual(['docker pull acme/web:1  # on build01']);
    expect(linesOf(report, 'Build')).toEqual([
      'docker build -t acme/worker:1 . && docker push acme/worker:1  # on build01; if it is yours',
    ]);
  });

  it('is pushed by one machine of several, and its containers are made anew after it', () => {
    const containers = [{ name: 'web', running: true, outdated: true }];
    const images = [makeEntry('acme/web:1', { containers })];
    const rebuilds = [{ ...ours('acme/web:1', 'debian:12'), hosts: ['build01', 'edge'] }];
    const report = reportOn({ build01: images, edge: images }, { rebuilds });
    expect(linesOf(report, 'Build')).toEqual([
      'docker build --pull -t acme/web:1 . && docker push acme/web:1  # on build01; if it is yours; then recreate web',
    ]);
    const titles = listCommands(report).map(({ title }) => title.split(' ')[0]);
    expect(titles).toEqual(['Build,', 'Recreate']);
  });

  it('has to be put on another base on every machine where its own is gone', () => {
    const bases = [{ ...REPORT.bases[0]!, name: 'python:3.8', kind: 'gone' as const }];
    const images = [makeEntry('acme/web:1')];
    const rebuilds = [{ ...ours('acme/web:1', 'python:3.8'), hosts: ['build01', 'edge'] }];
    expect(linesOf(reportOn({ build01: images, edge: images }, { bases, rebuilds }), 'Build')).toEqual([
      '# acme/web:1: build it on another base, python:3.8 is gone',
    ]);
  });

  it('may stand on what is gone from its registry, where that is built before', () => {
    const bases = [{ ...REPORT.bases[0]!, name: 'acme/base:1', kind: 'gone' as const }];
    const rebuilds = [ours('acme/base:1', 'debian:12'), { ...ours('acme/web:1', 'acme/base:1'), because: 'follows' as const }];
    expect(linesOf(reportOn({ build01: [] }, { bases, rebuilds }), 'Build')).toEqual([
      'docker build --pull -t acme/base:1 .',
      'docker build -t acme/web:1 .',
    ]);
  });
});

describe('which containers to make anew', () => {
  const old = (...names: readonly string[]) => names.map((name) => ({ name, running: true, outdated: true }));
  const report = reportOn(
    {
      build01: [
        makeEntry('redis:7.2', { containers: [...old('cache', 'queue'), { name: 'other', running: true, outdated: false }] }),
        makeEntry('nginx:1.27', { status: 'rebuilt', containers: old('web') }),
        makeEntry('mongo:8', { containers: old('a', 'b', 'c', 'd') }),
      ],
    },
    { news: [pending('nginx:1.27', { updates: [REBUILT] })] },
  );

  it('are those that run an older image than is here, once it is here', () => {
    expect(linesOf(report, 'Recreate')).toEqual([
      'cache, queue: of redis:7.2 as it is here now',
      'a, b, c and 1 more: of mongo:8 as it is here now',
    ]);
    expect(linesOf(report, 'Pull')).toEqual(['docker pull nginx:1.27  # then recreate web']);
  });

  it('are not told where only news is wanted', () => {
    expect(linesOf({ ...report, onlyNew: true }, 'Recreate')).toEqual([]);
  });
});

describe('what to look at again', () => {
  it('is said of each kind of attention, each thing once', () => {
    const unauthorized = ATTENTION[1]!;
    const attention = [
      ...ATTENTION,
      { ...unauthorized, message: '403 Forbidden' },
      { ...unauthorized, registry: 'docker.io', reason: 'not-found-or-private' as const },
      { ...unauthorized, registry: 'docker.io', reason: 'budget' as const },
      { ...unauthorized, registry: 'quay.io', reason: 'timeout' as const },
      { ...unauthorized, kind: 'unsure' as const, images: ['acme/web:1'] },
    ];
    expect(linesOf(reportOn({ build01: [] }, { attention }), 'Look again')).toEqual([
      'imgupdate policy python:3.8-slim  # shows which tags there are',
      'docker login registry.corp.example:5000',
      'imgupdate hold rabbitmq:3.13 --until 2026-12-16 --reason "plugin not ready"  # to hold it back again',
      'imgupdate unhold rabbitmq:3.13  # or no longer',
      'docker login',
      'imgupdate limits  # shows when there is more quota',
      'imgupdate show acme/web:1  # shows how that is known',
    ]);
  });
});

it('a hold of several images is shown by its own name, which alone ends it', () => {
  const attention = [{ ...ATTENTION[2]!, kind: 'expired-hold' as const, images: ['acme/web:1', 'acme/web:2'] }];
  expect(linesOf(reportOn({ build01: [] }, { attention }), 'Look again')).toEqual([
    'imgupdate showhold  # shows how it was held, to hold or unhold it by that name',
  ]);
});

describe('what to remove', () => {
  const [store] = REPORT.stores;
  const unneeded = store!.unneeded;

  it('is not pulled before, on the machine where it is not needed', () => {
    const httpd = makeEntry('httpd:2.4', { status: 'rebuilt' });
    const report = reportOn(
      { build01: [httpd], edge: [httpd] },
      { news: [pending('httpd:2.4', { hosts: ['build01', 'edge'], updates: [REBUILT] })], stores: REPORT.stores },
    );
    expect(linesOf(report, 'Remove').join(' ')).toContain('httpd:2.4');
    expect(linesOf(report, 'Pull')).toEqual(['docker pull httpd:2.4  # on edge']);
    expect(linesOf({ ...report, onlyNew: true }, 'Pull')).toEqual(['docker pull httpd:2.4']);
  });

  it('names what its registry has, and what lost its name by its id', () => {
    const report = reportOn(
      { build01: [makeEntry('mariadb:11.4.1'), makeEntry('httpd:2.4', { status: 'rebuilt' })] },
      { stores: REPORT.stores },
    );
    expect(linesOf(report, 'Remove')).toEqual(['docker rmi mariadb:11.4.1 httpd:2.4', 'docker rmi cccccccccccc']);
  });

  it.each(['local', 'gone', 'unknown', 'pinned', 'none'] as const)(
    'never names what may exist nowhere else, as its tag is %s',
    (status) => {
      const report = reportOn(
        { build01: [makeEntry('mariadb:11.4.1', { status })] },
        { stores: [{ ...store!, unneeded: unneeded.slice(0, 1) }] },
      );
      expect(linesOf(report, 'Remove')).toEqual(['# 1 more may exist nowhere else: look at it first']);
    },
  );

  it('names by its id also what was pulled and lost its name to the next pull', () => {
    const [superseded] = unneeded;
    const id = `sha256:${'d'.repeat(64)}`;
    const report = reportOn({ build01: [] }, { stores: [{ ...store!, unneeded: [{ ...superseded!, id, reference: null, name: null }] }] });
    expect(linesOf(report, 'Remove')).toEqual(['docker rmi dddddddddddd']);
  });

  it('is named by its id where a build takes its name before, or pulls it as its base', () => {
    const [superseded] = unneeded;
    const ids = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);
    const images = ['acme/web:1', 'acme/base:1', 'mariadb:11.4.1'].map((name) => makeEntry(name, { status: 'rebuilt' }));
    const gone = images.map(({ reference, name }, at) => ({ ...superseded!, id: ids[at] ?? superseded!.id, reference, name }));
    const rebuilds = [{ ...subject('acme/web:1'), because: 'moved' as const, base: 'acme/base:1', isBaseLocal: false }];
    const report = reportOn({ build01: images }, { rebuilds, stores: [{ ...store!, unneeded: gone }] });
    expect(linesOf(report, 'Remove')).toEqual(['docker rmi aaaaaaaaaaaa bbbbbbbbbbbb mariadb:11.4.1']);
  });

  it('comes after what stands on it, as no store removes it before', () => {
    const [superseded, dangling] = unneeded;
    const below = { ...dangling!, kind: 'superseded', id: `sha256:${'e'.repeat(64)}`, bytes: 0 } as const;
    const report = reportOn(
      { build01: [makeEntry('mariadb:11.4.1')] },
      { stores: [{ ...store!, unneeded: [{ ...superseded!, bytes: 0 }, below, dangling!] }] },
    );
    expect(linesOf(report, 'Remove')).toEqual(['docker rmi cccccccccccc', 'docker rmi mariadb:11.4.1', 'docker rmi eeeeeeeeeeee']);
  });

  it('removes many without a name at once, and says what else that removes', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ ...unneeded[1]!, id: `sha256:${String(at).padStart(64, '0')}` }));
    const report = reportOn({ build01: [] }, { stores: [{ ...store!, unneeded: many }] });
    expect(linesOf(report, 'Remove')).toEqual(['docker image prune -f  # removes all without a name that no container uses']);
  });

  it('takes the ids of podman, and its program', () => {
    const place = { kindOfPlace: 'containers-storage', location: '/home/me/.local/share/containers/storage' };
    const report = reportOn({ build01: [] }, { stores: [{ ...store!, unneeded: [{ ...unneeded[1]!, ...place, id: 'e'.repeat(64) }] }] });
    expect(linesOf(report, 'Remove')).toEqual(['podman rmi eeeeeeeeeeee']);
  });
});

describe('the commands of a report', () => {
  it('are eight of a kind at most, and say how many more there are', () => {
    const news = makeCrowd(20_000, (name) => pending(name, { updates: [REBUILT] }));
    const [pull] = listCommands(reportOn({ build01: [] }, { news }));
    expect(pull?.lines).toHaveLength(8);
    expect(pull?.left).toBe(19_992);
  });

  it('tell nothing of what is pending where only news is wanted', () => {
    const titles = (report: Report) => listCommands(report).map(({ title }) => title.split(/[ ,]/)[0]);
    expect(titles(FLEET)).toEqual(['Pull', 'Write', 'Build', 'Look', 'Remove']);
    expect(titles({ ...FLEET, onlyNew: true })).toEqual(['Pull', 'Write', 'Look']);
  });

  it('have no name in them that nobody would type', () => {
    const long = (size: number): Report => {
      const name = 'a'.repeat(size);
      const [store] = REPORT.stores;
      const unneeded = store!.unneeded.map((each) => ({ ...each, reference: name, name, platform: name }));
      return reportOn(
        { build01: [makeEntry(name, { reference: name, platform: name, sources: [inEngine(`/${name}`)] })] },
        {
          news: [pending(name, { reference: name, platform: name, updates: [REBUILT] })],
          attention: ATTENTION.map((each) => ({ ...each, images: [name], registry: name })),
          rebuilds: [{ ...subject(name), because: 'moved', base: name, isBaseLocal: false }],
          stores: [{ ...store!, unneeded }],
        },
      );
    };
    const sizeOf = (report: Report): number =>
      listCommands(report)
        .flatMap(({ lines }) => lines)
        .join('').length;
    expect(sizeOf(long(300))).toBeGreaterThan(900);
    expect(sizeOf(long(100_000))).toBeLessThan(3000);
  });

  it('have no name in them that a shell would not take for one word', () => {
    for (const { isShell, lines } of listCommands(HOSTILE)) {
      for (const line of lines) {
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/);
        const [command = ''] = line.split('# ', 1);
        if (isShell) expect(command).toMatch(/^[\w ./:@=,&-]*$/);
      }
    }
  });
});
