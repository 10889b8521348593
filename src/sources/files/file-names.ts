const DOCKERFILE = /^(?:dockerfile|containerfile)$/i;
const DOCKERFILE_OF = /^(?:Dockerfile|Containerfile)\.|\.(?:Dockerfile|dockerfile|Containerfile|containerfile)$/;
const SOMEHOW_DOCKERFILE = /(?:docker|container)file/i;
const NO_DOCKERFILE = /\.dockerignore$|~$/i;
const COMPOSE = /^(?:docker-)?compose(?:[.-].*)?\.ya?ml$/;
const SOMEHOW_COMPOSE = /compose(?!r).*\.ya?ml$/i;
const LIST = /(?:^|[._-])images?(?:[._-][^/]*)?\.txt$|\.list$/i;
const MANIFEST = /\.(?:ya?ml|json)$/i;

/**
 * What a file's name makes it, whatever is in it; null where its contents have to tell.
 *
 * `dockerfile-like` may be something else as well: `Dockerfile.md`.
 * Source: docker build, `<Dockerfile>.dockerignore`; containers/buildah, Containerfile; compose-go cli/options.go.
 */
export function kindOfName(name: string): 'dockerfile' | 'dockerfile-like' | 'compose' | null {
  if (DOCKERFILE.test(name)) return 'dockerfile';
  if (DOCKERFILE_OF.test(name) && !name.endsWith('.dockerignore')) return 'dockerfile-like';
  return COMPOSE.test(name) ? 'compose' : null;
}

/** Whether a file of this name may be a Dockerfile, which its beginning tells: `Dockerfile-dev`, `Dockerfile_windows`, `dockerfile.prod`, `DockerfileWorker`. */
export function mayBeDockerfile(name: string): boolean {
  return SOMEHOW_DOCKERFILE.test(name) && !NO_DOCKERFILE.test(name);
}

/** Whether a file of this name may be a compose file, which its contents tell: `dev-compose.yml`, `docker_compose.yaml`. */
export function mayBeCompose(name: string): boolean {
  return SOMEHOW_COMPOSE.test(name);
}

/** Whether a file of this name is a list of images, where a person named it: `images.txt`, `rancher-images.txt`, `images_prod.txt`, `prod.list`. */
export function isListName(name: string): boolean {
  return LIST.test(name);
}

/** Whether a file of this name may hold Kubernetes objects. */
export function mayBeManifest(name: string): boolean {
  return MANIFEST.test(name);
}

/** In the order compose looks for them. Source: compose-go cli/options.go, DefaultFileNames and DefaultOverrideFileNames. */
const DEFAULTS: readonly string[] = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES: readonly string[] = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** The names of the files that are merged. `isUsual`: compose takes them there without being told. */
export type ProjectPlan = { readonly names: readonly string[]; readonly isUsual: boolean };

/**
 * Puts the compose files of one folder into projects: what `docker compose` takes there without being told, then each other file by itself.
 *
 * Example: `compose.yaml`, `compose.override.yaml` and `compose.prod.yaml` are two projects, the first of two files.
 */
export function planProjects(names: readonly string[]): readonly ProjectPlan[] {
  const first = (known: readonly string[]) => known.filter((name) => names.includes(name)).slice(0, 1);
  const main = first(DEFAULTS);
  const usual = main.length === 0 ? [] : [...main, ...first(OVERRIDES)];
  const others = names.filter((name) => !usual.includes(name)).map((name) => ({ names: [name], isUsual: false }));
  return usual.length === 0 ? others : [{ names: usual, isUsual: true }, ...others];
}
