import type { FindingLevel, FindingRule } from '../../check/finding.ts';

/** What a rule is, for people who meet it in a dashboard. */
type RuleText = {
  /** One word in PascalCase, as SARIF wants it. */
  readonly name: string;
  /** A sentence without its full stop. */
  readonly title: string;
  /** Sentences. */
  readonly description: string;
  /** What to do: sentences, with code between backticks. */
  readonly help: string;
  /** The level it has unless a check is told otherwise. */
  readonly level: FindingLevel;
};

/** The words of each rule. */
export const RULE_TEXTS: Readonly<Record<FindingRule, RuleText>> = {
  'stale/base': {
    name: 'OutdatedBase',
    title: 'The image stands on an outdated base',
    description:
      'The first layers of the image are not those of its base image as it is published now, so fixes in the base are missing from it, or the base is not published any more.',
    help: 'Build the image again on the present base with `docker build --pull`, or change its `FROM`. `imgupdate show IMAGE` tells how the base was found.',
    level: 'error',
  },
  'stale/rebuilt': {
    name: 'RebuiltTag',
    title: 'The tag names another image now',
    description: 'The registry offers another image under the same tag and for the same platform than the one that is installed or pinned.',
    help: 'Pull the image again, or write the new digest where the old one is pinned. `imgupdate show IMAGE` shows both.',
    level: 'error',
  },
  'stale/gone': {
    name: 'GoneTag',
    title: 'The tag does not exist any more',
    description: 'The registry has answered that it has no such tag, so the image can be neither pulled nor updated.',
    help: 'Choose a tag that the repository still has, or hold the image with a reason: `# imgupdate: hold until=DATE reason="..."`.',
    level: 'error',
  },
  'stale/patch': {
    name: 'NewerPatch',
    title: 'A newer patch of the version exists',
    description: 'The repository has a tag of the same version line that differs in the patch only.',
    help: 'Change the tag, or hold the image with a reason: `# imgupdate: hold until=DATE reason="..."`.',
    level: 'warning',
  },
  'stale/minor': {
    name: 'NewerMinor',
    title: 'A newer minor version exists',
    description: 'The repository has a tag of the same version line with a higher minor version.',
    help: 'Change the tag, or hold the image with a reason: `# imgupdate: hold until=DATE reason="..."`.',
    level: 'warning',
  },
  'stale/major': {
    name: 'NewerMajor',
    title: 'A newer major version exists',
    description: 'The repository has a tag with a higher major version.',
    help: 'Read the release notes and change the tag, or hold the image with a reason: `# imgupdate: hold until=DATE reason="..."`.',
    level: 'warning',
  },
  'unknown/auth': {
    name: 'NotAuthorized',
    title: 'The registry refused the credentials',
    description: 'Whether the image is outdated is not known: the registry wants other credentials than it was given.',
    help: 'Log in with `docker login REGISTRY`, or give the job a credential that may pull.',
    level: 'warning',
  },
  'unknown/notfound': {
    name: 'NotFoundOrPrivate',
    title: 'The repository does not exist, or is private',
    description: 'Whether the image is outdated is not known: the registry tells repositories that do not exist and private ones alike.',
    help: 'Look at the spelling of the name, and log in with `docker login REGISTRY` where it is private.',
    level: 'warning',
  },
  'unknown/ratelimit': {
    name: 'RateLimited',
    title: 'The quota of the registry is used up',
    description:
      'Whether the image is outdated is not known: the registry answers no more for now, or the rest of its quota is kept for pulls.',
    help: 'Log in for a higher quota, or try again later. `imgupdate limits` shows what is left.',
    level: 'warning',
  },
  'unknown/network': {
    name: 'RegistryUnreachable',
    title: 'The registry could not be reached',
    description:
      'Whether the image is outdated is not known: there was no connection, no answer in time, or no certificate that is trusted.',
    help: 'Look at the network, the proxy and the certificates of the machine. `imgupdate -v show IMAGE` tells the cause.',
    level: 'warning',
  },
  'unknown/response': {
    name: 'BadResponse',
    title: 'The registry gave an answer that cannot be used',
    description: 'Whether the image is outdated is not known: the answer was malformed, or did not match the digest it was asked for.',
    help: 'Look for a proxy or a mirror that changes answers. `imgupdate -v show IMAGE` tells the cause.',
    level: 'warning',
  },
  'unknown/unsupported': {
    name: 'Unsupported',
    title: 'The image is of a kind that cannot be checked',
    description: 'Whether the image is outdated is not known: its documents are of a kind that is not supported.',
    help: '`imgupdate show IMAGE` tells what was found.',
    level: 'warning',
  },
  'unknown/offline': {
    name: 'Offline',
    title: 'Nothing is remembered of the image',
    description: 'Whether the image is outdated is not known: no registry was to be asked, and no answer is remembered.',
    help: 'Run the check without `--offline`, or `imgupdate update` before it.',
    level: 'warning',
  },
  'unknown/policy': {
    name: 'NotAllowed',
    title: 'The registry was not to be contacted',
    description: 'Whether the image is outdated is not known: the configuration does not allow the host.',
    help: 'Add the registry to `allowHosts` if it is trusted.',
    level: 'warning',
  },
  'unknown/base': {
    name: 'UnknownBase',
    title: 'Whether the base is outdated cannot be told',
    description: 'What names the base of the image is ambiguous, or the layers that would tell were squashed.',
    help: 'Name the base with `--base REF`, or build the image with the annotation `org.opencontainers.image.base.name`.',
    level: 'warning',
  },
  'unknown/reference': {
    name: 'UnknownReference',
    title: 'Which image the line names cannot be told',
    description: 'The line names its image with a variable that has no value, or in a way that is no reference.',
    help: 'Give the variable a default or a value: `ARG VERSION=1.2`, `--build-arg VERSION=1.2`, `${VERSION:-1.2}`.',
    level: 'warning',
  },
  'unknown/file': {
    name: 'UnreadFile',
    title: 'The file could not be read',
    description: 'The images that the file names, or a part of them, were not checked.',
    help: 'Mend the file, or leave it out of the check.',
    level: 'warning',
  },
  'unknown/place': {
    name: 'UnreadPlace',
    title: 'A place with images could not be read',
    description:
      'An engine, an archive, a layout or a storage that was named could not be read, or not all of it, so images in it were not checked.',
    help: 'The message says what was expected and what came. Mend the place, or do not name it.',
    level: 'warning',
  },
  'hold/expired': {
    name: 'ExpiredHold',
    title: 'A hold has ended',
    description: 'The image was held back until a date that has passed, so it is checked as any other.',
    help: 'Take the hold away, or give it a later date and a reason.',
    level: 'warning',
  },
};
