// A second process that uses the cache: node worker.js BUNDLE DIRECTORY JOB NAME. Prints what it found as JSON.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [, , bundle, cacheDirectory, job, name] = process.argv;
const { openMemory } = await import(pathToFileURL(bundle).href);
const memory = openMemory({ cacheDirectory, stateDirectory: cacheDirectory, uid: process.getuid?.() ?? null, now: Date.now });
const repository = { registry: 'docker.io', repository: 'library/worker' };
const digestOf = (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const write = (count, size) => {
  for (let n = 0; n < count; n += 1) {
    const bytes = Buffer.from(`${name}-${n} `.repeat(size).slice(0, size));
    memory.writeDocument(digestOf(bytes), bytes);
    memory.writeTag(repository, `${name}-${n}`, { kind: 'found', digest: digestOf(bytes), mediaType: null, observedAt: Date.now() });
  }
};

const JOBS = {
  read: () => undefined,
  write: () => write(20, 2_000),
  writeMuch: () => write(2_000, 2_000),
  writeForever: () => {
    console.log('writing');
    for (let round = 0; ; round += 1) write(200_000, 2_000);
  },
};
/** All processes see the same versions of one tag in the same order, and each one version of a tag of its own. */
const see = (tag, version) => {
  const digest = digestOf(`${tag} ${version}`);
  const contents = { diffIds: [digest], history: null, created: null, settings: new Map([['Env', `["${'x'.repeat(2_000)}"]`]]) };
  const digests = { topDigest: digest, manifestDigest: digest, configDigest: digest };
  memory.writeBase({ repository, tag, platform: 'linux/amd64', ...digests, contents, firstSeen: version, lastSeen: version });
};
const BASE_JOBS = {
  seeBases: () => {
    for (let version = 1; version <= 50; version += 1) see('shared', version);
    see(name, 1);
  },
  seeAgain: () => see('shared', 50),
  seeMuch: () => {
    for (let version = 1; version <= 1_500; version += 1) see(`${name}-${version}`, version);
  },
  seeForever: () => {
    for (let version = 1; ; version += 1) see(`${name}-${version}`, version);
  },
};

const SHARED = Array.from({ length: 50 }, (_, n) => `1.${n}`);
const SEEN_AT = Date.UTC(2025, 0, 1); // the same for all workers: of two times the earlier would be written too
const MANY = Array.from({ length: 20_000 }, (_, n) => `build-${n}`);
const hold = (of) => memory.writeHold({ of, hold: { reason: 'x'.repeat(500), until: null }, heldAt: Date.now() });
const HOLD_JOBS = {
  look: () => undefined,
  hold: () => {
    hold(name);
    memory.writeSightings(repository, SHARED, SEEN_AT);
  },
  unhold: () => memory.removeHold(name),
  holdMuch: () => {
    for (let n = 0; n < 3_000; n += 1) hold(`${name}-${n}`);
  },
  holdForever: () => {
    for (let n = 0; ; n += 1) {
      hold(`${name}-${n}`);
      if (n % 200 === 0) memory.writeSightings({ ...repository, repository: `worker/${n}` }, MANY, Date.now()); // so many are written at once
    }
  },
};

const askForTag = () => {
  JOBS[job]();
  const tag = memory.readTag(repository, `${name}-0`);
  const document = tag === null ? null : memory.readDocument(tag.digest);
  return { tag: tag !== null, document: document !== null };
};
const askForBases = () => {
  BASE_JOBS[job]();
  const [shared, own] = ['shared', name].map((tag) => memory.readBases(repository, tag, 'linux/amd64').length);
  return { shared, own };
};
const askForHolds = () => {
  HOLD_JOBS[job]();
  return { holds: memory.readHolds().map(({ of }) => of), seen: memory.readSightings(repository, SHARED).size };
};
const ask = job in JOBS ? askForTag : job in BASE_JOBS ? askForBases : askForHolds;
const found = ask();
memory.close();
console.log(JSON.stringify({ ...found, warnings: memory.warnings() }));
