import { recordBase } from '../../check/record-base.ts';
import { shortDigest } from '../../core/digest.ts';
import { renderFamiliar } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { openEngine, planRegistry } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { LookupOptions } from '../options.ts';
import { readReference, readSettings } from '../settings.ts';
import { readImage } from '../targets.ts';

export type RecordArguments = { readonly image: string; readonly base: string | undefined };

/** `imgupdate base record IMAGE [BASE]`: writes into the state on which version of its base an image was built. To be called right after the build. */
export async function recordBaseOf(context: Context, { image, base }: RecordArguments, options: LookupOptions): Promise<ExitCode> {
  const reference = base === undefined ? null : readReference(base, 'the base ');
  const { matches, isId } = readImage(image);
  const settings = await readSettings(context, options);
  const memory = await context.adapters.openMemory();
  try {
    const { base: recorded } = await recordBase(
      {
        source: await openEngine(context, options, memory),
        memory,
        openRegistry: planRegistry(context, options, settings),
        now: context.now,
        signal: context.signal,
      },
      {
        image,
        matches,
        all: isId,
        base: reference,
        policy: { maxAgeMs: options.refresh === true ? 0 : options.maxAge, offline: options.offline === true },
      },
    );
    const name = renderFamiliar({ ...recorded.repository, tag: recorded.tag, digest: null });
    const digest = recorded.topDigest ?? recorded.manifestDigest ?? recorded.configDigest;
    const layers = recorded.contents.diffIds.length;
    const what = `${layers} layer${layers === 1 ? '' : 's'}${digest === null ? '' : `, ${shortDigest(digest)}`}`;
    context.stdout.write(`${sanitizeText(image)}: built on ${sanitizeText(name)} (${what})\n`);
    return EXIT.ok;
  } finally {
    memory.close();
    context.stderr.write(
      memory
        .warnings()
        .map(({ message }) => `W: ${sanitizeText(message)}\n`)
        .join(''),
    );
  }
}
