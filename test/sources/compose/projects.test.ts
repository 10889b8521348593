import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';
import { LINUX, show } from './show.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/files/compose', import.meta.url));

/** Reads a project of the fixtures as from its parent folder. */
async function read(paths: readonly string[], env: Record<string, string> = {}) {
  const readText = async (path: string) => {
    try {
      return { ok: true, value: await readFile(join(FIXTURES, path), 'utf8') } as const;
    } catch {
      return { ok: false, message: 'cannot be read: no such file or folder' } as const;
    }
  };
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(FIXTURES, path), 'utf8') })));
  const contents = await readCompose(files, { env, platforms: { build: LINUX, target: LINUX }, readText });
  for (const { place, written } of contents.references) {
    const line = (await readFile(join(FIXTURES, place.path), 'utf8')).split('\n')[place.line - 1];
    expect(line?.slice(place.column - 1, place.endColumn - 1)).toContain(written);
  }
  return show(contents);
}

it('tells the images of a site and its database, and which is held', async () => {
  const { images, told, references } = await read(['wordpress/compose.yaml']);
  expect(images).toEqual(['wordpress/compose.yaml:6:12-21 mysql:8.0', 'wordpress/compose.yaml:15:13-40 wordpress:6.8-php8.3-apache']);
  expect(references.map(({ hold }) => hold)).toEqual([{ until: '2027-03-01', reason: 'the plugin needs 8.0' }, null]);
  expect(told).toEqual([]);
});

it('tells what a monorepo builds on, with its arguments, targets and contexts', async () => {
  const { images, told, files } = await read(['monorepo/compose.yaml'], { PIP_INDEX_URL: 'http://pip' });
  expect(images).toEqual([
    'monorepo/api/Dockerfile:2:6-26 node:22 (dockerfile)',
    'monorepo/api/Dockerfile:7:6-31 node:22-slim (dockerfile)',
    'monorepo/web/Dockerfile:1:6-23 nginx:1.29-alpine (dockerfile)',
    'monorepo/compose.yaml:19:32-53 ghcr.io/acme/models:3',
    'monorepo/worker/Dockerfile:2:6-35 python:3.13-slim (dockerfile)',
    'monorepo/compose.yaml:29:12-21 redis:7.2',
  ]);
  expect(told).toEqual(['unread monorepo/compose.yaml:26:5 is built from a remote context, which is not read']);
  expect(files).toEqual(['monorepo/compose.yaml', 'monorepo/api/Dockerfile', 'monorepo/web/Dockerfile', 'monorepo/worker/Dockerfile']);
});

it('tells nothing of what an override file replaces, and the place of what replaces it', async () => {
  const { images } = await read(['monorepo/compose.yaml', 'monorepo/compose.override.yaml']);
  expect(images).toContain('monorepo/api/Dockerfile:2:6-26 node:24 (dockerfile)');
  expect(images).toContain('monorepo/compose.override.yaml:7:12-28 redis:8.2-alpine');
  expect(images.filter((image) => /node:22|redis:7/.test(image))).toEqual([]);
});

it('tells an image in a fragment once, where it stands', async () => {
  const { images, told, references } = await read(['fragments/compose.yaml']);
  expect(images).toEqual([
    'fragments/compose.yaml:17:12-23 postgres:13',
    'fragments/compose.yaml:22:12-30 redis:7.2-bookworm',
    'fragments/compose.yaml:7:10-53 apache/airflow:3.0.2',
    'fragments/compose.yaml:34:12-27 mher/flower:2.0',
  ]);
  expect(references[1]?.hold).toEqual({ reason: 'licence', until: null });
  expect(references[2]?.written).toBe('${AIRFLOW_IMAGE_NAME:-apache/airflow:3.0.2}');
  expect(told).toEqual([]);
});

it('follows what services extend over files', async () => {
  const { images, told, files } = await read(['extends/compose.yaml']);
  expect(images).toEqual([
    'extends/app/Dockerfile:1:6-26 golang:1.24-bookworm (dockerfile)',
    'extends/app/Dockerfile:4:6-37 gcr.io/distroless/base-debian12:latest (dockerfile)',
    'extends/common/services.yaml:10:12-35 rabbitmq:4.1-management',
  ]);
  expect(told).toEqual([]);
  expect(files).toEqual(['extends/compose.yaml', 'extends/common/services.yaml', 'extends/app/Dockerfile']);
});

it('reads included projects in their own folders, with their own values', async () => {
  const { images, told } = await read(['include/compose.yaml'], { GRAFANA_VERSION: '12.1.0' });
  expect(images).toEqual([
    'include/shop/Dockerfile:1:6-19 ruby:3.4-slim (dockerfile)',
    'include/shop/compose.yaml:5:12-62 opensearchproject/opensearch:2.19.2',
    'include/observability/compose.yaml:3:12-67 prom/prometheus:v3.4.1',
    'include/observability/compose.yaml:5:12-54 grafana/grafana:12.1.0',
    'include/compose.yaml:9:12-24 traefik:v3.4',
  ]);
  expect(told).toEqual([]);
});

it('puts values from .env and the environment in the place of variables, and says which are missing', async () => {
  const { images, told } = await read(['variables/compose.yaml'], { TAG: '3.0.0-rc.1' });
  expect(images).toEqual([
    'variables/compose.yaml:3:12-47 registry.acme.example:5000/acme/app:3.0.0-rc.1',
    'variables/compose.yaml:5:12-82 postgres:17-alpine',
    'variables/compose.yaml:7:13-91 axllent/mailpit:v1.25',
    'variables/compose.yaml:9:12-38 NOWHERE_SET is not set: set it in the environment or in .env',
    'variables/compose.yaml:11:12-56 RELEASE is not set: ask the release team',
    'variables/compose.yaml:13:12-27 invalid reference format "acme/cash:1.0$": tag "1.0$" is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-"',
  ]);
  expect(told).toEqual([]);
});

it('finds the images of a Dockerfile inside the file on their lines', async () => {
  const { images, told } = await read(['inline/compose.yaml']);
  expect(images).toEqual([
    'inline/compose.yaml:6:14-25 alpine:3.21 (dockerfile)',
    'inline/compose.yaml:8:21-42 ghcr.io/acme/tool:1.2 (dockerfile)',
    'inline/compose.yaml:13:27-41 debian:12 (dockerfile)',
    'inline/compose.yaml:16:17-46 ghcr.io/acme/templates:2025.1',
  ]);
  expect(told).toEqual([]);
});
