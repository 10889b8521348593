import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { baseEnvironment } from '../helpers/processes.ts';

const BIN = fileURLToPath(new URL('../../bin/imgupdate', import.meta.url));

/** Runs the demo with a stream that is always full. */
function runOnto(full: 'stdout' | 'stderr') {
  const device = openSync('/dev/full', 'w');
  const stdio = ['ignore', full === 'stdout' ? device : 'pipe', full === 'stderr' ? device : 'pipe'] as const;
  const ran = spawnSync(process.execPath, [BIN, 'demo'], {
    env: { ...baseEnvironment(), HOME: '/nonexistent' },
    stdio: [...stdio],
    encoding: 'utf8',
  });
  closeSync(device);
  return { status: ran.status, output: ran.output.join('') };
}

it.runIf(process.platform === 'linux')('records that cannot be written make the result untrustworthy, in one sentence', () => {
  const { status, output } = runOnto('stdout');
  expect(status).toBe(1);
  expect(output.split('\n').filter((line) => line.startsWith('E: '))).toEqual([
    'E: cannot write to standard output: ENOSPC: no space left on device, write',
  ]);
  expect(output).not.toContain('    at ');
});

it.runIf(process.platform === 'linux')('messages that cannot be written end nothing', () => {
  const { status, output } = runOnto('stderr');
  expect(status).toBe(0);
  expect(output).toContain('rebuilt');
});
