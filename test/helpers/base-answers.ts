import type { Document, ImageEntry } from '../../src/core/document.ts';
import { type CliOptions, runCli } from './run-cli.ts';

/** No engine listens here. */
export const NO_ENGINE = 'unix:///nonexistent/engine.sock';

/** What `imgupdate list --json` says, by reference; it has to succeed. */
export async function listRows(args: readonly string[], options: CliOptions = {}): Promise<Listed> {
  const ran = await runCli(['list', '--json', ...args], options);
  if (ran.exitCode !== 0) throw new Error(`list ${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}`);
  const document = JSON.parse(ran.stdout) as Document;
  return { document, rows: new Map(document.images.map((image) => [image.reference, image])) };
}

export type Listed = { readonly document: Document; readonly rows: ReadonlyMap<string, ImageEntry> };

/** The answer about a base in few words: `moved/metadata-only, certain`, `unknown/squashed`. */
export function tellBase({ base }: Pick<ImageEntry, 'base'>): string {
  const more = base.kind ?? base.reason?.kind ?? null;
  return `${base.status}${more === null ? '' : `/${more}`}${base.status === 'unknown' ? '' : `, ${base.confidence}`}`;
}
