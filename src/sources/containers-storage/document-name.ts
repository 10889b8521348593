/** What needs no encoding: containers/storage encodes even the digits of a name that has more than these. */
const PLAIN = /^[.0-9a-z]*$/;

/**
 * The name of the file that holds a document kept with an image: `manifest` as it is, `sha256:...` as `=` and its base64.
 *
 * null for what could lead to another place: base64 may hold a `/`, and `..` is plain.
 * Source: containers/storage, store.go, makeBigDataBaseName().
 */
export function documentFileName(name: string): string | null {
  if (name.length > MAX_NAME) return null;
  const file = PLAIN.test(name) ? name : `=${Buffer.from(name, 'utf8').toString('base64')}`;
  return file === '' || file === '.' || file === '..' || file.includes('/') ? null : file;
}

/** No file name is longer than 255 bytes, and base64 makes four of three. */
const MAX_NAME = 190;
