import type { BaseClaim } from '../core/base/claim.ts';
import type { Reference } from '../core/reference.ts';
import { type AnswerPolicy, createAnswers } from './answers.ts';
import { createBaseHosts } from './base-hosts.ts';
import { type BaseCheckPorts, checkBases, type Records, untoldBaseOf } from './check-bases.ts';
import type { Settled } from './check-tags.ts';
import type { Rows } from './choose-subjects.ts';
import { BASE_UNSOUGHT } from './file-subjects.ts';
import type { Subject } from './images-to-check.ts';
import type { LazyRegistry } from './lazy-registry.ts';
import type { Registry } from './ports.ts';
import type { BaseReport } from './report.ts';
import type { Stock } from './stock.ts';

/** How the bases of images are looked for. */
export type BaseOptions = {
  /**
   * What the user says of the bases of images.
   *
   * @throws ImgupdateError 'usage' when that fits none or too many of `subjects`.
   */
  readonly tell: (subjects: readonly Subject[]) => (subject: Subject) => readonly BaseClaim[];
  /** References that may be the base of an image of which nothing else is known. */
  readonly candidates: readonly Reference[];
  /** Registries that may be asked though only an image names them. */
  readonly hosts: readonly string[];
  readonly records: Records;
};

/** `jobs`: images at once. `targets`: what the user named in registries. */
export type RowBaseOptions = Pick<AnswerPolicy, 'maxAgeMs'> & {
  readonly jobs: number;
  readonly targets: readonly Reference[];
  readonly bases: BaseOptions;
  readonly forReport: boolean;
};

/** What the bases of rows are found with; all but these is what `checkBases` needs. */
export type RowBasePorts = Pick<BaseCheckPorts, 'answers' | 'memory' | 'notes' | 'local' | 'now' | 'signal'> & {
  readonly stock: Pick<Stock, 'images'>;
  readonly registry: LazyRegistry;
  readonly settled: ReadonlyMap<Subject, Settled>;
  readonly toldOf: (subject: Subject) => readonly BaseClaim[];
};

/** The base of each row; none is looked for where the image could not be read, nor for what only a file names. */
export async function findRowBases(rows: Rows, run: RowBasePorts, options: RowBaseOptions): Promise<ReadonlyMap<Subject, BaseReport>> {
  const { images, targets, named } = rows;
  const { stock, registry, settled } = run;
  const bases = await checkBases(images, settled, {
    ports: {
      ...run,
      remembered: createAnswers({ ...run, openRegistry: registry.get }, { maxAgeMs: options.maxAgeMs, offline: true }),
      isUncounted: createMeter(await registry.opened()),
      refusal: createBaseHosts([...stock.images, ...targets.map(({ subject }) => subject.image)], namedHosts(rows, options)),
    },
    options: {
      ...options.bases,
      jobs: options.jobs,
      comparesLayers: options.forReport,
      toldOf: run.toldOf,
      places: new Map(targets.map(({ subject, place }) => [subject, place])),
    },
  });
  return new Map([
    ...bases,
    ...targets.flatMap(({ subject, unread }) => (unread === null ? [] : [[subject, untoldBaseOf(unread)] as const])),
    ...named.map(({ subject }) => [subject, untoldBaseOf(BASE_UNSOUGHT)] as const),
  ]);
}

/** Docker Hub counts what is pulled, and so does every registry that tells of a quota; of one that was not asked in this run nobody knows. */
function createMeter(registry: Registry | null): (name: string) => boolean {
  return (name) =>
    name !== 'docker.io' && registry?.usage().some((use) => use.registry === name && use.requests > 0 && use.limit === null) === true;
}

/** A Dockerfile that the user named may name registries. */
function namedHosts({ tie }: Rows, { bases, targets }: RowBaseOptions): readonly string[] {
  const { reference = null } = tie?.claim ?? {};
  return [...bases.hosts, ...targets.map(({ registry }) => registry), ...(reference === null ? [] : [reference.registry])];
}
