import { expect, it } from 'vitest';
import { placesOf } from '../../src/registry/places.ts';
import { makeRule } from './helpers/rules.ts';

const mirrorOf = (mirror: string) => {
  const found = placesOf('docker.io', { rules: new Map([['docker.io', makeRule({ mirror })]]), locations: new Map() }).mirror;
  if (found?.ok !== true) return null;
  const { place, prefix } = found.value;
  return [place.registry, place.location, prefix];
};

it.each([
  ['https://mirror.corp', 'mirror.corp', null, ''],
  ['https://mirror.corp/', 'mirror.corp', null, ''],
  ['https://mirror.corp:443/', 'mirror.corp', null, ''],
  ['https://Mirror.Corp:5000/v2/', 'mirror.corp:5000', null, ''],
  ['https://mirror.corp/docker-hub', 'mirror.corp', null, 'docker-hub/'],
  ['https://mirror.corp/cache/docker_hub/', 'mirror.corp', null, 'cache/docker_hub/'],
  ['https://mirror.corp/v2/docker-hub', 'mirror.corp', null, 'docker-hub/'],
  ['https://mirror.corp/artifactory/api/docker/hub/v2', 'mirror.corp', 'https://mirror.corp/artifactory/api/docker/hub', ''],
  ['https://mirror.corp/api/v2/hub', 'mirror.corp', 'https://mirror.corp/api', 'hub/'],
  ['http://mirror.corp:5000', 'mirror.corp:5000', 'http://mirror.corp:5000/', ''],
  ['http://[::1]:5000/hub', '[::1]:5000', 'http://[::1]:5000/', 'hub/'],
])('the mirror %s is %s, asked at %s for repositories behind "%s"', (mirror, registry, location, prefix) => {
  expect(mirrorOf(mirror)).toEqual([registry, location, prefix]);
});

it.each([
  ['mirror.corp'],
  ['ftp://mirror.corp'],
  ['https://user:password@mirror.corp'],
  ['https://mirror.corp/?ns=docker.io'],
  ['https://mirror.corp/#hub'],
  ['https://mirror.corp/Docker-Hub'],
  ['https://mirror.corp/docker%2fhub'],
  ['https://mirror.corp/hub/-'],
  [`https://mirror.corp/${'a/'.repeat(2000)}`],
])('%s is no mirror', (mirror) => {
  expect(mirrorOf(mirror)).toBeNull();
});

it('a mirror is asked for no mirror of its own', () => {
  const rules = new Map([
    ['docker.io', makeRule({ mirror: 'https://mirror.corp' })],
    ['mirror.corp', makeRule({ mirror: 'https://docker.io' })],
  ]);
  expect(placesOf('docker.io', { rules, locations: new Map() }).mirror).toMatchObject({ ok: true, value: { place: { location: null } } });
});

it('what is said of a registry is found whatever case its name is written in', () => {
  const rules = new Map([['registry.corp', makeRule({ mirror: 'https://mirror.corp' }, 'project')]]);
  expect(placesOf('Registry.Corp', { rules, locations: new Map() })).toMatchObject({
    own: { doubt: { name: 'mirror' } },
    mirror: { ok: true },
  });
});
