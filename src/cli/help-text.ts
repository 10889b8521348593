/** What stands below the options of the verbs that print images; written out here so that help loads no format. */
export const OUTPUT_HELP = `
Filters:
  reference=GLOB status=WORD verdict=WORD update=WORD base=WORD registry=HOST
  source=KIND platform=OS/ARCH label=KEY[=VALUE] held=BOOL unused=BOOL
  outdated=BOOL

Words of status:
  current rebuilt gone local pinned none unknown

Words of base:
  current moved gone none pinned unknown, and what moved: layers-differ
  metadata-only upper-layers-removed rolled-back undetermined

Fields of a template ({{json .}} prints the entry of the JSON document):
  .Image .Reference .Registry .Repository .Tag .Digest .Current .Candidate
  .CandidateDigest .CandidateCreated .Update .Status .Verdict .Why .Reason
  .Error .Held .Platform .ID .Created .Size .Download .Base .BaseStatus
  .BaseKind .BaseWhy .BaseConfidence .UsedBy .CheckedAt .Labels .Containers
  .Sources

Columns of plain, with a TAB between them and - for nothing:
  name, digest here, candidate, status, verdict, platform, bytes to download,
  used by, checked at, reason, reference, base, its answer, its confidence`;

/** What stands below the verbs. */
export const EXIT_CODE_HELP = `
Exit codes:
  0   the work was done
  1   the result must not be trusted: no engine, every look-up failed, a bug
  2   list --exit-code: at least one image is stale, or its base is
  64  wrong usage
  129, 130, 143  interrupted; what was learned so far is kept`;
