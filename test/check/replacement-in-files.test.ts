import { describe, expect, it } from 'vitest';
import { replaceIn } from '../../src/check/replacement.ts';
import type { FileReference } from '../../src/core/file-reference.ts';
import { readCompose } from '../../src/sources/compose/read-compose.ts';
import { parseKubernetes } from '../../src/sources/kubernetes/parse-kubernetes.ts';
import { parseList } from '../../src/sources/reference-list/parse-list.ts';
import { parseTree } from '../../src/yaml/parse-tree.ts';
import { THERE } from '../formats/reports.ts';
import { makePlatform } from '../helpers/makers.ts';
import { read as readDockerfile } from '../sources/dockerfile/read.ts';

const linux = makePlatform('linux/amd64');

/** Writes what is to be written for each reference to `15.4`, from the end, as an editor would. */
function apply(text: string, references: readonly FileReference[]): string {
  const lines = text.split('\n');
  const changes = references.flatMap((reference) => {
    const to = { tag: '15.14', level: 'minor', digest: THERE } as const;
    return replaceIn(reference, { kind: 'version', from: '15.4', to }) ?? [];
  });
  for (const { place, text: written } of changes.reverse()) {
    const line = lines[place.line - 1] ?? '';
    lines[place.line - 1] = line.slice(0, place.column - 1) + written + line.slice(place.endColumn - 1);
  }
  return lines.join('\n');
}

async function readComposeText(text: string): Promise<readonly FileReference[]> {
  const options = {
    env: {},
    platforms: { build: linux, target: linux },
    readText: () => Promise.resolve({ ok: false, message: 'none' } as const),
  };
  return (await readCompose([{ path: 'compose.yaml', text }], options)).references;
}

function readKubernetes(text: string, format: 'yaml' | 'json'): readonly FileReference[] {
  const tree = parseTree(text, format);
  return tree.ok ? parseKubernetes(tree.documents, 'k8s.yaml').references : [];
}

const PIN = `@sha256:${'a'.repeat(64)}`;
const pod = (image: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: db}\nspec:\n  containers:\n  - name: db\n    image: ${image}\n`;
const service = (image: string) => `services:\n  db:\n    image: ${image}\n`;

describe('what is written into a file changes the tag and nothing else', () => {
  it.each([
    ['FROM postgres:15.4', 'FROM postgres:15.14'],
    ['FROM --platform=linux/amd64 postgres:15.4 AS db', 'FROM --platform=linux/amd64 postgres:15.14 AS db'],
    ['FROM "postgres:15.4"', 'FROM "postgres:15.14"'],
    [`FROM postgres:15.4${PIN} AS db # 15.4`, `FROM postgres:15.14@${THERE} AS db # 15.4`],
    ['FROM a:1\nCOPY --from=postgres:15.4 /a /b', 'FROM a:1\nCOPY --from=postgres:15.14 /a /b'],
    ['FROM a:1\nRUN --mount=from=postgres:15.4,target=/x id', 'FROM a:1\nRUN --mount=from=postgres:15.14,target=/x id'],
    ['FROM \\\n  postgres:15.4 \\\n  AS db', 'FROM \\\n  postgres:15.14 \\\n  AS db'],
    ['FROM postgres:15.4\nFROM b:1\nFROM postgres:15.4', 'FROM postgres:15.14\nFROM b:1\nFROM postgres:15.14'],
    ['ARG R=docker.io\nFROM ${R}/library/postgres:15.4', 'ARG R=docker.io\nFROM ${R}/library/postgres:15.14'],
    ['ARG V=15.4\nFROM postgres:${V}', 'ARG V=15.4\nFROM postgres:${V}'],
    ['FROM post\\\ngres:15.4', 'FROM post\\\ngres:15.4'],
  ])('of a Dockerfile: %j', (text, written) => {
    expect(apply(text, readDockerfile(text).references)).toBe(written);
  });

  it.each([
    ['postgres:15.4', 'postgres:15.14'],
    ['"postgres:15.4" # 15.4', '"postgres:15.14" # 15.4'],
    ["'postgres:15.4'", "'postgres:15.14'"],
    ['&db postgres:15.4', '&db postgres:15.14'],
    [`postgres:15.4${PIN}`, `postgres:15.14@${THERE}`],
    ['"postgres:15\\x2e4"', '"postgres:15\\x2e4"'],
    ['>-\n      postgres:15.4', '>-\n      postgres:15.4'],
  ])('of a compose file and of a manifest: %j', async (image, written) => {
    expect(apply(service(image), await readComposeText(service(image)))).toBe(service(written));
    expect(apply(pod(image), readKubernetes(pod(image), 'yaml'))).toBe(pod(written));
  });

  it('of a compose file with variables', async () => {
    const [tag, registry] = [service('postgres:${PG:-15.4}'), service('${R:-docker.io}/library/postgres:15.4')];
    expect(apply(tag, await readComposeText(tag))).toBe(tag);
    expect(apply(registry, await readComposeText(registry))).toBe(service('${R:-docker.io}/library/postgres:15.14'));
  });

  it('of JSON and of a list', () => {
    const json = '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"image":"postgres:15.4"},{"image":"a:1"}]}}';
    expect(apply(json, readKubernetes(json, 'json'))).toBe(json.replace('15.4', '15.14'));
    const escaped = json.replace('postgres:15.4', 'docker.io\\/library\\/postgres:15.4');
    expect(readKubernetes(escaped, 'json')[0]?.written).toBe('docker.io/library/postgres:15.4');
    expect(apply(escaped, readKubernetes(escaped, 'json'))).toBe(escaped);
    const list = '# 15.4\npostgres:15.4\n  docker.io/library/postgres:15.4\na:1\n';
    expect(apply(list, parseList(list, 'images.txt').references)).toBe('# 15.4\npostgres:15.14\n  docker.io/library/postgres:15.14\na:1\n');
  });
});
