import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileContents } from '../../../src/core/file-reference.ts';
import { renderFamiliar } from '../../../src/core/reference.ts';
import { parseList } from '../../../src/sources/reference-list/parse-list.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** `line:column-end image` of each reference; `?` where it cannot be told. */
const show = ({ references }: FileContents): readonly string[] =>
  references.map(({ place: { line, column, endColumn }, reference }) => {
    return `${line}:${column}-${endColumn} ${reference.ok ? renderFamiliar(reference.value) : '?'}`;
  });
const problems = (contents: FileContents): readonly string[] =>
  contents.problems.map(({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`);
const read = (text: string): FileContents => parseList(text, 'images.txt');

describe('a list of images', () => {
  it.each([
    ['one a line', 'nginx:1.27\nghcr.io/acme/api:2.1\n', ['1:1-11 nginx:1.27', '2:1-21 ghcr.io/acme/api:2.1']],
    ['without a newline at its end', 'nginx:1', ['1:1-8 nginx:1']],
    ['the tag latest where none is written', 'nginx', ['1:1-6 nginx:latest']],
    ['a pin', `nginx:1.27@${DIGEST}\nredis@${DIGEST}`, [`1:1-83 nginx:1.27@${DIGEST}`, `2:1-78 redis@${DIGEST}`]],
    ['a port', 'localhost:5000/a:1', ['1:1-19 localhost:5000/a:1']],
    ['comments and empty lines', '# ours\n\n  \t\nnginx:1 # the proxy\n#redis:7', ['4:1-8 nginx:1']],
    ['no comment where # is in a word', 'nginx:1#a', ['1:1-10 ?']],
    ['what Windows writes', '\ufeffnginx:1\r\nredis:7\r\n', ['1:2-9 nginx:1', '2:1-8 redis:7']],
    ['white space around', '\t nginx:1 \u00a0\n', ['1:3-10 nginx:1']],
    ['the same one twice', 'a:1\na:1', ['1:1-4 a:1', '2:1-4 a:1']],
    ['images in registries as targets name them', 'docker://ghcr.io/acme/api:1', ['1:1-28 ghcr.io/acme/api:1']],
    [
      'several on a line, as a JSONPath of kubectl prints them',
      'nginx redis:7  a/b:1',
      ['1:1-6 nginx:latest', '1:7-14 redis:7', '1:16-21 a/b:1'],
    ],
    ['several with commas, as a custom column of kubectl has them', 'IMAGE\nnginx:1,redis:7\n', ['2:1-8 nginx:1', '2:9-16 redis:7']],
    ['quotes, as jq prints without -r', '"nginx:1"\n', ['1:2-9 nginx:1']],
    ['the heading of a table with one column', 'REPOSITORY:TAG\nnginx:1\n', ['2:1-8 nginx:1']],
    ['a local image without a digest', 'app:dev@<none>', ['1:1-15 app:dev']],
    ['an image that lost its tag and has a digest', `app:<none>@${DIGEST}`, [`1:1-83 app@${DIGEST}`]],
    ['nothing at all', '', []],
  ])('has %s', (_, text, images) => {
    expect(show(read(text))).toEqual(images);
    expect(read(text).problems).toEqual([]);
  });

  it('keeps what is written, and says at which place', () => {
    expect(parseList('\n docker://nginx:1', '-').references).toEqual([
      {
        kind: 'list',
        place: { path: '-', line: 2, column: 2, endLine: 2, endColumn: 18 },
        written: 'docker://nginx:1',
        within: null,
        reference: { ok: true, value: { registry: 'docker.io', repository: 'library/nginx', tag: '1', digest: null } },
        platform: null,
        running: null,
        hold: null,
      },
    ]);
  });
});

describe('a line that is no reference', () => {
  it.each([
    ['acme/UPPER:1', 'invalid reference format "acme/UPPER:1": '],
    ['https://ghcr.io/a:1', 'invalid reference format "https://ghcr.io/a:1": '],
    ['${REGISTRY}/app:1', 'invalid reference format "${REGISTRY}/app:1": '],
    ['4bb46517cac3', 'it is the id of an image, of which no registry knows: expected a name'],
    [`sha256:${'a'.repeat(64)}`, 'it is the id of an image, '],
    ['- nginx:1', 'expected an image, or several with white space between them, got "-"'],
    ['image: nginx', 'expected an image, or several with white space between them, got "image:"'],
    ['Dear all of you', 'expected an image, or several with white space between them, got "Dear"'],
    ['a\u0000\u001b[2Jb', 'invalid reference format "a\ufffd\ufffd[2Jb": '],
    ['a'.repeat(5_000), 'invalid reference format "'],
  ])('%s cannot be told, and is not left out', (line, message) => {
    const contents = read(`nginx:1\n${line}\nredis:7\n`);
    expect(show(contents)).toEqual(['1:1-8 nginx:1', `2:1-${line.length + 1} ?`, '3:1-8 redis:7']);
    expect(contents.references[1]?.reference).toEqual({ ok: false, message: expect.stringContaining(message) as string });
    expect(contents.references[1]?.written.length).toBeLessThanOrEqual(500);
  });

  it('is told by its word where the others of its line can hardly be anything else', () => {
    expect(show(read('nginx:1 ko://cmd/web redis:7'))).toEqual(['1:1-8 nginx:1', '1:9-21 ?', '1:22-29 redis:7']);
  });

  it('names no image where the engine has no name for one, and that is said once', () => {
    const contents = read(`nginx:1\n<none>:<none>\napp:<none>\n<none>@${DIGEST}\n<none>\n`);
    expect(show(contents)).toEqual(['1:1-8 nginx:1']);
    expect(problems(contents)).toEqual(['ignored 2:1 4 images have no name (<none>), and cannot be looked up']);
  });
});

describe('a table', () => {
  it.each([
    'REPOSITORY   TAG       IMAGE ID       CREATED       SIZE\nnginx        1.27      4bb46517cac3   2 weeks ago   192MB\n',
    'REPOSITORY   TAG       DIGEST    IMAGE ID       CREATED       SIZE\n',
    '# mine\n\nNAMESPACE   NAME   READY   STATUS   RESTARTS   AGE\nshop  web-6c9f 1/1 Running 0 3d\n',
    'IMAGE   TAG   IMAGE ID   SIZE\n',
  ])('is not taken for images: %j', (text) => {
    expect(read(text)).toEqual({
      references: [],
      problems: [
        { kind: 'unread', path: 'images.txt', line: null, column: null, message: expect.stringMatching(/^is a table: /) as string },
      ],
    });
  });
});

describe('a hold', () => {
  const holds = (text: string): readonly (string | null)[] => read(text).references.map(({ hold }) => hold?.reason ?? null);

  it('stands directly above a line, and is of all that is on it', () => {
    const text = '# imgupdate: hold reason="a" until=2026-12-15\n# why\na:1 b:1\nc:1\n';
    expect(holds(text)).toEqual(['a', 'a', null]);
    expect(read(text).problems).toEqual([]);
  });

  it.each([
    ['behind an image', 'a:1 # imgupdate: hold', 'ignored 1:5 a hold behind the image has no effect: '],
    ['above nothing', '# imgupdate: hold\n\na:1', 'ignored 1:1 a hold has to stand directly above the line that names the image'],
    ['at the end', 'a:1\n  # imgupdate: hold', 'ignored 2:3 a hold has to stand directly above '],
    ['that cannot be read', '# imgupdate: hodl\na:1', 'ignored 1:1 cannot read "hodl": expected hold'],
  ])('%s has no effect, which is said', (_, text, problem) => {
    expect(holds(text)).toEqual([null]);
    expect(problems(read(text))).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a list beyond all measure', () => {
  it('is read up to 100,000 lines, and what is left out is said', () => {
    const contents = read('a:1\n'.repeat(100_001));
    expect(contents.references).toHaveLength(100_000);
    expect(problems(contents)).toEqual(['unread 100001:1 has more than 100000 lines: those from here on were not read']);
  });

  it('may end in empty lines', () => {
    expect(read(`a:1${'\n'.repeat(200_000)}`)).toMatchObject({ references: [{}], problems: [] });
  });

  it('is read up to 100,000 images', () => {
    const contents = read(`${'a:1 '.repeat(99_999)}\nb:1 c:1\nd:1\n`);
    expect(contents.references).toHaveLength(99_999);
    expect(problems(contents)).toEqual(['unread 2:1 names more than 100000 images: those from here on were not read']);
    expect(problems(read('a:1 '.repeat(2_000_000)))).toEqual([
      'unread 1:1 names more than 100000 images: those from here on were not read',
    ]);
  });

  it('is not read when it is longer than 16 MiB', () => {
    expect(problems(read(' '.repeat(16 * 1024 * 1024 + 1)))).toEqual([
      'unread null:null is longer than the 16 MiB of a list that are read',
    ]);
  });

  it('says a hundred of its problems, and how many more there are', () => {
    const contents = read('a:1 # imgupdate: hold\n'.repeat(150));
    expect(contents.problems).toHaveLength(101);
    expect(contents.problems.at(-1)?.message).toBe('and 50 more problems');
  });
});

describe('whatever is in a list', () => {
  const word = fc.oneof(
    fc.constantFrom('nginx', 'a/b:1', '<none>:<none>', '#', '# imgupdate: hold', 'UPPER', '"', ',', '\r', '\ufeff', 'TAG', '-', 'x:'),
    fc.string({ unit: 'binary' }),
  );
  const text = fc.array(fc.oneof(word, fc.constantFrom(' ', '\n', '\t'))).map((parts) => parts.join(''));

  it('each place is that of what is written', () => {
    fc.assert(
      fc.property(text, (given) => {
        const lines = given.split('\n');
        for (const { place, written } of read(given).references) {
          const there = lines[place.line - 1]?.slice(place.column - 1, place.endColumn - 1);
          expect(place.endLine).toBe(place.line);
          if (/^[!-~]+$/.test(written)) expect(there).toBe(written);
        }
      }),
    );
  });
});
