import { hostname } from 'node:os';
import packageJson from '../package.json' with { type: 'json' };
import type { Machine } from './adapters.ts';
import type { Adapters, Output } from './cli/context.ts';

const { env, platform } = process;

const argv = process.argv.slice(2);

/** What node calls a processor, as images call it, where that is something else. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** How long a process that was interrupted may be held after its work is done. */
const LINGER_MS = 500;

if (argv.length === 1 && ['--version', '-V'].includes(argv[0] ?? '')) process.stdout.write(`${packageJson.version}\n`);
else await main();

/** The composition root: gives the command line its streams, clock, signals and adapters, and sets the exit code once. */
async function main(): Promise<void> {
  const [{ run }, { EXIT }] = await Promise.all([import('./cli/program.ts'), import('./cli/exit-code.ts')]);
  const interruption = new AbortController();
  const interrupted: { code: number | null; signal: NodeJS.Signals | null } = { code: null, signal: null };
  const interruptWith = (code: number) => (signal: NodeJS.Signals) => {
    Object.assign(interrupted, { code, signal });
    interruption.abort();
  };
  const loseReader = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE' && interrupted.code === null) {
      interrupted.code = EXIT.untrustworthy;
      process.stderr.write(`E: cannot write to standard output: ${error.message}\n`);
    }
    // what the work ended with, or ends with yet, is left to it
    if (interrupted.code !== null) process.exitCode = interrupted.code;
    interruption.abort();
  };
  process.once('SIGHUP', interruptWith(EXIT.hungUp));
  process.once('SIGINT', interruptWith(EXIT.interrupted));
  process.once('SIGTERM', interruptWith(EXIT.terminated));
  try {
    const exitCode = await run({
      argv,
      env,
      stdout: createOutput(process.stdout, loseReader),
      stderr: createOutput(process.stderr, () => undefined),
      version: packageJson.version,
      cwd: process.cwd(),
      hostName: hostname(),
      machine: machinePlatform(process.arch),
      now: Date.now,
      signal: interruption.signal,
      writeFile: async (path, text, mode) =>
        (await import('./store/write-whole.ts')).writeWhole(path, text, { token: `${process.pid}-${Date.now().toString(36)}`, mode }),
      appendFile: async (path, text) => (await import('./store/write-whole.ts')).appendTo(path, text),
      adapters: loadAdapters({
        env,
        platform,
        uid: process.getuid?.() ?? null,
        version: packageJson.version,
        cwd: process.cwd(),
        openStdin: () => process.stdin,
        signal: interruption.signal,
      }),
    });
    process.exitCode = interrupted.code ?? exitCode;
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = interrupted.code ?? EXIT.ok;
  }
  if (interrupted.signal !== null) endBy(interrupted.signal);
}

/** Containers are linux's, whatever runs the machine that asks. */
function machinePlatform(architecture: string): string {
  return `linux/${ARCHITECTURES[architecture] ?? architecture}`;
}

/**
 * Ends the process by the signal it was sent if all is done and something still holds it: the system's look-up of a name cannot be called off, and takes as long
 * as the name server is waited for. A process that nothing holds has ended by then. To a shell both are the same exit code.
 */
function endBy(signal: NodeJS.Signals): void {
  setTimeout(() => process.kill(process.pid, signal), LINGER_MS).unref();
}

/** A reader that goes away (`| head -1`) ends the work quietly, a full disk with a word; messages that cannot be written end nothing. */
function createOutput(stream: NodeJS.WriteStream, onClosed: (error: NodeJS.ErrnoException) => void): Output {
  let isLost = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isLost = true;
    onClosed(error);
  });
  return {
    write: (text) => void stream.write(text),
    drain: () =>
      new Promise((resolve) => {
        // a pipe takes all at once, and tells that nobody reads it a moment later
        if (stream.destroyed || stream.writableLength === 0) setImmediate(resolve);
        else stream.write('', () => setImmediate(resolve));
      }),
    isLost: () => isLost,
    isTTY: stream.isTTY,
    get columns() {
      return stream.isTTY ? stream.columns : null;
    },
  };
}

/** The adapters, loaded with the first of them that is used. */
function loadAdapters(machine: Machine): Adapters {
  const load = async (): Promise<Adapters> => (await import('./adapters.ts')).createAdapters(machine);
  return {
    readConfiguration: async (named) => (await load()).readConfiguration(named),
    openMemory: async (part) => (await load()).openMemory(part),
    openReportLog: async () => (await load()).openReportLog(),
    openEngine: async (settings) => (await load()).openEngine(settings),
    openStored: async (place, settings) => (await load()).openStored(place, settings),
    openFiles: async () => (await load()).openFiles(),
    readText: async (path, maxBytes) => (await load()).readText(path, maxBytes),
    openRegistry: async (settings) => (await load()).openRegistry(settings),
    startDemo: async () => (await load()).startDemo(),
  };
}
