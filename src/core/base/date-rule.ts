import { createdAt } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';

/** Clocks of build machines differ. */
const SKEW_NANOSECONDS = 300_000_000_000n;

/**
 * Whether a base is too young to be what an image was built on: made more than five minutes after the image's first step on top of it.
 *
 * Only where that step's time is later than 1970, and time goes forward to it from the base's last step: tools that build reproducibly date their steps 1970 or
 * earlier, and their images are not older than their bases for it. The first step on top is the one after as many steps as the base has; an image without one was itself made then.
 * Says nothing about a base that is older: that proves nothing.
 * Source: reproducible-builds.org, SOURCE_DATE_EPOCH; buildah-build(1), --timestamp.
 */
export function isTooYoung(base: ImageContents, image: ImageContents): boolean {
  const steps = base.history?.entries ?? [];
  const last = steps.at(-1);
  if (last === undefined) return false;
  const lastStep = createdAt(last);
  const nextStep = createdAt(image.history?.entries[steps.length] ?? image);
  const made = createdAt(base);
  if (lastStep === null || nextStep === null || made === null) return false;
  return nextStep > 0n && nextStep >= lastStep && made > nextStep + SKEW_NANOSECONDS;
}
