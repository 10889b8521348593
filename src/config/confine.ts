import { realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { RegistryRule } from '../core/configuration.ts';
import { codeOf } from '../errors.ts';
import type { Layer } from './merge.ts';

/** `root`: real path of the folder that may not be left. */
export type Confined = { readonly layer: Layer; readonly warnings: readonly string[] };

/**
 * Leaves out of a project's file the certificates that lie outside of the project: a checkout of somebody else's must not have this user's certificates presented
 * to a registry of its choice. Symbolic links are followed first. What is not there is left in, for the registry client to say so.
 */
export async function confine(layer: Layer, root: string): Promise<Confined> {
  if (layer.kind !== 'project') return { layer, warnings: [] };
  const warnings: string[] = [];
  const registries = new Map<string, RegistryRule>();
  for (const [host, rule] of layer.registries) {
    const paths = [
      { name: 'ca', where: rule.ca?.origin.where, files: rule.ca === null ? [] : [rule.ca.value] },
      {
        name: 'clientCert',
        where: rule.clientCert?.origin.where,
        files: rule.clientCert === null ? [] : Object.values(rule.clientCert.value),
      },
    ];
    const outside: string[] = [];
    for (const { name, where, files } of paths) {
      const lies = await Promise.all(files.map((file) => leadsOut(file, root)));
      if (!lies.includes(true)) continue;
      outside.push(name);
      warnings.push(
        `${where ?? ''}: a file that comes with a project may not name certificates outside of it: put ${name} of ${host} into your own configuration, or name the file with --config`,
      );
    }
    registries.set(host, {
      ...rule,
      ca: outside.includes('ca') ? null : rule.ca,
      clientCert: outside.includes('clientCert') ? null : rule.clientCert,
    });
  }
  return { layer: { ...layer, registries }, warnings };
}

async function leadsOut(path: string, root: string): Promise<boolean> {
  const way = relative(await realPathOf(root), await realPathOf(path));
  return isAbsolute(way) || way === '..' || /^\.\.[\\/]/.test(way);
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return path;
  }
}
