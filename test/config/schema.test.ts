import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { decodeFile } from '../../src/config/decode-file.ts';
import schema from '../../src/config/configuration.schema.json' with { type: 'json' };
import { type KeyWord, listKeys } from '../../src/core/configuration/keys.ts';
import { FAIL_ON } from '../../src/core/fail-on.ts';
import { parsed } from '../../src/core/parsed.ts';
import { ImgupdateError } from '../../src/errors.ts';

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

/** Whether imgupdate takes the text for a configuration. */
const isRead = (text: string): boolean => {
  try {
    decodeFile(text, { kind: 'user', shown: 'imgupdate.json', format: 'json', resolvePath: parsed });
    return true;
  } catch (error) {
    if (error instanceof ImgupdateError) return false;
    throw error;
  }
};

const documented = (properties: Readonly<Record<string, { readonly description: string }>>): readonly KeyWord[] =>
  Object.entries(properties)
    .filter(([name]) => name !== '$schema')
    .map(([name, { description }]) => ({ name, meaning: description }));

describe('the JSON Schema', () => {
  const keys = listKeys();
  it.each([
    ['the top', keys.top, schema.properties],
    ['images', keys.image, schema.$defs.image.properties],
    ['registries', keys.registry, schema.$defs.registry.properties],
  ])('has the keys of %s and says what each means', (_name, table, properties) => {
    expect(documented(properties)).toEqual(table.map(({ name, meaning }) => ({ name, meaning })));
  });

  it('has the words of failOn', () => {
    expect(schema.$defs.failOn.anyOf[1]?.items?.enum).toEqual([...FAIL_ON, 'any', 'none']);
  });

  it.each([
    [{}],
    [null],
    [{ $schema: 'node_modules/imgupdate/src/config/configuration.schema.json' }],
    [{ images: null, registries: null }],
    [
      {
        failOn: 'base, gone',
        onUnknown: 'fail',
        strict: false,
        track: 'digest',
        minAge: 0,
        maxAge: 0,
        timeout: '90s',
        jobs: 1,
        platform: 'linux/arm/v7',
      },
    ],
    [{ failOn: ['any'], maxAge: '0', allowHosts: 'ghcr.io', bases: 'node:20-slim' }],
    [{ failOn: 'none', maxAge: '1h30m', allowHosts: [], bases: ['node', 'ghcr.io/acme/base:1'], platform: 'windows(10.0.20348.1)/amd64' }],
    [{ images: [] }],
    [{ images: [{ match: 'ghcr.io/acme/*', base: 'scratch', hold: true, ignore: false, failOn: 'major', platform: 'linux/386' }] }],
    [
      {
        images: [
          { match: '**', hold: {} },
          { match: 'a', hold: { reason: 'r', until: '2026-12-15T08:00Z' } },
        ],
      },
    ],
    [{ minAge: '0', images: [{ match: 'a', track: 'minor', minAge: '3d', include: '1.*', exclude: [], skip: 1.3, variant: 'same' }] }],
    [
      {
        images: [
          { match: 'a', minAge: 0, include: ['*-alpine', '[^0-9a-f]\\.[a\\]]', 2], exclude: '?', skip: ['1.30', '_x'], variant: 'newer' },
        ],
      },
    ],
    [{ registries: { 'ghcr.io': null, '[::1]:5000': {} } }],
    [{ registries: { 'r.example:5000': { insecure: true, ca: 'ca.pem', clientCert: 'both.pem', mirror: 'https://m.example:8443/hub/' } } }],
    [{ registries: { localhost: { clientCert: { cert: 'c', key: 'k' }, concurrency: 9999, trustRealm: ['a.example', 'b:1'], floor: 0 } } }],
    [{ registries: { 'r.example': { trustRealm: 'a.example', floor: '100%' } } }],
  ])('takes what imgupdate takes: %j', (value) => {
    expect({ schema: validate(value), imgupdate: isRead(JSON.stringify(value)) }).toEqual({ schema: true, imgupdate: true });
  });

  it.each([
    [[]],
    ['word'],
    [{ registrys: {} }],
    [{ failOn: 'bse' }],
    [{ failOn: [] }],
    [{ failOn: ['base,gone,x'] }],
    [{ failOn: '' }],
    [{ onUnknown: 'ignore' }],
    [{ strict: 'yes' }],
    [{ maxAge: 60 }],
    [{ maxAge: '60' }],
    [{ timeout: 0 }],
    [{ jobs: 0 }],
    [{ jobs: 1.5 }],
    [{ jobs: '4' }],
    [{ platform: 'arm64' }],
    [{ allowHosts: ['https://ghcr.io'] }],
    [{ allowHosts: null }],
    [{ bases: [1, {}] }],
    [{ images: {} }],
    [{ images: [{}] }],
    [{ images: [{ match: '' }] }],
    [{ images: [{ match: 'a', bse: 'b' }] }],
    [{ images: [{ match: 'a', ignore: null }] }],
    [{ images: [{ match: 'a', hold: false }] }],
    [{ track: 'latest' }],
    [{ minAge: 3 }],
    [{ images: [{ match: 'a', track: ['minor'] }] }],
    [{ images: [{ match: 'a', include: 'nginx:1.*' }] }],
    [{ images: [{ match: 'a', include: '' }] }],
    [{ images: [{ match: 'a', exclude: ['a/b'] }] }],
    [{ images: [{ match: 'a', exclude: true }] }],
    [{ images: [{ match: 'a', skip: '-1' }] }],
    [{ images: [{ match: 'a', skip: ['1.27.*'] }] }],
    [{ images: [{ match: 'a', variant: 'any' }] }],
    [{ images: [{ match: 'a', hold: { until: 'soon' } }] }],
    [{ images: [{ match: 'a', hold: { who: 'me' } }] }],
    [{ registries: { 'a/b': {} } }],
    [{ registries: { 'ghcr.io': true } }],
    [{ registries: { 'ghcr.io': { insecur: true } } }],
    [{ registries: { 'ghcr.io': { mirror: 'mirror.example' } } }],
    [{ registries: { 'ghcr.io': { mirror: 'https://me:secret@mirror.example' } } }],
    [{ registries: { 'ghcr.io': { clientCert: { cert: 'c' } } } }],
    [{ registries: { 'ghcr.io': { floor: '101%' } } }],
    [{ registries: { 'ghcr.io': { floor: -1 } } }],
    [{ registries: { 'ghcr.io': { concurrency: 0 } } }],
  ])('refuses what imgupdate refuses: %j', (value) => {
    expect({ schema: validate(value), imgupdate: isRead(JSON.stringify(value)) }).toEqual({ schema: false, imgupdate: false });
  });
});
