import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReportLog } from '../../src/check/ports.ts';
import type { Baseline } from '../../src/core/report/baseline.ts';
import { createPassingReportLog, openReportLog } from '../../src/store/open-report-log.ts';
import { createReportTable } from '../../src/store/report-table.ts';
import { changeRaw, DAY, makeMemory, makeVersion, node, NOON, openRaw, rowIn, stateFile } from './make.ts';
import { giveEachTestADirectory } from './set-up.ts';

let directory: string;
let file: string;

giveEachTestADirectory((path) => {
  directory = `${path}/imgupdate`;
  file = stateFile(directory);
});

const uid = process.getuid?.() ?? null;

/** What is told of so many images, at noon of so many days from the first. */
function makeBaseline(day: number, images = 1): Baseline {
  const at = NOON + day * DAY;
  const told = [{ what: 'newer', offer: '1.27.5', was: '1.27.5 (patch)', since: at, held: false }] as const;
  const names = Array.from({ length: images }, (_, n) => `acme/app${n}:1`);
  const rows = names.map((name) => ({ host: 'h', reference: `docker.io/${name}`, name, platform: 'linux/amd64', image: null, told }));
  return { at, hosts: ['h'], rows, trend: { at, images, fresh: 0, stale: images, unknown: 0 } };
}

function withLog<T>(work: (log: ReportLog) => T, warnings: readonly unknown[] = []): T {
  const log = openReportLog({ stateDirectory: directory, uid });
  const result = work(log);
  log.close();
  expect(log.warnings()).toEqual(warnings);
  return result;
}

/** `2026-11-20 printed`: the reports of an id. */
function outline(log: ReportLog, id = 'default'): readonly string[] {
  return log.list(id).map(({ trend, isPrinted }) => `${new Date(trend.at).toISOString().slice(0, 10)}${isPrinted ? ' printed' : ''}`);
}

/** Puts reports into the file that nobody made: days 1 to `count`, each said to take so many bytes. */
function addRaw(count: number, bytes: number): void {
  changeRaw(
    file,
    `with recursive days(day) as (select 1 union all select day + 1 from days where day < ${count})
     insert into reports (id, at, images, fresh, stale, unknown, bytes) select 'default', ${NOON} + day * ${DAY}, 1, 1, 0, 0, ${bytes} from days;
     insert into report_baselines select key, x'00' from reports where key not in (select key from report_baselines)`,
  );
}

const RUNS: readonly (readonly [string, () => (work: (log: ReportLog) => void) => void])[] = [
  ['at once in the same run', () => inOne(openReportLog({ stateDirectory: directory, uid }))],
  ['in a run of its own each', () => (work) => withLog(work)],
  ['in a run without any disk', () => inOne(createPassingReportLog())],
];

function inOne(log: ReportLog): (work: (log: ReportLog) => void) => void {
  return (work) => {
    work(log);
    expect(log.warnings()).toEqual([]);
  };
}

describe.each(RUNS)('reports are known %s', (_, start) => {
  it('in the order in which they were made, whatever the clock said, and whether they were printed', () => {
    const run = start();
    const keys: (number | null)[] = [];
    for (const day of [0, 700, 7]) run((log) => keys.push(log.prepare('default', makeBaseline(day))));
    run((log) => expect(log.confirm(keys[1]!)).toBe(true));
    run((log) => expect(outline(log)).toEqual(['2026-11-20', '2028-10-20 printed', '2026-11-27']));
    run((log) => expect(log.list('default').map(({ key }) => key)).toEqual(keys));
    expect(keys).toEqual([...keys].sort((a, b) => a! - b!));
  });

  it('with all they told', () => {
    const run = start();
    const baseline = makeBaseline(0, 500);
    run((log) => {
      const key = log.prepare('default', baseline)!;
      expect(log.read(key)).toEqual({ key, trend: baseline.trend, isPrinted: false, baseline });
      log.confirm(key);
    });
    run((log) => expect(log.read(log.list('default')[0]!.key)).toMatchObject({ isPrinted: true, baseline }));
  });

  it('apart from those of another id, of whatever text', () => {
    const run = start();
    const ids = ['default', 'DEFAULT', '', "it's", '__proto__', '\u{1f433}', 'a\nb', 'a', 'x'.repeat(10_000)];
    for (const [day, id] of ids.entries()) run((log) => log.prepare(id, makeBaseline(day, day + 1)));
    run((log) => expect(ids.map((id) => log.list(id).map(({ trend }) => trend.images))).toEqual(ids.map((__, day) => [day + 1])));
  });

  it('unless they are known not to have been printed', () => {
    const run = start();
    let key = 0;
    run((log) => {
      log.prepare('default', makeBaseline(0));
      key = log.prepare('default', makeBaseline(7))!;
      log.withdraw(key);
    });
    run((log) => expect(outline(log)).toEqual(['2026-11-20']));
    run((log) => expect(log.confirm(key)).toBe(false));
    run((log) => {
      expect(log.prepare('default', makeBaseline(14))).toBeGreaterThan(key);
      expect(outline(log)).toEqual(['2026-11-20', '2026-12-04']);
    });
  });
});

describe('what became of a report', () => {
  it('is said once: what was printed cannot be taken back', () => {
    withLog((log) => {
      const key = log.prepare('default', makeBaseline(0))!;
      expect([log.confirm(key), log.confirm(key)]).toEqual([true, true]);
      log.withdraw(key);
      expect(outline(log)).toEqual(['2026-11-20 printed']);
      expect(log.confirm(key + 1)).toBe(false);
    });
  });
});

describe('of more reports than anyone looks at', () => {
  const count = (table: string) => rowIn(file, `select count(*) as n from ${table}`).n;

  beforeEach(() => withLog((log) => void log.confirm(log.prepare('default', makeBaseline(0))!)));

  it('the newest 1,000 are kept of each id, with what they told', () => {
    withLog((log) => log.prepare('other', makeBaseline(0)));
    addRaw(1_010, 100);
    withLog((log) => {
      log.confirm(log.prepare('default', makeBaseline(2_000))!);
      expect([log.list('default').length, log.list('other').length]).toEqual([1_000, 1]);
      expect(outline(log).slice(0, 1)).toEqual(['2026-12-02']);
      expect(outline(log).at(-1)).toBe('2032-05-12 printed');
    });
    expect(['reports', 'report_baselines', 'report_outcomes'].map(count)).toEqual([1_001, 1_001, 1]);
  });

  it('those that were not printed go first', () => {
    addRaw(999, 100);
    changeRaw(file, "insert into report_outcomes select key, 'withdrawn' from reports where key > 900");
    withLog((log) => log.prepare('default', makeBaseline(2_000)));
    withLog((log) => expect(outline(log).slice(0, 2)).toEqual(['2026-11-20 printed', '2026-11-21']));
    expect(['reports', 'report_outcomes'].map(count)).toEqual([1_000, 100]);
  });

  it('those that fill 128 MiB are kept, and the last ten in any case', () => {
    addRaw(99, 8 * 1024 * 1024);
    withLog((log) => log.prepare('default', makeBaseline(2_000)));
    expect(count('reports')).toBe(16);
    addRaw(99, 100 * 1024 * 1024);
    withLog((log) => log.prepare('default', makeBaseline(2_001)));
    expect(count('reports')).toBe(10);
  });
});

describe('to look at reports', () => {
  it('makes nothing where there is nothing', () => {
    withLog((log) => expect([log.list('default'), log.read(1)]).toEqual([[], null]));
    expect(existsSync(directory)).toBe(false);
  });

  it('changes nothing, not even of one that was interrupted', () => {
    withLog((log) => log.prepare('default', makeBaseline(0)));
    const before = [readFileSync(file), statSync(file).mtimeMs] as const;
    withLog((log) => log.read(log.list('default')[0]!.key));
    expect(readFileSync(file).equals(before[0])).toBe(true);
    expect(statSync(file).mtimeMs).toBe(before[1]);
  });
});

describe('what was kept is on disk', () => {
  it('before anything else is done, in the folder too', () => {
    withLog((log) => log.prepare('default', makeBaseline(0)));
    const raw = openRaw(file);
    createReportTable(raw, () => undefined);
    expect({ ...(raw.prepare('pragma synchronous').get() as object) }).toEqual({ synchronous: 3 });
    expect({ ...(raw.prepare('pragma journal_mode').get() as object) }).toEqual({ journal_mode: 'delete' });
    raw.close();
  });
});

describe('a report that was damaged', () => {
  const damaged = (message: string) => [{ code: 'store-damaged', message, image: null }];

  beforeEach(() => withLog((log) => [0, 7].map((day) => log.confirm(log.prepare('default', makeBaseline(day))!))));

  it.each([
    ['no deflated text', Buffer.from('garbage')],
    ['cut off', deflateRawSync('{"at":1}'.repeat(1_000)).subarray(0, 20)],
    ['empty', Buffer.alloc(0)],
    ['JSON of something else', deflateRawSync('{"at":1}')],
    ['a bomb', deflateRawSync(Buffer.alloc(257 * 1024 * 1024, ' '))],
  ])('so that what it told is %s is passed over with a warning, the others are read', (_, baseline) => {
    const raw = openRaw(file);
    raw.prepare('update report_baselines set baseline = ? where key = 2').run(baseline);
    raw.close();
    withLog((log) => {
      expect(outline(log)).toEqual(['2026-11-20 printed', '2026-11-27 printed']);
      expect([log.read(2), log.read(1)?.baseline]).toEqual([null, makeBaseline(0)]);
      expect(log.prepare('default', makeBaseline(14))).toBe(3);
    }, damaged('what the report of 2026-11-27 told was damaged: it is ignored'));
  });

  it('so that what it told is missing is passed over with a warning', () => {
    changeRaw(file, 'delete from report_baselines where key = 2');
    withLog((log) => expect(log.read(2)).toBeNull(), damaged('what an earlier report told was damaged: it is ignored'));
  });

  it.each(['images = -1', 'at = 9000000000000000'])('in its columns (%s) is left out with a warning', (change) => {
    changeRaw(file, `update reports set ${change} where key = 1`);
    withLog(
      (log) => expect(outline(log)).toEqual(['2026-11-27 printed']),
      damaged('what is remembered of a report was damaged: it is ignored'),
    );
  });
});

describe('a state that is damaged', () => {
  it.each([100, 4_096, 40_000])('after %i bytes is kept, and begun anew by the report that finds out', (size) => {
    withLog((log) => log.prepare('default', makeBaseline(0, 2_000)));
    truncateSync(file, size);
    const log = openReportLog({ stateDirectory: directory, uid });
    const found = log.list('default');
    expect(found.flatMap(({ key }) => log.read(key) ?? [])).toEqual([]);
    const key = log.prepare('default', makeBaseline(7));
    expect(log.confirm(key!)).toBe(true);
    log.close();
    expect(log.warnings()).toEqual([
      { code: 'store-damaged', message: expect.stringMatching(/state\.db\.damaged and begun anew$/), image: null },
    ]);
    withLog((next) => expect(outline(next)).toEqual(['2026-11-27 printed']));
  });

  it('on any page tells nothing false, and the report is kept', () => {
    withLog((log) => [0, 7, 14].map((day) => log.confirm(log.prepare('default', makeBaseline(day, 1_000))!)));
    const whole = readFileSync(file);
    for (let page = 0; page < whole.byteLength / 4_096; page += 1) {
      for (const name of readdirSync(directory)) if (name.startsWith('state.db.')) writeFileSync(`${directory}/${name}`, '');
      const bytes = Buffer.from(whole);
      bytes.fill(0xa5, page * 4_096, page * 4_096 + 200);
      writeFileSync(file, bytes);
      const log = openReportLog({ stateDirectory: directory, uid });
      for (const { key, trend } of log.list('default')) {
        expect(trend).toEqual(makeBaseline((key - 1) * 7, 1_000).trend);
        const read = log.read(key);
        if (read !== null) expect(read.baseline).toEqual(makeBaseline((key - 1) * 7, 1_000));
      }
      const key = log.prepare('default', makeBaseline(21));
      expect(log.confirm(key!)).toBe(true);
      expect(log.read(key!)?.baseline).toEqual(makeBaseline(21));
      log.close();
      expect(log.warnings().filter(({ code }) => code !== 'store-damaged')).toEqual([]);
    }
  });
});

describe('a state that cannot be used is left alone, and no report is kept', () => {
  const unavailable = (message: string, code = 'store-unavailable') => [{ code, message, image: null }];
  const inVain = (log: ReportLog): void => expect([log.list('default'), log.prepare('default', makeBaseline(0))]).toEqual([[], null]);

  it('when it was written by a newer version', () => {
    withLog((log) => log.prepare('default', makeBaseline(0)));
    changeRaw(file, 'pragma user_version = 7');
    const before = readFileSync(file);
    const message = `the state ${file} has version 7, this program knows version 3: it is left alone, no report is remembered`;
    withLog(inVain, unavailable(message, 'store-newer'));
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('when it is the database of another program', () => {
    mkdirSync(directory, { mode: 0o700 });
    changeRaw(file, 'create table theirs (a)');
    const message = `the state ${file} is a database of another program: it is left alone, no report is remembered`;
    withLog(inVain, unavailable(message));
  });

  it('when there is a directory in its place', () => {
    mkdirSync(file, { recursive: true, mode: 0o700 });
    withLog(inVain, unavailable(`the state cannot be used, no report is remembered: ${file} is not a file`));
  });

  it('when this user has no place for it', async () => {
    const log = openReportLog({ stateDirectory: null, uid });
    inVain(log);
    const problem = 'neither a home directory nor XDG_STATE_HOME is known';
    expect(log.warnings()).toEqual(unavailable(`no report is remembered: ${problem}`));
    expect(await log.lock('default', { timeoutMs: 0, signal: AbortSignal.abort() })).toEqual({ kind: 'unavailable', problem });
  });

  it('when another process writes to it for longer than one waits', () => {
    withLog((log) => log.prepare('default', makeBaseline(0)));
    const raw = openRaw(file);
    raw.exec('begin immediate');
    const message = `the state ${file} cannot be written, nothing is remembered of this report: database is locked`;
    withLog(
      (log) => {
        expect(outline(log)).toEqual(['2026-11-20']);
        expect(log.prepare('default', makeBaseline(7))).toBeNull();
      },
      unavailable(message, 'store-unwritable'),
    );
    raw.exec('rollback');
    raw.close();
  });

  it('when it was taken away after the report was prepared', () => {
    const log = openReportLog({ stateDirectory: directory, uid });
    const key = log.prepare('default', makeBaseline(0));
    writeFileSync(`${file}.new`, readFileSync(file));
    mkdirSync(`${directory}/away`);
    renameSync(file, `${directory}/away/state.db`);
    renameSync(`${file}.new`, file);
    expect(log.confirm(key!)).toBe(false);
    log.close();
    expect(log.warnings()).toEqual(
      unavailable(
        `the state ${file} cannot be written, nothing is remembered of this report: it was taken away during the run`,
        'store-unwritable',
      ),
    );
  });
});

describe('a report that is too large to be kept', () => {
  it('costs a warning', () => {
    const row = makeBaseline(0).rows[0]!;
    const rows = Array.from({ length: 500_001 }, () => row);
    const message = 'nothing is remembered of this report: it tells of 500001 images, expected 500000 at most';
    withLog(
      (log) => expect(log.prepare('default', { ...makeBaseline(0), rows })).toBeNull(),
      [{ code: 'store-unwritable', message, image: null }],
    );
  });
});

describe('reports and everything else in the state', () => {
  it('do not disturb one another in one run', () => {
    const memory = makeMemory(`${directory}-cache`, { stateDirectory: directory });
    memory.writeBase(makeVersion('a'));
    withLog((log) => log.confirm(log.prepare('default', makeBaseline(0))!));
    expect(memory.readBases(node, '20', 'linux/amd64')).toHaveLength(1);
    memory.close();
    expect(memory.warnings()).toEqual([]);
    withLog((log) => expect(outline(log)).toEqual(['2026-11-20 printed']));
  });
});
