/** What stands below the options of the verbs that print images; written out here so that help loads no format. */
export const OUTPUT_HELP = `
Filters:
  reference=GLOB status=WORD verdict=WORD update=WORD newer=WORD base=WORD
  registry=HOST source=KIND platform=OS/ARCH label=KEY[=VALUE] held=BOOL
  unused=BOOL outdated=BOOL

Words of status:
  current rebuilt gone local pinned none unknown

Words of update:
  rebuilt gone base patch minor major

Words of newer:
  available none untracked unknown, and of what is available: patch minor major

Words of base:
  current moved gone none pinned unknown, and what moved: layers-differ
  metadata-only upper-layers-removed rolled-back undetermined

Fields of a template ({{json .}} prints the entry of the JSON document):
  .Image .Reference .Registry .Repository .Tag .Digest .Current .Candidate
  .CandidateDigest .CandidateCreated .Update .Status .Verdict .Why .Reason
  .Error .Held .Platform .ID .Created .Size .Download .Newer .NewerStatus
  .NewerWhy .NewerReason .Line .LineLevel .Newest .NewestLevel .Variant .Sibling
  .Base .BaseStatus .BaseKind .BaseWhy .BaseConfidence .UsedBy .CheckedAt
  .Labels .Containers .Sources

Columns of plain, with a TAB between them and - for nothing:
  name, digest here, candidate, status, verdict, platform, bytes to download,
  used by, checked at, reason, reference, base, its answer, its confidence,
  where it is, newest version of the line, newest above it, their answer`;

/** What stands below the options of the verbs that take targets: where images may be. */
export const PLACE_HELP = `
Targets:
  PATTERN                        images of the engine: nginx, 'ghcr.io/acme/*'
  docker-daemon:                 all images of the engine
  docker://REF                   an image in its registry; needs no engine
  docker-archive:FILE[:REF]      what docker save writes; - is standard input
  oci:FOLDER[:NAME]              an OCI layout
  oci-archive:FILE[:NAME]        one in an archive; - is standard input
  containers-storage:[ROOT]REF   what podman and buildah keep; the ROOT in its
                                 brackets and REF may be left out
  In archives and layouts :@0 is the first image, :@1 the second.`;

/** What stands below the options of `list` and `update` as well: what they read with `-f`. */
export const FILE_HELP = `
Files (-f PATH, the engine is not asked then):
  Dockerfiles, compose files, Kubernetes manifests, lists with an image a line;
  of a folder all but lists. What runs in a cluster:
  kubectl get pods -A -o json | imgupdate list -f -
  imgupdate list -f Dockerfile IMAGE: IMAGE was built from that Dockerfile`;

/** What stands below the options of `report`. */
export const REPORT_HELP = `
Without a document this machine is checked, as 'imgupdate list' does. DOCUMENT is
what 'imgupdate list --json' or 'imgupdate report --json' printed on another one;
of several one report is made, and no registry is asked. - is standard input.

Every Monday, by cron, which mails what is printed:
  PATH=/usr/local/bin:/usr/bin:/bin
  0 7 * * 1  imgupdate report --if-changed --mark
As HTML, to $MAILTO; ifne, of moreutils, sends no empty mail. Put behind that:
  --format eml | ifne /usr/sbin/sendmail -t
For Prometheus, by node_exporter's textfile collector:
  imgupdate report --id prom --mark >/dev/null \\
    -o prom=/var/lib/prometheus/node-exporter/imgupdate.prom
A look at it moves nothing: only --mark does.`;

/** What stands below `hold`. */
export const HOLD_HELP = `
IMAGE is a name or a pattern, as in the configuration: nginx holds every tag of
nginx, nginx:1.27 this one, 'ghcr.io/acme/*' all of a registry's path. A new
reason or date replaces the old one.`;

/** What stands below `config`; a test holds it to the keys there are. */
export const CONFIG_HELP = `
Files, the nearest first; of each key the nearest value counts, after flags and
the variables:
  imgupdate.yaml, .yml, .json, .imgupdate.yaml, .yml or .imgupdaterc, in the
  working directory and those above it up to the repository's root
  $XDG_CONFIG_HOME/imgupdate/config.yaml, .yml or .json (~/.config without)
  /etc/imgupdate/config.yaml, .yml or .json
--config FILE or IMGUPDATE_CONFIG names the only one that counts.

Keys:
  images      list of: match base hold ignore failOn platform track minAge
              include exclude skip variant
  registries  by host: insecure ca clientCert mirror concurrency trustRealm
              floor
  failOn onUnknown strict track minAge maxAge timeout jobs platform allowHosts
  bases, and the variables IMGUPDATE_FAIL_ON, IMGUPDATE_TRACK and so on

What the file of a project says of trustRealm is not believed, its allowHosts
only narrow those of yours, and registries whose connections it changes are
asked without credentials. Of failOn, track and minAge the variables come before
its rules of images.`;

/** What stands below the verbs. */
export const EXIT_CODE_HELP = `
Exit codes:
  0   the work was done
  1   the result must not be trusted: no engine, every look-up failed, a bug
  2   check, list --exit-code: at least one image is stale, or its base is
  3   check: nothing is known to be stale, but something could not be checked,
      or there was nothing to check
  64  wrong usage or configuration
  129, 130, 143  interrupted; what was learned so far is kept`;

/** What stands below the options of `check`. */
export const CHECK_HELP = `
Files (-f PATH; those of the working directory without any target):
  -f Dockerfile IMAGE: the image was built from that Dockerfile
  Dockerfile, Containerfile, *.Dockerfile, compose.yaml, docker-compose.yml and
  Kubernetes manifests in YAML or JSON. Folders are searched.
  A list that is named itself, images.txt or -: an image a line, # comments.

Words of --fail-on:
  base               the base that an image stands on moved, or is gone
  rebuilt            the tag names another image than the one pinned or running
  gone               the tag, or its image for the platform, does not exist
  patch              any newer version
  minor              a newer version that is minor or major
  major              a newer version that is major
  any none           each of these; nothing

Artefacts (-o FORMAT=PATH, repeatable, - is stdout):
  sarif junit github github-output gitlab markdown html json text

To hold an image back, write above the line that names it:
  # imgupdate: hold until=2026-12-15 reason="wait for the fix"
What else can be configured, in imgupdate.yaml: see 'imgupdate config --help'.

Exit codes:
  0   nothing reached --fail-on
  1   the result must not be trusted: no engine, every look-up failed, a bug
  2   at least one image reached --fail-on
  3   nothing is known to be stale, but something could not be checked, or there
      was nothing to check
  64  wrong usage or configuration`;
