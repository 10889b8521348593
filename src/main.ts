import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import type { Adapters, Output } from './cli/context.ts';
import { EXIT } from './cli/exit-code.ts';
import { run } from './cli/program.ts';
import { ImgupdateError } from './errors.ts';

await main();

/** The composition root: gives the command line its streams, clock, signals and adapters, and sets the exit code once. */
async function main(): Promise<void> {
  const interruption = new AbortController();
  let signalCode: typeof EXIT.interrupted | typeof EXIT.terminated | null = null;
  process.once('SIGINT', () => {
    signalCode = EXIT.interrupted;
    interruption.abort();
  });
  process.once('SIGTERM', () => {
    signalCode = EXIT.terminated;
    interruption.abort();
  });
  const stdout = createOutput(process.stdout, () => interruption.abort());
  try {
    process.exitCode = await run({
      argv: process.argv.slice(2),
      env: process.env,
      stdout,
      stderr: createOutput(process.stderr, () => undefined),
      version: packageJson.version,
      now: Date.now,
      signal: interruption.signal,
      writeFile: writeWhole,
      adapters: createAdapters(interruption.signal),
    });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
  }
  if (signalCode !== null) process.exitCode = signalCode;
}
