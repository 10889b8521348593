import { builtinModules } from 'node:module';
import { defineConfig } from 'rolldown';

const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));

export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  external: (id) => builtins.has(id),
  output: { dir: 'dist', format: 'esm', cleanDir: true, minify: false, sourcemap: false },
});
