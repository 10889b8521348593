import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageOrIndex } from '../../src/demo/images.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';
import { runOrThrow } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

/** Publishes image documents on a real registry, all platforms and digests as they are. */
export type Publisher = {
  readonly publish: (
    target: string,
    image: ImageOrIndex,
    login?: { readonly username: string; readonly password: string },
  ) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Starts a publisher: skopeo copies from an embedded registry of its own. `target`: `127.0.0.1:5000/acme/web:1`. */
export async function startPublisher(): Promise<Publisher> {
  const origin = await startRegistry({ auth: { kind: 'none' } });
  const directory = await makeTemporaryDirectory();
  const policy = join(directory.path, 'policy.json');
  await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  return {
    publish: async (target, image, login) => {
      origin.put('image/to-publish', 'now', image);
      const credentials = login === undefined ? [] : ['--dest-creds', `${login.username}:${login.password}`];
      const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];
      const source = `docker://${origin.host}/image/to-publish:now`;
      await runOrThrow('skopeo', [
        'copy',
        '--policy',
        policy,
        ...tls,
        ...credentials,
        '--all',
        '--preserve-digests',
        source,
        `docker://${target}`,
      ]);
    },
    close: async () => {
      await origin.close();
      await directory.remove();
    },
  };
}
