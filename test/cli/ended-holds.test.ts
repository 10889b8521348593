import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hold } from '../../src/cli/commands/hold.ts';
import { showHold } from '../../src/cli/commands/showhold.ts';
import type { HoldContext } from '../../src/cli/held-images.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

/** A day on which something is typed, and what is printed then. */
async function on(day: string, work: (context: HoldContext) => Promise<unknown>): Promise<string> {
  const now = (): number => Date.parse(`${day}T12:00:00Z`);
  let text = '';
  const output = {
    write: (part: string) => void (text += part),
    drain: () => Promise.resolve(),
    isLost: () => false,
    isTTY: false,
    columns: null,
  };
  const open = () => openMemory({ cacheDirectory: null, stateDirectory: directory.path, uid: process.getuid?.() ?? null, now });
  await work({
    stdout: output,
    stderr: { ...output, write: () => undefined },
    now,
    adapters: { openMemory: () => Promise.resolve(open()) },
  });
  return text;
}

const showWith = (options: Partial<Parameters<typeof showHold>[2]>) => (context: HoldContext) =>
  showHold(context, [], { quiet: 0, ...options });

describe('a hold that has ended', () => {
  beforeEach(() => on('2026-11-20', (context) => hold(context, ['nginx:1.27'], { until: '2026-12-15', reason: 'wait for the fix' })));

  it('is shown as ended, and is not among the names that are held', async () => {
    expect(await on('2026-12-14', showWith({}))).toBe('nginx:1.27 until 2026-12-15: wait for the fix\n');
    expect(await on('2026-12-14', showWith({ quiet: 1 }))).toBe('nginx:1.27\n');
    expect(await on('2026-12-15', showWith({}))).toBe('nginx:1.27 until 2026-12-15 (ended): wait for the fix\n');
    expect(await on('2026-12-15', showWith({ quiet: 1 }))).toBe('');
    expect(JSON.parse(await on('2026-12-15', showWith({ json: true })))).toMatchObject([{ image: 'nginx:1.27', ended: true }]);
  });

  it('is no hold any more when the image is held again', async () => {
    expect(await on('2026-12-20', (context) => hold(context, ['nginx:1.27'], {}))).toBe('nginx:1.27 set on hold.\n');
    expect(await on('2026-12-20', showWith({}))).toBe('nginx:1.27\n');
  });
});

it('the day a hold is to end has to come yet', async () => {
  const until = (day: string) => on('2026-11-20', (context) => hold(context, ['nginx'], { until: day }));
  await expect(until('2026-11-20')).rejects.toMatchObject({ code: 'usage', hint: 'name a later one: --until 2026-12-20' });
  expect(await until('2026-11-21')).toBe('nginx set on hold.\n');
});
