import { describe, expect, it } from 'vitest';
import { readTag } from '../../../src/core/versions/read-tag.ts';

/** `rc` of `-rc.2`, `rc2`; written out, because what is missing in the table of the source must be missed here. */
const words = (text: string): readonly string[] => text.split(' ');

describe('the words of tags', () => {
  it.each(words('dev exp alpha beta milestone ea pre preview prerelease rc cr RC Beta nightly canary'))(
    '1.0-%s.2 is a pre-release',
    (word) => {
      for (const tag of [`1.0-${word}.2`, `1.0-${word}2`, `1.0${word}2`]) {
        expect(readTag(tag)).toMatchObject({ kind: 'version', words: '', pre: [expect.any(Number), 2] });
      }
    },
  );

  it('of pre-releases have an order', () => {
    const places = words('dev alpha beta milestone preview rc').map((word) => readTag(`1.0-${word}.1`).pre[0]);
    expect(places).toEqual([0, 1, 2, 3, 4, 5]);
    expect(words('a1 b1 m1 c1').map((end) => readTag(`1.0${end}`).pre)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [5, 1],
    ]);
  });

  it.each(words('nightly edge canary snapshot SNAPSHOT unstable next insiders insider testing experimental dev'))(
    '1.0-%s is a stream',
    (word) => {
      expect(readTag(`1.0-${word}`)).toMatchObject({ kind: 'version', words: word, pre: [], axes: [] });
    },
  );

  it.each(words('r rev revision ls b build bld cu CU k3s rke2r'))('1.0-%s5 counts builds', (word) => {
    const between = /\d/.test(word.at(-1)!) ? '-' : '';
    expect(readTag(`1.0-1-${word}${between}5`)).toMatchObject({ axes: [], revisions: [[1], [5]] });
  });

  it.each(words('p pl patch post hotfix security'))('1.0-%s5 counts repairs', (word) => {
    for (const tag of [`1.0-${word}5`, `1.0-${word}-5`])
      expect(readTag(tag)).toMatchObject({ words: '', axes: [], revisions: [], repair: [5] });
  });

  it.each(words('pr pull mr merge commit sha branch feature feat fix bugfix issue dependabot'))('%s-12 is work', (word) => {
    expect(readTag(`${word}-12`).kind).toBe('work');
  });

  it.each(
    words(
      'alpine debian ubuntu centos rocky rockylinux alma almalinux fedora rhel ubi ol oraclelinux amazonlinux al opensuse leap sles suse photon mariner ' +
        'azurelinux windows windowsservercore servercore nanoserver',
    ),
  )('the number of %s-12 is that of the system', (system) => {
    expect(readTag(`${system}-12-1.5`)).toMatchObject({ prefix: `${system}-12-`, core: { numbers: [1, 5] } });
    expect(readTag(`1.5-${system}-12`)).toMatchObject({ axes: [[12]], revisions: [] });
  });

  it('have no versions of three numbers where they are systems', () => {
    expect(readTag('debian-1.2.3')).toMatchObject({ prefix: 'debian-', core: { numbers: [1, 2, 3] } });
    expect(readTag('debian-12').kind).toBe('word');
  });

  it.each(
    words(
      'amd64 arm arm64 arm32v5 arm32v6 arm32v7 arm64v8 armv5 armv6 armv6l armv7 armv7l armv8 armhf armel aarch64 x64 x86 x86_64 i386 i686 ppc64 ppc64le ' +
        'ppc64el s390x riscv64 mips mips64 mips64le mipsle mips64el loong64 32bit 64bit win32 win64',
    ),
  )('%s is a processor, not a version', (word) => {
    expect(readTag(`1.5-${word}`)).toMatchObject({ words: word, axes: [], revisions: [] });
    expect(readTag(`${word}-1.5`)).toMatchObject({ prefix: `${word}-`, core: { numbers: [1, 5] } });
  });

  it.each([
    ['buster', 'bullseye'],
    ['bullseye', 'bookworm'],
    ['bookworm', 'trixie'],
    ['trixie', 'forky'],
    ['bionic', 'focal'],
    ['focal', 'jammy'],
    ['jammy', 'noble'],
    ['noble', 'plucky'],
  ])('%s comes before %s', (before, after) => {
    const [older, newer] = [readTag(`1.0-${before}`), readTag(`1.0-${after}`)];
    expect(newer.words).toBe(older.words);
    expect(newer.axes[0]![0]).toBeGreaterThan(older.axes[0]![0]!);
  });
});
