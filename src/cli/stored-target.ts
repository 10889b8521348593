import type { StoredPlace } from '../check/ports.ts';
import { ImgupdateError } from '../errors.ts';

type Transport = StoredPlace['transport'];

const TRANSPORT = /^(docker-archive|oci-archive|oci|containers-storage):(.*)$/s;

/** What a place is written like, for the messages about one that is not. */
const EXAMPLES: Readonly<Record<Transport, string>> = {
  'docker-archive': 'docker-archive:app.tar, docker-archive:app.tar:acme/app:1, or docker-archive:- for standard input',
  'oci-archive': 'oci-archive:app.tar, oci-archive:app.tar:1.27, or oci-archive:- for standard input',
  oci: 'oci:FOLDER or oci:FOLDER:1.27',
  'containers-storage': 'containers-storage:, containers-storage:acme/app:1, or containers-storage:[overlay@/var/lib/containers/storage]',
};

/**
 * Reads a target that names files which hold images; null for any other.
 *
 * `docker-archive:PATH[:{REF|@N}]`, `oci:PATH[:{NAME|@N}]`, `oci-archive:PATH[:{NAME|@N}]`, `containers-storage:[[DRIVER@]ROOT[+RUNROOT][:OPTIONS]]REF`, where
 * the first bracket is written and the second one means "may be left out". A path ends at its first colon.
 * Source: containers-transports(5).
 * @throws ImgupdateError 'usage'.
 */
export function readStoredTarget(word: string): StoredPlace | null {
  const [, transport, rest = ''] = TRANSPORT.exec(word) ?? [];
  switch (transport) {
    case 'docker-archive':
    case 'oci-archive':
    case 'oci':
      return readFile(word, transport, rest);
    case 'containers-storage':
      return readStorage(word, rest);
    case undefined:
    default:
      return null;
  }
}

function readFile(written: string, transport: Transport, rest: string): StoredPlace {
  const at = rest.indexOf(':');
  const path = at < 0 ? rest : rest.slice(0, at);
  if (path === '') throw refuse(written, transport, 'it names no file');
  if (path === '-' && transport === 'oci') throw refuse(written, transport, 'a folder is not read from standard input');
  return { transport, written, path, driver: null, image: readImage(written, transport, at < 0 ? '' : rest.slice(at + 1)) };
}

const STORE = /^\[(?:([a-z0-9]+)@)?([^\]+:]*)(?:\+[^\]:]*)?(?::[^\]]*)?\](.*)$/s;

function readStorage(written: string, rest: string): StoredPlace {
  const transport = 'containers-storage';
  if (!rest.startsWith('[')) return { transport, written, path: null, driver: null, image: readImage(written, transport, rest) };
  const [, driver = null, root = '', name = ''] = STORE.exec(rest) ?? [];
  if (!root.startsWith('/')) throw refuse(written, transport, 'expected [DRIVER@ROOT+RUNROOT] with an absolute path');
  return { transport, written, path: root, driver, image: readImage(written, transport, name) };
}

function readImage(written: string, transport: Transport, text: string): StoredPlace['image'] {
  if (text === '') return null;
  if (transport === 'containers-storage' && text.startsWith('/'))
    throw refuse(written, transport, 'expected the name of an image, got a path');
  if (transport === 'containers-storage' || !text.startsWith('@')) return { by: 'name', name: text };
  const position = /^@(\d{1,6})$/.exec(text)?.[1];
  if (position === undefined) throw refuse(written, transport, `expected a number behind @, got ${text}`);
  return { by: 'position', position: Number(position) };
}

function refuse(written: string, transport: Transport, what: string): ImgupdateError {
  return new ImgupdateError('usage', `cannot read the target ${written}: ${what}`, { hint: `write ${EXAMPLES[transport]}` });
}
