import { recordBase } from '../../check/record-base.ts';
import type { BuildNote } from '../../core/base/version.ts';
import { shortDigest } from '../../core/digest.ts';
import { renderFamiliar } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { plural } from '../../formats/facts.ts';
import { openEngine, planRegistry } from '../check-machine.ts';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import type { LookupOptions } from '../options.ts';
import { readReference, readSettings, withNamedHosts } from '../settings.ts';
import { readImage, readTargets } from '../targets.ts';

export type RecordArguments = { readonly image: string; readonly base: string | undefined };

/**
 * `imgupdate base record IMAGE [BASE]`: writes into the state on which version of its base an image was built. To be called right after the build.
 *
 * It is read back, as a record that is believed to be there and is not would be missed a year later.
 */
export async function recordBaseOf(context: Context, { image, base }: RecordArguments, options: LookupOptions): Promise<ExitCode> {
  const reference = base === undefined ? null : readReference(base, 'the base ');
  const { matches, isId } = readImage(readLocal(image));
  const settings = withNamedHosts(await readSettings(context, options), reference === null ? [] : [reference]);
  const memory = await context.adapters.openMemory();
  let note: BuildNote;
  try {
    note = await recordBase(
      {
        source: await openEngine(context, { ...options, ...settings, facts: memory }),
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
        hosts: settings.allowedHosts,
        policy: { maxAgeMs: options.refresh === true ? 0 : settings.maxAgeMs, offline: options.offline === true },
      },
    );
  } finally {
    memory.close();
    const warnings = [...settings.warnings, ...memory.warnings()].map(({ message }) => `W: ${sanitizeText(message)}\n`);
    context.stderr.write(warnings.join(''));
  }
  if (!(await isKept(context, note))) {
    throw new ImgupdateError('cannot-write', `the base of ${image} is not recorded: the state cannot be written`, {
      hint: 'set XDG_STATE_HOME to a folder you may write to',
    });
  }
  context.stdout.write(`${sanitizeText(image)}: ${describeBase(note)}\n`);
  return EXIT.ok;
}

/** Of an image in a registry nothing is recorded here: what is built on this machine is. */
function readLocal(image: string): string {
  const [local] = readTargets([image]).patterns;
  if (local !== undefined) return local;
  throw new ImgupdateError('usage', `cannot record the base of ${image}: bases are recorded of images of the engine`, {
    hint: `name its base when it is looked at: imgupdate list --base node:20-slim ${image}`,
  });
}

async function isKept(context: Context, { imageId, base, recordedAt }: BuildNote): Promise<boolean> {
  const memory = await context.adapters.openMemory();
  try {
    const kept = memory.readBuildNote(imageId, base.platform);
    return kept !== null && kept.recordedAt >= recordedAt;
  } finally {
    memory.close();
  }
}

/** `built on node:20-slim (5 layers, 3f2a9c0b7d1e)` */
function describeBase({ base }: BuildNote): string {
  const name = renderFamiliar({ ...base.repository, tag: base.tag, digest: null });
  const digest = base.topDigest ?? base.manifestDigest ?? base.configDigest;
  const layers = plural(base.contents.diffIds.length, 'layer');
  return `built on ${sanitizeText(name)} (${layers}${digest === null ? '' : `, ${shortDigest(digest)}`})`;
}
