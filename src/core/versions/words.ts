/** What may stand, glued, before a version's first number; written in any case, with or without a dot behind it (`v1.2`, `RELEASE.2024-01-01`, `b4321`). */
export const OPENERS: ReadonlySet<string> = new Set(['v', 'r', 'b', 'rel', 'release', 'ver', 'version', 'build']);

/**
 * The words of pre-releases, in any case, and their place in the order of a version: the lower comes first.
 *
 * Source: Semantic Versioning 2.0.0, item 11; PEP 440, Pre-releases; Maven, Version Order Specification; OpenJDK JEP 223 (`ea`).
 */
export const PRE_RELEASES: ReadonlyMap<string, number> = new Map([
  ['dev', 0],
  ['exp', 0],
  ['alpha', 1],
  ['a', 1],
  ['beta', 2],
  ['b', 2],
  ['milestone', 3],
  ['m', 3],
  ['ea', 3],
  ['pre', 4],
  ['preview', 4],
  ['prerelease', 4],
  ['rc', 5],
  ['cr', 5],
  ['c', 5],
]);

/** What a stream of unreleased builds is called: with a number it is a pre-release, without one a variant that stays what it is. */
export const CHANNELS: ReadonlySet<string> = new Set([
  'nightly',
  'edge',
  'canary',
  'snapshot',
  'unstable',
  'next',
  'insiders',
  'insider',
  'testing',
  'experimental',
  'dev',
]);

/** What counts the builds of one version (`-ls123`, `-r5`, `-b08`, `-k3s1`), in any case. */
export const REVISIONS: ReadonlySet<string> = new Set(['r', 'rev', 'revision', 'ls', 'b', 'build', 'bld', 'cu', 'k3s', 'rke2r']);

/** What counts the repairs of one version, of which most versions have none (`-p1`, `.post1`, `-security-01`), in any case. Source: PEP 440, Post-releases. */
export const REPAIRS: ReadonlySet<string> = new Set(['p', 'pl', 'patch', 'post', 'hotfix', 'security']);

/** What may stand behind a version without a separator (`9.9p1`, `1.0post1`, `10.10.7ubu2404`). */
export const GLUED: ReadonlySet<string> = new Set(['p', 'post', 'r', 'ubu']);

/** What a build of unreleased work begins with (`pr-12`, `sha-3f2a9c0`), in any case. */
export const WORK: ReadonlySet<string> = new Set([
  'pr',
  'pull',
  'mr',
  'merge',
  'commit',
  'sha',
  'branch',
  'feature',
  'feat',
  'fix',
  'bugfix',
  'issue',
  'dependabot',
]);

/** What is unreleased work behind a version, too, where a number follows (`1.2.3-pr-12`). */
export const REQUESTS: ReadonlySet<string> = new Set(['pr', 'pull', 'mr']);

/** Operating systems: the plain number behind one is its version (`debian-12`, `windowsservercore-1809`). */
export const SYSTEMS: ReadonlySet<string> = new Set([
  'alpine',
  'debian',
  'ubuntu',
  'centos',
  'rocky',
  'rockylinux',
  'alma',
  'almalinux',
  'fedora',
  'rhel',
  'ubi',
  'ol',
  'oraclelinux',
  'amazonlinux',
  'al',
  'opensuse',
  'leap',
  'sles',
  'suse',
  'photon',
  'mariner',
  'azurelinux',
  'windows',
  'windowsservercore',
  'servercore',
  'nanoserver',
]);

/** Processors and word sizes, whose numbers are no versions. Source: Go, internal/syslist; Debian, architectures; the prefixes of Docker's official images. */
export const ARCHITECTURES: ReadonlySet<string> = new Set([
  'amd64',
  'arm',
  'arm64',
  'arm32v5',
  'arm32v6',
  'arm32v7',
  'arm64v8',
  'armv5',
  'armv6',
  'armv6l',
  'armv7',
  'armv7l',
  'armv8',
  'armhf',
  'armel',
  'aarch64',
  'x64',
  'x86',
  'x86_64',
  'i386',
  'i686',
  'ppc64',
  'ppc64le',
  'ppc64el',
  's390x',
  'riscv64',
  'mips',
  'mips64',
  'mips64le',
  'mipsle',
  'mips64el',
  'loong64',
  '32bit',
  '64bit',
  'win32',
  'win64',
]);

/** Debian's code names in the order of their releases. Source: Debian, DebianReleases. */
const DEBIAN =
  'buzz rex bo hamm slink potato woody sarge etch lenny squeeze wheezy jessie stretch buster bullseye bookworm trixie forky duke'.split(
    ' ',
  );

/** Ubuntu's code names in the order of their releases. Source: Ubuntu, Releases. */
const UBUNTU = (
  'warty hoary breezy dapper edgy feisty gutsy hardy intrepid jaunty karmic lucid maverick natty oneiric precise quantal raring saucy trusty utopic ' +
  'vivid wily xenial yakkety zesty artful bionic cosmic disco eoan focal groovy hirsute impish jammy kinetic lunar mantic noble oracular plucky questing'
).split(' ');

/** A code name as a version: whose it is, and its place in the order. */
export type CodeName = { readonly of: string; readonly place: number };

/** Code names that are versions in all but their spelling. */
export const CODE_NAMES: ReadonlyMap<string, CodeName> = new Map([
  ...DEBIAN.map((name, place): [string, CodeName] => [name, { of: '<debian>', place }]),
  ...UBUNTU.map((name, place): [string, CodeName] => [name, { of: '<ubuntu>', place }]),
]);
