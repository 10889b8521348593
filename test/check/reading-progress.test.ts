import { describe, expect, it } from 'vitest';
import type { Progress } from '../../src/check/check-tags.ts';
import type { Inventory, ListOptions } from '../../src/check/ports.ts';
import { tellReading } from '../../src/check/reading-progress.ts';
import type { WantedSource } from '../../src/check/stock.ts';

const OPTIONS: ListOptions = { all: false, signal: new AbortController().signal, onProgress: () => undefined };

/** Reading one of these ends when it is told to. */
function makePlace(name: string) {
  const ends: ((error: Error) => void)[] = [];
  const list = (): Promise<Inventory> => new Promise((_, reject) => ends.push(reject));
  const wanted: WantedSource = { source: { list }, name, matches: null };
  return { wanted, end: () => ends.forEach((end) => end(new Error('read'))) };
}

describe('places that are read', () => {
  it('are named from the beginning until they were, whatever came of it', async () => {
    const told: Progress[] = [];
    const [archive, engine] = [makePlace('docker-archive:app.tar'), makePlace('ssh://build01')];
    const { sources, onProgress } = tellReading([archive.wanted, engine.wanted], (progress) => void told.push(progress));
    const [first, second] = sources.map(({ source }) => source.list(OPTIONS));
    expect(told.splice(0)).toEqual([{ done: 0, total: 0, subject: 'docker-archive:app.tar, ssh://build01' }]);
    onProgress(1, 2);
    onProgress(2, 2);
    expect(told.splice(0)).toEqual([
      { done: 1, total: 2, subject: 'images' },
      { done: 0, total: 0, subject: 'docker-archive:app.tar, ssh://build01' },
    ]);
    engine.end();
    await expect(second).rejects.toThrow('read');
    expect(told.splice(0)).toEqual([{ done: 0, total: 0, subject: 'docker-archive:app.tar' }]);
    archive.end();
    await expect(first).rejects.toThrow('read');
    expect(told).toEqual([]);
  });

  it('draw nothing on the terminal by their names', () => {
    const told: Progress[] = [];
    tellReading([makePlace('docker-archive:\u001b[2J').wanted], (progress) => void told.push(progress));
    expect(told.map(({ subject }) => subject)).toEqual(['docker-archive:\u{fffd}[2J']);
  });
});
