// A second process that uses the cache: node worker.js BUNDLE DIRECTORY JOB NAME. Prints what it found as JSON.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const [, , bundle, cacheDirectory, job, name] = process.argv;
const { openMemory } = await import(pathToFileURL(bundle).href);
const memory = openMemory({ cacheDirectory, stateDirectory: null, uid: process.getuid?.() ?? null, now: Date.now });
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
JOBS[job]();
const tag = memory.readTag(repository, `${name}-0`);
const document = tag === null ? null : memory.readDocument(tag.digest);
memory.close();
console.log(JSON.stringify({ tag: tag !== null, document: document !== null, warnings: memory.warnings() }));
