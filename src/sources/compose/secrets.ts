/** How names of variables end that hold what is to be told to nobody: `CI_JOB_TOKEN`, `AWS_SECRET_ACCESS_KEY`, `DOCKER_AUTH_CONFIG`. */
const SECRET =
  /(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|JWT|AUTH_CONFIG|API_?KEY|ACCESS_KEY(?:_ID)?|PRIVATE_KEY|_PASS|_PAT)(?:_?\d{1,3})?$/i;

/**
 * Whether a variable holds a secret, as far as its name tells.
 *
 * A compose file may be anybody's, and so may what it names with `env_file`; what is put into the name of an image is sent to a registry and is printed.
 */
export function isSecret(name: string): boolean {
  return SECRET.test(name);
}
