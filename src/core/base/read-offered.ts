import type { Reference } from '../reference.ts';
import { askTag, askVersion, type Conversation } from './conversation.ts';
import { recallVersion, type Surroundings } from './surroundings.ts';
import type { VersionContents } from './version.ts';

/** What a reference names now, for the platform; null where that cannot be had, whatever the reason. */
export function* readOffered(reference: Reference, here: Surroundings): Conversation<VersionContents | null> {
  if (here.refusal(reference) !== null) return null;
  const offer = reference.tag === null ? null : yield* askTag(reference);
  const top = reference.tag === null ? reference.digest : offer?.kind === 'found' ? offer.digest : null;
  if (top === null) return null;
  const remembered = recallVersion(here, reference, (version) => version.topDigest === top);
  if (remembered !== null) return remembered;
  const version = yield* askVersion(reference, top);
  return version.ok ? version.value : null;
}
