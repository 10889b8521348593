import { describe, expect, it } from 'vitest';
import { lookAtList } from '../../../src/sources/reference-list/look-at-list.ts';

describe('a text of an unknown kind', () => {
  it.each([
    'nginx',
    'nginx\nredis\n',
    '# ours\n\nnginx:1\n',
    'ghcr.io/acme/api:2.1 nginx:1 redis\n',
    '<none>:<none>\napp:dev\n',
    'nginx:1\nUPPER/case:1\n${REGISTRY}/app:1\n',
    '"nginx:1"\n"redis:7"\n',
    'IMAGE\nnginx:1,redis:7\n',
    'REPOSITORY   TAG\nnginx   1\n',
    'docker://nginx',
    '<none>:<none>\n',
    'nginx:1\n4bb46517cac3\n',
  ])('that reads like references is a list: %j', (text) => {
    expect(lookAtList(text)).toEqual({ ok: true, value: 'list' });
  });

  it.each([
    ['image: nginx', 'line 1 is no image'],
    ['- nginx\n', 'line 1 is no image'],
    ['nginx\n\nthe quick brown fox', 'line 3 is no image'],
    ['services:\n', 'line 1 is no image'],
    ['{"a":1}', 'line 1 is no image'],
    ['["nginx:1"]', 'line 1 is no image'],
    ['PASSWORD=hunter2', 'line 1 is no image'],
    ['foo==1.0', 'line 1 is no image'],
    ['import os', 'line 1 is no image'],
    ['Hello', 'line 1 is no image'],
    ['4bb46517cac3\n', 'no line names an image'],
    ['HELLO', 'no line names an image'],
    ['https://example.com/a', 'no line names an image'],
    ['# comment', 'no line names an image'],
    ['', 'no line names an image'],
  ])('%j is none, and its contents are not told', (text, message) => {
    expect(lookAtList(text)).toEqual({ ok: false, message });
  });
});
