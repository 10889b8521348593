import { reason, type Reason } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import type { Login } from './token-server.ts';
import { describeErrors, type OciError } from './oci-errors.ts';

/** An answer that gives nothing, and what was asked with: `login` null means no authorization at all was sent. */
export type Refused = {
  readonly repository: Repository;
  /** What was asked for, as messages name it. */
  readonly subject: string;
  readonly status: number;
  readonly errors: readonly OciError[] | null;
  readonly scheme: 'basic' | 'bearer' | null;
  readonly login: Login;
  readonly redirected: boolean;
};

/**
 * Says why a registry gave nothing, by status and what was asked with.
 *
 * Registries answer for what is missing and what is private alike: Docker Hub gives 401 `insufficient_scope` for both, even to a valid token.
 * A login is `unauthorized` when it was sent and the answer is about it: 401 to Basic, or 403.
 * Source: OCI distribution-spec v1.1, "Error Codes"; RFC 6750 section 3.1; jupyterhub/binderhub#1664.
 */
export function reasonForRefusal(refused: Refused): Reason {
  const { repository, subject, status, redirected } = refused;
  const { registry } = repository;
  const said = `${status}${describeErrors(refused.errors)}`;
  if (redirected && status !== 404) return reason('bad-response', `${registry} redirected ${subject} to a host that answered ${said}`);
  if (status === 404) return reason('not-found-or-private', `${registry} has no ${subject}: ${said}`);
  if (status === 401 || status === 403) return deniedReason(refused, said);
  return reason('bad-response', `${registry} answered ${said} for ${subject}`);
}

function deniedReason(refused: Refused, said: string): Reason {
  const { repository, subject, status, scheme, login } = refused;
  const { registry } = repository;
  switch (login) {
    case 'none':
      return reason('not-found-or-private', `${subject} is missing or private, answered ${said}: docker login ${registry}`);
    case 'withheld':
      return reason(
        'not-found-or-private',
        `${subject} is missing or private, answered ${said}; the login for ${registry} was not sent to its token server`,
      );
    case 'sent':
      if (status === 403 || scheme === 'basic')
        return reason(
          'unauthorized',
          `the configured login for ${registry} gets no access to ${subject}, answered ${said}: docker login ${registry}`,
        );
      return reason(
        'not-found-or-private',
        `${subject} is missing, or private and not open to the configured login for ${registry}, answered ${said}`,
      );
  }
}
