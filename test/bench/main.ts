import { benchLocalBases, benchOneBase, benchRemoteBases } from './bases.ts';
import { benchDeciding } from './deciding.ts';
import { benchFiles, benchLargeFiles } from './files.ts';
import { isInstalled, openWorkbench } from './measure.ts';
import { benchRegctl } from './peers.ts';
import { renderRows, type Row } from './rows.ts';
import { benchEngines, benchLargeArchives, benchStored } from './stored.ts';
import { benchReport } from './reports.ts';
import { benchTagLists, benchVersions } from './versions.ts';
import { benchLatency, benchMany, benchOneName, benchStart, benchTags } from './tags.ts';

/**
 * Measures what `list` asks and takes, beside bare node, the ideal number of round trips and other programs, all in one run. Requests are exact; times are
 * medians of a shared machine and only their ratios mean anything. Words on the command line choose: `npm run bench -- Bases`.
 */
const BENCHES = [
  benchStart,
  benchTags,
  benchLatency,
  benchOneName,
  benchLocalBases,
  benchOneBase,
  benchRemoteBases,
  benchRegctl,
  benchDeciding,
  benchFiles,
  benchLargeFiles,
  benchStored,
  benchEngines,
  benchLargeArchives,
  benchVersions,
  benchTagLists,
  benchReport,
  benchMany,
];

const PEERS = [
  ['skopeo', '--version'],
  ['regctl', 'version'],
] as const;

async function main(words: readonly string[]): Promise<void> {
  for (const [peer, flag] of PEERS) {
    if (!(await isInstalled(peer, flag))) process.stderr.write(`W: ${peer} is not installed: its rows are left out\n`);
  }
  const bench = openWorkbench();
  const rows: Row[] = [];
  for (const measure of BENCHES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))) {
    rows.push(...(await measure(bench)));
  }
  bench.remove();
  process.stdout.write(renderRows(rows));
  process.exitCode = rows.some(({ holds }) => holds === false) ? 1 : 0;
}

await main(process.argv.slice(2));
