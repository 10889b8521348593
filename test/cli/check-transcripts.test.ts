import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileDocumentSchema } from '../helpers/document-schema.ts';
import { type Checkout, makeWord, startCheckout } from './check-world.ts';

/** What each format prints of one checkout: the command, its exit code, and both streams. */
const FORMATS = ['text', 'sarif', 'junit', 'github', 'github-output', 'gitlab', 'markdown', 'html', 'json'];
const OF_IMAGES = ['table', 'plain', 'ndjson', 'apt', 'quiet'];

let world: Checkout;
beforeAll(async () => {
  world = await startCheckout({ quota: { limit: 100, windowSeconds: 21_600 } });
  const old = makeWord('old');
  world.registry.put('base/node', '20', old);
  world.registry.put('base/node', '20', makeWord('new'));
  world.registry.put('base/php', '8', makeWord('php'));
  world.registry.put('acme/api', '1', old);
  await world.write({
    'app/Dockerfile': [
      'ARG NODE=20',
      `FROM --platform=linux/amd64 R/base/node:\${NODE}@${old.digest} AS build`,
      'FROM R/base/php:7',
      'COPY --from=build /a /b',
      'COPY --from=${PHP} /a /b',
      '',
    ].join('\n'),
    'compose.yaml': [
      'services:',
      '  db:',
      '    # imgupdate: hold until=2999-12-15 reason="wait for the | fix"',
      `    image: R/base/node:20@${old.digest}`,
      '  web:',
      '    image: R/base/php:8',
      '    platform: linux/amd64',
      '',
    ].join('\n'),
    'k8s/broken.yaml': 'apiVersion: v1\nkind: Pod\nspec:\n  containers: [\n',
  });
  // so that each of them asks the same, whichever comes first
  await run('text');
});
afterAll(() => world.close());

const run = async (format: string) => {
  const args = ['--format', format, '--platform', 'linux/amd64', '--refresh', '-f', '.', 'docker://R/acme/api:2'];
  const ran = await world.check(...args.map((arg) => arg.replace('R/', `${world.registry.host}/`)));
  return { ...ran, args };
};

/** What depends on the port of the registry, and on the time. */
const normalize = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?/g, 'TIME')
    .replace(/imgupdate_[a-f0-9]{32}/g, 'imgupdate_DELIMITER')
    .replace(/("(?:primaryLocationLineHash|fingerprint)": ?")[a-f0-9]+/g, '$1HASH');

describe('the transcript of a check', () => {
  it.each([...FORMATS, ...OF_IMAGES])('in the format %s', async (format) => {
    const { args, exitCode, stdout, stderr } = await run(format);
    const transcript = `$ imgupdate check ${args.join(' ')}\nexit code ${exitCode}\n--- stdout\n${stdout}--- stderr\n${stderr}`;
    await expect(normalize(transcript)).toMatchFileSnapshot(`transcripts/check.${format}.txt`);
  });
});

describe('what other programs read', () => {
  const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const readSchema = (path: string): Record<string, unknown> => JSON.parse(readFileSync(at(path), 'utf8')) as Record<string, unknown>;
  const output = async (format: string): Promise<unknown> => {
    const ran = await world.run(['check', '--format', format, '-f', '.']);
    return JSON.parse(ran.stdout);
  };

  it('is SARIF by the schema of OASIS', async () => {
    const { id, ...schema } = readSchema('fixtures/schemas/sarif-schema-2.1.0.json');
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const draft7 = { ...schema, $schema: 'http://json-schema.org/draft-07/schema#', $id: String(id) };
    expect(ajv.validate(draft7, await output('sarif')), ajv.errorsText()).toBe(true);
  });

  it('is JSON by the schema that comes with the package', async () => {
    const validate = compileDocumentSchema();
    expect(validate(await output('json')), JSON.stringify(validate.errors)).toBe(true);
  });
});
