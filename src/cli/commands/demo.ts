import type { Context } from '../context.ts';
import type { ExitCode } from '../exit-code.ts';
import type { ListCommandOptions } from '../program.ts';
import { list } from './list.ts';

/** `imgupdate demo`: the real `list` on a small world that runs in this process, which is said first and gone afterwards. */
export async function demo(context: Context, patterns: readonly string[], options: ListCommandOptions): Promise<ExitCode> {
  const world = await context.adapters.startDemo();
  try {
    if (options.quiet === 0) {
      context.stderr.write(`N: a demo: an embedded image store, and registries at ${world.location}; nothing leaves this machine\n`);
    }
    return await list({ ...context, adapters: world.adapters }, patterns, { ...options, verb: 'demo' });
  } finally {
    await world.close();
  }
}
