import { realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { RegistryRule, Setting } from '../core/configuration.ts';
import { codeOf } from '../errors.ts';
import type { Layer } from './merge.ts';

export type Confined = { readonly layer: Layer; readonly warnings: readonly string[] };

/**
 * Leaves out of a project's file the certificates that lie outside of the project, whose folder is `root`: a checkout of somebody else's must not have this user's
 * certificates presented to a registry of its choice.
 *
 * Symbolic links are followed first. What is not there is left in, for the registry client to say so.
 */
export async function confine(layer: Layer, root: string): Promise<Confined> {
  if (layer.kind !== 'project') return { layer, warnings: [] };
  const warnings: string[] = [];
  const keep = async <T>(name: string, setting: Setting<T> | null, files: readonly string[]): Promise<Setting<T> | null> => {
    const leads = await Promise.all(files.map((file) => leadsOutOf(root, file)));
    if (setting === null || !leads.includes(true)) return setting;
    warnings.push(
      `${setting.origin.where}: a file that comes with a project may not name certificates outside of it: ` +
        `put ${name} into your own configuration, or name the file with --config`,
    );
    return null;
  };
  const registries = new Map<string, RegistryRule>();
  for (const [host, rule] of layer.registries) {
    const { ca, clientCert } = rule;
    registries.set(host, {
      ...rule,
      ca: await keep(`ca of ${host}`, ca, ca === null ? [] : [ca.value]),
      clientCert: await keep(`clientCert of ${host}`, clientCert, clientCert === null ? [] : Object.values(clientCert.value)),
    });
  }
  return { layer: { ...layer, registries }, warnings };
}

async function leadsOutOf(root: string, path: string): Promise<boolean> {
  const way = relative(await realPathOf(root), await realPathOf(path));
  return isAbsolute(way) || way === '..' || /^\.\.[\\/]/.test(way);
}

/** The path itself where it leads nowhere: its folder's links do not matter then. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return path;
  }
}
