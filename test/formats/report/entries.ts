import type { ImageEntry, SourceEntry } from '../../../src/core/document.ts';
import type { Report, Subject } from '../../../src/core/report/report.ts';
import { NOW, makeDocument, QUIET, subject } from './reports.ts';

/** An image of an engine, in a document, about which nothing is to be told. */
export function makeEntry(
  name: string,
  parts: Partial<Omit<ImageEntry, 'tag'>> & { readonly status?: ImageEntry['tag']['status'] } = {},
): ImageEntry {
  const { status = 'current', ...rest } = parts;
  return {
    reference: subject(name).reference,
    name,
    platform: 'linux/amd64',
    imageId: null,
    created: null,
    size: null,
    verdict: 'fresh',
    tag: {
      status,
      digests: [],
      candidate: null,
      candidateCreated: null,
      download: null,
      why: 'said so',
      reason: null,
      checkedAt: null,
    },
    newer: {
      status: 'none',
      line: null,
      newest: null,
      variant: null,
      sibling: null,
      notes: [],
      why: 'said so',
      reason: null,
      checkedAt: null,
    },
    base: {
      status: 'none',
      kind: null,
      reference: null,
      recorded: null,
      candidate: null,
      confidence: 'certain',
      evidence: [],
      versionsBehind: null,
      difference: null,
      notes: [],
      why: 'said so',
      reason: null,
      checkedAt: null,
    },
    containers: [],
    held: null,
    sources: [inEngine('/var/run/docker.sock')],
    ...rest,
  };
}

export function inEngine(location: string, kind = 'docker-daemon'): SourceEntry {
  return { kind, location, line: null, column: null, within: null };
}

export function inFile(location: string, line: number, within: string | null = null): SourceEntry {
  return { kind: 'compose', location, line, column: 12, within };
}

/** A report of machines that have these images. */
export function reportOn(machines: Readonly<Record<string, readonly ImageEntry[]>>, parts: Partial<Report> = {}): Report {
  const hosts = Object.entries(machines).map(([name, images]) => ({
    name,
    generatedAt: NOW,
    document: makeDocument(images, { host: name }),
  }));
  return { ...QUIET, hosts, isUnchanged: false, ...parts };
}

/** So many images, each with something newer. */
export function makeCrowd<T extends Subject>(count: number, make: (name: string) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => make(`registry.example.com:5000/team-${at % 7}/service-${at}:1.2.${at}`));
}
