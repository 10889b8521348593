import { builtinModules } from 'node:module';
import { defineConfig } from 'rolldown';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * What dockerode loads at its start for image builds and for connections of its own making. Neither is used here (the source brings its own transport, and ssh
 * goes through the user's own client); leaving them out saves nine tenths of its loading time.
 */
const UNUSED = new Set(['docker-modem', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs', '@balena/dockerignore']);

/** What undici loads at its start beside the client itself: fetch and its relatives, caches, interceptors and mocks. */
const UNUSED_OF_UNDICI = /[\\/]undici[\\/]lib[\\/](?:web|mock|cache|interceptor)[\\/]/;

/** A module whose every name is a class that does nothing. */
const NOTHING = 'module.exports = new Proxy({}, { get: () => class {} });';

const leaveOutUnused = {
  name: 'leave-out-unused',
  resolveId: (id) => (UNUSED.has(id) ? `\0unused:${id}` : null),
  load: (id) => (id.startsWith('\0unused:') || UNUSED_OF_UNDICI.test(id) ? { code: NOTHING, moduleType: 'js' } : null),
};

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: (id) => builtins.has(id),
  plugins: [leaveOutUnused],
  output: { dir: 'dist', format: 'esm', cleanDir: true, minify: true },
});
