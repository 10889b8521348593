import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { createNullMemory, openMemory } from '../../src/store/open-memory.ts';
import { cacheFile, DAY, makeDigest, makeDocument, makeFound, makeMemory, nginx, NOON, openRaw, remember } from './make.ts';
import { giveEachTestADirectory, isRoot, requiresSystem } from './set-up.ts';

let temporary: string;
let cache: string;

giveEachTestADirectory((path) => {
  temporary = path;
  cache = join(path, 'cache', 'imgupdate');
});

const permissions = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('what a run learned', () => {
  it('is known to the next run: tags, also gone ones, documents and facts', () => {
    const document = makeDocument('manifest');
    const gone = { kind: 'gone', observedAt: NOON - 5 } as const;
    remember(cache, (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.writeTag(nginx, '1.0', gone);
      memory.writeDocument(document.digest, document.bytes);
      memory.writeFacts(
        new Map([
          ['image-1', '{"labels":{}}'],
          ['image-2', '{}'],
        ]),
      );
    });
    remember(cache, (memory) => {
      expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
      expect(memory.readTag(nginx, '1.0')).toEqual(gone);
      expect(Buffer.from(memory.readDocument(document.digest)!)).toEqual(document.bytes);
      expect(memory.readFacts(['image-2', 'image-1', 'image-3'])).toEqual(
        new Map([
          ['image-1', '{"labels":{}}'],
          ['image-2', '{}'],
        ]),
      );
      expect(memory.warnings()).toEqual([]);
    });
  });

  it('is read of many tags at once, in their order, with what the run has just learned', () => {
    remember(cache, (memory) => memory.writeTag(nginx, 'kept', makeFound('a')));
    remember(cache, (memory) => {
      memory.writeTag(nginx, 'new', makeFound('b'));
      const tags = ['new', 'never', 'kept'].map((tag) => ({ repository: nginx, tag }));
      expect(memory.readTags(tags)).toEqual([makeFound('b'), null, makeFound('a')]);
      expect(memory.readTags([])).toEqual([]);
    });
  });

  it('is known to the same run at once', () => {
    remember(cache, (memory) => {
      const document = makeDocument('manifest');
      memory.writeTag(nginx, '1.27', makeFound('a'));
      memory.writeDocument(document.digest, document.bytes);
      memory.writeFacts(new Map([['image', '{}']]));
      expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
      expect(memory.readDocument(document.digest)).toEqual(document.bytes);
      expect(memory.readFacts(['image'])).toEqual(new Map([['image', '{}']]));
    });
  });

  it('was never asked: nothing is known', () => {
    remember(cache, (memory) => {
      expect(memory.readTag(nginx, '1.27')).toBeNull();
      expect(memory.readDocument(makeDigest('x'))).toBeNull();
      expect(memory.readFacts(['image']).size).toBe(0);
    });
  });

  it('keeps repositories and tags apart that look alike', () => {
    const other = { registry: 'docker.io', repository: 'library/nginx/a' };
    remember(cache, (memory) => memory.writeTag(nginx, 'a', makeFound('a')));
    remember(cache, (memory) => expect(memory.readTag(other, 'a')).toBeNull());
  });

  it('may be a document by its sha512 digest', () => {
    const bytes = Buffer.from('{}');
    const digest = digestOf(bytes, `sha512:${'0'.repeat(128)}` as never);
    remember(cache, (memory) => memory.writeDocument(digest, bytes));
    remember(cache, (memory) => expect(Buffer.from(memory.readDocument(digest)!)).toEqual(bytes));
  });

  it('survives keys and values made of quotes, zeros and __proto__', () => {
    const facts = new Map([
      ['__proto__', '{"a":1}'],
      ['it\'s "quoted"', '"\\u0000"'],
      ['\u{1f433}', '[]'],
    ]);
    remember(cache, (memory) => memory.writeFacts(facts));
    remember(cache, (memory) => expect(memory.readFacts([...facts.keys()])).toEqual(facts));
  });

  it.each([
    ['the later answer is written last', 1, 2],
    ['the later answer is written first', 2, 1],
  ])('is the later of two answers for a tag when two runs overlap: %s', (_, firstAt, secondAt) => {
    const first = makeMemory(cache);
    const second = makeMemory(cache);
    first.writeTag(nginx, '1.27', makeFound(`at ${firstAt}`, NOON + firstAt));
    second.writeTag(nginx, '1.27', makeFound(`at ${secondAt}`, NOON + secondAt));
    first.close();
    second.close();
    remember(cache, (memory) => expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('at 2', NOON + 2)));
  });

  it('is the later of two answers for a tag within a run', () => {
    remember(cache, (memory) => {
      memory.writeTag(nginx, '1.27', makeFound('later', NOON));
      memory.writeTag(nginx, '1.27', makeFound('earlier', NOON - 1));
      expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('later', NOON));
    });
    remember(cache, (memory) => expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('later', NOON)));
  });

  it('gives way to a new answer when its own was written under a clock that ran ahead', () => {
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('old', NOON + DAY)), { now: () => NOON + DAY });
    remember(cache, (memory) => {
      expect(memory.readTag(nginx, '1.27')).toBeNull();
      memory.writeTag(nginx, '1.27', makeFound('new'));
    });
    remember(cache, (memory) => expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('new')));
  });

  it('is written now and then, so that a kill costs little', () => {
    let now = NOON;
    const running = makeMemory(cache, { now: () => now });
    running.writeTag(nginx, '1', makeFound('a'));
    remember(cache, (memory) => expect(memory.readTag(nginx, '1')).toBeNull());
    now += 2_000;
    running.writeTag(nginx, '2', makeFound('b'));
    remember(cache, (memory) => {
      expect(memory.readTag(nginx, '1')).toEqual(makeFound('a'));
      expect(memory.readTag(nginx, '2')).toEqual(makeFound('b'));
    });
    running.writeFacts(new Map(Array.from({ length: 1_000 }, (_, n) => [`image-${n}`, '{}'])));
    remember(cache, (memory) => expect(memory.readFacts(['image-999']).size).toBe(1));
    running.close();
  });

  it('is written once when closed twice, and nothing is lost by it', () => {
    const memory = makeMemory(cache);
    memory.writeTag(nginx, '1.27', makeFound('a'));
    memory.close();
    memory.close();
    expect(memory.warnings()).toEqual([]);
    remember(cache, (next) => expect(next.readTag(nginx, '1.27')).toEqual(makeFound('a')));
  });

  it('lasts as long as the run where there is no home', () => {
    const memory = openMemory({ cacheDirectory: null, stateDirectory: null, uid: 0, now: () => NOON });
    memory.writeTag(nginx, '1.27', makeFound('a'));
    expect(memory.readTag(nginx, '1.27')).toEqual(makeFound('a'));
    memory.close();
    expect(memory.warnings()).toEqual([
      { code: 'store-unavailable', message: 'nothing is remembered: neither a home directory nor XDG_CACHE_HOME is known', image: null },
    ]);
  });

  it('lasts as long as the run, without a word, where nothing is to be kept', () => {
    const memory = createNullMemory(() => NOON);
    memory.writeFacts(new Map([['image', '{}']]));
    expect(memory.readFacts(['image']).size).toBe(1);
    memory.close();
    expect(memory.warnings()).toEqual([]);
  });
});

describe('a remembered document', () => {
  it('is verified: one whose bytes changed is not given, is said, and is deleted', () => {
    const document = makeDocument('manifest');
    remember(cache, (memory) => memory.writeDocument(document.digest, document.bytes));
    const raw = openRaw(cacheFile(cache));
    raw.prepare('update documents set bytes = ?').run(Buffer.from('something else'));
    raw.close();
    const memory = makeMemory(cache);
    expect(memory.readDocument(document.digest)).toBeNull();
    memory.close();
    expect(memory.warnings()).toEqual([
      { code: 'store-damaged', message: `the remembered document ${document.digest} was damaged: it is deleted`, image: null },
    ]);
    remember(cache, (next) => {
      expect(next.readDocument(document.digest)).toBeNull();
      expect(next.warnings()).toEqual([]);
    });
  });

  it('that was damaged may be fetched again in the same run', () => {
    const document = makeDocument('manifest');
    remember(cache, (memory) => memory.writeDocument(document.digest, document.bytes));
    const raw = openRaw(cacheFile(cache));
    raw.prepare('update documents set bytes = ?').run(Buffer.from('something else'));
    raw.close();
    remember(cache, (memory) => {
      memory.readDocument(document.digest);
      memory.writeDocument(document.digest, document.bytes);
    });
    remember(cache, (memory) => expect(Buffer.from(memory.readDocument(document.digest)!)).toEqual(document.bytes));
  });

  it('goes when there is no room left, the longest unused first', () => {
    const options = (day: number) => ({ now: () => NOON + day * DAY, maxDocumentBytes: 5_000 });
    const documents = ['a', 'b', 'c', 'd'].map((name) => makeDocument(name, 1_000));
    remember(cache, (memory) => documents.forEach(({ digest, bytes }) => memory.writeDocument(digest, bytes)), options(0));
    remember(cache, (memory) => memory.readDocument(documents[0]!.digest), options(1));
    const large = makeDocument('large', 2_000);
    remember(cache, (memory) => memory.writeDocument(large.digest, large.bytes), options(2));
    remember(
      cache,
      (memory) => {
        const kept = [...documents, large].map(({ digest }) => memory.readDocument(digest) !== null);
        expect(kept).toEqual([true, false, false, true, true]);
      },
      options(3),
    );
    const raw = openRaw(cacheFile(cache));
    expect(raw.prepare('select count(*) as n from document_uses').get()).toEqual({ n: 3 });
    raw.close();
  });

  it('that is larger than all the room is not kept, and pushes nothing out', () => {
    const small = makeDocument('small', 100);
    const large = makeDocument('large', 1_001);
    const options = { maxDocumentBytes: 1_000 };
    remember(
      cache,
      (memory) => {
        memory.writeDocument(small.digest, small.bytes);
        memory.writeDocument(large.digest, large.bytes);
      },
      options,
    );
    remember(
      cache,
      (memory) => {
        expect(memory.readDocument(small.digest)).not.toBeNull();
        expect(memory.readDocument(large.digest)).toBeNull();
      },
      options,
    );
  });

  it('is noted as used once a day: the second run of a day that learns nothing writes nothing', () => {
    const document = makeDocument('manifest');
    const options = { now: () => NOON + 3 * DAY };
    remember(cache, (memory) => memory.writeDocument(document.digest, document.bytes));
    const written = readFileSync(cacheFile(cache));
    remember(cache, (memory) => memory.readDocument(document.digest), options);
    const used = readFileSync(cacheFile(cache));
    expect(used.equals(written)).toBe(false);
    remember(cache, (memory) => memory.readDocument(document.digest), options);
    expect(readFileSync(cacheFile(cache)).equals(used)).toBe(true);
  });
});

describe('what nobody asked for in 90 days', () => {
  const dayLater = (days: number) => ({ now: () => NOON + days * DAY });

  it.each([
    [89, true],
    [91, false],
  ])('goes: a tag after %i days is kept: %s', (days, kept) => {
    remember(cache, (memory) => memory.writeTag(nginx, 'old', makeFound('a')));
    remember(cache, (memory) => memory.writeTag(nginx, 'new', makeFound('b', NOON + days * DAY)), dayLater(days));
    remember(cache, (memory) => expect(memory.readTag(nginx, 'old') !== null).toBe(kept), dayLater(days));
  });

  it('goes: facts, but not those that were read in between', () => {
    remember(cache, (memory) =>
      memory.writeFacts(
        new Map([
          ['unused', '{}'],
          ['used', '{}'],
        ]),
      ),
    );
    remember(cache, (memory) => memory.readFacts(['used']), dayLater(50));
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('a', NOON + 100 * DAY)), dayLater(100));
    remember(cache, (memory) => expect([...memory.readFacts(['used', 'unused']).keys()]).toEqual(['used']), dayLater(100));
  });
});

describe('the files of the cache', () => {
  it('can be read by their user alone, the journal included', () => {
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('a')));
    expect(permissions(cache)).toBe('700');
    expect(permissions(dirname(cache))).toBe('700');
    const raw = openRaw(cacheFile(cache));
    raw.exec('begin immediate; delete from tags');
    const files = readdirSync(cache).sort();
    const found = files.map((name) => permissions(join(cache, name)));
    raw.exec('rollback');
    raw.close();
    expect(files).toEqual(['cache.db', 'cache.db-journal']);
    expect(found).toEqual(['600', '600']);
  });

  it('are tightened where they stood open', () => {
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('a')));
    chmodSync(cache, 0o755);
    chmodSync(cacheFile(cache), 0o644);
    remember(cache, (memory) => expect(memory.readTag(nginx, '1.27')).not.toBeNull());
    expect([permissions(cache), permissions(cacheFile(cache))]).toEqual(['700', '600']);
  });

  it('leave no journal behind', () => {
    remember(cache, (memory) => memory.writeTag(nginx, '1.27', makeFound('a')));
    expect(readdirSync(cache)).toEqual(['cache.db']);
  });

  it('are left alone in a directory of another user', () => {
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o755);
    const memory = openMemory({ cacheDirectory: cache, stateDirectory: null, uid: statSync(cache).uid + 1, now: () => NOON });
    memory.writeTag(nginx, '1.27', makeFound('a'));
    memory.close();
    expect(memory.warnings().map(({ message }) => message)).toEqual([
      `the cache cannot be used, nothing is remembered: ${cache} belongs to user ${statSync(cache).uid}, not to user ${statSync(cache).uid + 1}`,
    ]);
    expect([permissions(cache), readdirSync(cache)]).toEqual(['755', []]);
  });

  it.skipIf(!isRoot && !requiresSystem)('are not made by root in the home of another user', () => {
    chownSync(temporary, 65_534, 65_534);
    const memory = makeMemory(cache);
    memory.close();
    expect(memory.warnings().map(({ code }) => code)).toEqual(['store-unavailable']);
    expect(readdirSync(temporary)).toEqual([]);
  });
});
