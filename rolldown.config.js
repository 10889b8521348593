import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { defineConfig } from 'rolldown';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

/**
 * What dockerode loads at its start for image builds and for connections of its own making. Neither is used here (the source brings its own transport, and ssh
 * goes through the user's own client); leaving them out saves nine tenths of its loading time.
 */
const UNUSED = new Set(['docker-modem', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs', '@balena/dockerignore']);

/** What undici loads at its start beside the client itself: fetch and its relatives, caches, interceptors and mocks. */
const UNUSED_OF_UNDICI = /[\\/]undici[\\/]lib[\\/](?:web|mock|cache|interceptor)[\\/]/;

/** Commander runs subcommands that are programs of their own; here there are none, and child_process brings sockets and streams along. */
const isUnusedByCommander = (id, importer) => id === 'node:child_process' && /[\\/]commander[\\/]/.test(importer ?? '');

/** A module whose every name is a class that does nothing. */
const NOTHING = 'module.exports = new Proxy({}, { get: () => class {} });';

const leaveOutUnused = {
  name: 'leave-out-unused',
  resolveId: (id, importer) => (UNUSED.has(id) || isUnusedByCommander(id, importer) ? `\0unused:${id}` : null),
  load: (id) => (id.startsWith('\0unused:') || UNUSED_OF_UNDICI.test(id) ? { code: NOTHING, moduleType: 'js' } : null),
};

/** The licences of what is bundled have to come along. */
const collectLicences = {
  name: 'collect-licences',
  generateBundle(_options, bundle) {
    const ids = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
    const folders = new Set(ids.flatMap((id) => /^[^\0].*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? []));
    const texts = [...folders].sort().map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}\n`;
    });
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
  },
};

const START =
  /[\\/](?:src[\\/](?:errors|core[\\/]text|cli[\\/](?:program|options|exit-code|report-error))|node_modules[\\/]commander)|rolldown/;
const CHECK =
  /[\\/](?:src[\\/](?:adapters|check|cli|config|core|formats|sources|store)|node_modules[\\/](?:p-limit|yocto-queue|fast-string|dockerode))/;

/** What not every check needs: other verbs, reports, the decisions about bases and versions, places that are files and files that name images, configuration files, what came of a gate. */
const LATER = [
  /ssh|show|limits|update|upgrade|record|decide|policy|hold-options|held-images|kept-holds|commands[\\/](?:un)?hold|tabulate|check-base\.|own-documents|harvest/,
  /core[\\/]versions[\\/](?:rules|choose-best|compare|family|learn)|note-sightings/,
  /base[\\/](?!claim|nothing|silent|version|provenance|purl|step\.)/,
  /sources[\\/](?!(?:docker|listed)[\\/]|(?:bounded|fields)\.)/,
  /sources[\\/]docker[\\/](?:stream|save-config|saving-bounds|read-saved)/,
  /formats[\\/](?:(?:check|html|markdown|report)[\\/]|configuration\.)/,
  /core[\\/](?:report[\\/]|document[\\/]|decode-document|find-unneeded|unneeded[\\/]|layer-stacks)|check[\\/]find-store-needs/,
  /cli[\\/]report-(?!error|flags)|commands[\\/]report|store[\\/](?:open-)?report-/,
  /src[\\/]config[\\/](?!load-configuration|search)/,
  /core[\\/](?:configuration[\\/](?!standard)|hold-comment)/,
  /cli[\\/](?:check-output|commands[\\/](?:check|config))/,
  /check[\\/](?:judge|findings|found|make-findings)\./,
];

const isOfEveryCheck = (id) => CHECK.test(id) && !LATER.some((part) => part.test(id.slice(id.lastIndexOf('src'))));

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: (id, importer) => builtins.has(id) && !isUnusedByCommander(id, importer),
  plugins: [leaveOutUnused, collectLicences],
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    minify: true,
    // Few files, for each costs about a millisecond at start: what every call needs, what a check needs, and the rest as it is imported, so the decision
    // about bases with the first image that has something to decide.
    codeSplitting: {
      groups: [
        { name: 'start', test: START, priority: 2 },
        { name: 'check', test: isOfEveryCheck, priority: 1 },
      ],
    },
  },
});
