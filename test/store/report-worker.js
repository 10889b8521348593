// A process of its own that makes reports: node report-worker.js BUNDLE DIRECTORY JOB NAME. What it tells are names, its own after those of the last report.
/* global AbortController, setImmediate, setInterval */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , bundle, stateDirectory, job, name] = process.argv;
const { openReportLog } = await import(pathToFileURL(bundle).href);
const log = openReportLog({ stateDirectory, uid: process.getuid?.() ?? null });
const ID = 'weekly';

const tell = (...names) => {
  const now = Date.now();
  const told = [{ what: 'tag', offer: '', was: 'rebuilt', since: now, held: false }];
  const rows = names.map((reference) => ({ host: 'h', reference, name: reference, platform: 'linux/amd64', image: null, told }));
  return { at: now, hosts: ['h'], rows, trend: { at: now, images: names.length, fresh: 0, stale: names.length, unknown: 0 } };
};
const lock = async (timeoutMs = 120_000) => {
  const taken = await log.lock(ID, { timeoutMs, signal: new AbortController().signal });
  if (taken.kind !== 'held') throw new Error(taken.problem ?? taken.kind);
  return taken;
};
const look = () => {
  const last = log.list(ID).at(-1);
  const known = last === undefined ? null : log.read(last.key);
  return { known: known?.baseline.rows.map(({ reference }) => reference) ?? [], isPrinted: last?.isPrinted ?? null };
};
const say = (words) => void process.stdout.write(`${words}\n`);
/** Makes a report as far as `until`, and then does nothing more, for ever. */
const stopAfter = async (until) => {
  await lock();
  if (until !== 'lock') {
    const key = log.prepare(ID, tell(...look().known, name));
    if (until === 'confirm') log.confirm(key);
  }
  say('stopped');
  setInterval(() => undefined, 1_000);
  await new Promise(() => undefined);
};

const JOBS = {
  look,
  report: async () => {
    const taken = await lock();
    const found = look();
    const key = log.prepare(ID, tell(...found.known, name));
    const isConfirmed = key !== null && log.confirm(key);
    taken.release();
    return { ...found, key, isConfirmed };
  },
  try: async () => {
    const { kind, problem = null } = await log.lock(ID, { timeoutMs: 0, signal: new AbortController().signal });
    return { kind, problem };
  },
  /** Leaves a folder there while it has the lock, which no other process may find. */
  lockOften: async () => {
    const mine = `${stateDirectory}-mine`;
    for (let round = 0; round < 60; round += 1) {
      const taken = await lock();
      mkdirSync(mine);
      await new Promise((resolve) => setImmediate(resolve));
      rmdirSync(mine);
      taken.release();
    }
  },
  stopAfterLock: () => stopAfter('lock'),
  stopAfterPrepare: () => stopAfter('prepare'),
  stopAfterConfirm: () => stopAfter('confirm'),
  /** Says of every report what is sure of it, from then on. */
  reportForever: async () => {
    for (;;) {
      const taken = await lock();
      const key = log.prepare(ID, tell(name));
      say(`prepared ${key}`);
      if (log.confirm(key)) say(`confirmed ${key}`);
      taken.release();
    }
  },
  /** So much that most of the time passes in transactions. */
  prepareForever: async () => {
    await lock();
    const much = Array.from({ length: 20_000 }, () => randomBytes(32).toString('hex'));
    for (;;) say(`prepared ${log.prepare(ID, tell(name, ...much))}`);
  },
};
const found = await JOBS[job]();
log.close();
console.log(JSON.stringify({ ...found, warnings: log.warnings() }));
