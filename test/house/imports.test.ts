import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** Which folder may import which: everything points toward core. A folder that is not named here may not exist. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  check: ['check', 'core', 'errors'],
  formats: ['formats', 'core', 'check'],
  yaml: ['yaml', 'core'],
  sources: ['sources', 'yaml', 'core', 'check/ports', 'errors'],
  config: ['config', 'yaml', 'core', 'check/ports', 'errors'],
  registry: ['registry', 'core', 'check/ports', 'errors'],
  credentials: ['credentials', 'core', 'check/ports', 'errors'],
  store: ['store', 'core', 'check/ports', 'errors'],
  demo: ['demo', 'core', 'check/ports', 'errors'],
  cli: ['cli', 'check', 'formats', 'core', 'errors'],
  adapters: ['core', 'cli/context', 'check/ports', 'sources', 'registry', 'credentials', 'store', 'config', 'demo'],
  main: ['cli', 'adapters', 'store/write-whole'],
  errors: [],
};

/** The one layer that may import each package, so that replacing it touches one folder. */
const PACKAGES: Readonly<Record<string, string>> = {
  commander: 'cli',
  undici: 'registry',
  dockerode: 'sources',
  'dockerfile-ast': 'sources',
  yaml: 'yaml',
  tar: 'sources',
  'smol-toml': 'sources',
  fzstd: 'sources',
  sarif: 'formats',
  semver: 'core',
  'p-limit': 'check',
  'fast-string-width': 'formats',
  '@photostructure/sqlite': 'store',
};

type Import = { readonly file: string; readonly layer: string; readonly target: string };

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

function importsOf(path: string): Import[] {
  const file = relative(SRC, path).split(sep).join('/');
  const layer = file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
  const text = readFileSync(path, 'utf8');
  const found = [
    ...text.matchAll(/^(?:import|export)[^;]*? from '([^']+)';|^import '([^']+)';|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm),
  ].map((match) => match.slice(1).join(''));
  return found.map((target) => ({
    file,
    layer,
    target: target.startsWith('.')
      ? relative(SRC, resolve(dirname(path), target))
          .split(sep)
          .join('/')
          .replace(/\.ts$/, '')
      : target,
  }));
}

const files = filesBelow(SRC).filter((path) => path.endsWith('.ts'));
const imports = files.flatMap(importsOf);
const isInside = (target: string): boolean =>
  !target.startsWith('..') && files.some((path) => relative(SRC, path).startsWith(`${target}.ts`));

describe('the imports of the house', () => {
  it('know every folder', () => {
    const layers = new Set(files.map((path) => relative(SRC, path).split(sep)[0]!.replace(/\.ts$/, '')));
    expect([...layers].filter((layer) => !(layer in ARROWS))).toEqual([]);
  });

  it('point toward core', () => {
    const wrong = imports
      .filter(({ target }) => isInside(target))
      .filter(({ layer, target }) => {
        const allowed = ARROWS[layer] ?? [];
        return !allowed.some((prefix) => target === prefix || target.startsWith(`${prefix}/`));
      });
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('see at least one arrow of each kind that is allowed, so that this test reads the real files', () => {
    expect(imports.filter(({ target }) => isInside(target)).length).toBeGreaterThan(100);
    expect(imports.some(({ file, target }) => file === 'main.ts' && target === 'cli/program')).toBe(true);
  });

  it('take each package into one layer only', () => {
    const packages = imports.filter(({ target }) => !target.startsWith('node:') && !isInside(target) && !target.endsWith('.json'));
    const wrong = packages.filter(({ layer, target }) => PACKAGES[target.startsWith('@') ? target : target.split('/')[0]!] !== layer);
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  it('keep core free of the outside', () => {
    const outside = imports.filter(({ layer, target }) => layer === 'core' && target.startsWith('node:') && target !== 'node:crypto');
    expect(outside.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });
});
