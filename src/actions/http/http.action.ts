import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/clock.js';
import { SecretsService } from '../../secrets/secrets.service.js';
import { UnknownKey, Vault } from '../../secrets/vault.js';
import { Action, type ActionContext, type ActionFault, type ActionResult, type Stop } from '../action.js';
import type { HttpActionDto } from '../dto/action.dto.js';
import { Redaction } from '../redaction.js';
import { TemplateFault } from '../template.js';
import { EgressGuard, EgressRefused } from './egress-guard.js';
import { HttpClient } from './http-client.js';
import { BodyTooLong, headerOf, type HttpAnswer } from './http-exchange.js';
import { buildRequest, InvalidRequest, secretsOf, templateFaults, templateValues } from './http-request.js';
import { explainNetworkError } from './network-error.js';
import { bytesWanted, readBody } from './response-body.js';
import { retryAfterMs } from './retry-after.js';
import { hideSent } from './sent-secrets.js';
import { webhookHeaders } from './webhook-headers.js';

const DEFAULT_TIMEOUT_SECONDS = 30;
const LONGEST_LOCATION = 500;

/** Statuses that promise nothing about the next attempt (408, 425, 429, and all of 5xx). */
const isRetryable = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

/** Faults that no other attempt will mend. */
const isFinal = (error: unknown): boolean =>
  [EgressRefused, InvalidRequest, TemplateFault, UnknownKey, BodyTooLong].some(
    (kind) => error instanceof kind,
  );

/** Calls a URL, signed, through the egress guard. */
@Injectable()
export class HttpAction extends Action<HttpActionDto> {
  readonly type = 'http';

  constructor(
    private readonly client: HttpClient,
    private readonly guard: EgressGuard,
    private readonly secretValues: SecretsService,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {
    super();
  }

  override timeoutMs({ timeout_seconds }: HttpActionDto): number {
    return (timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  }

  /** The origin; where a template hides it, the text of the URL, which means different things to different owners. */
  override lane({ url }: HttpActionDto, ownerId: number | null): string {
    return knownOrigin(url)?.origin ?? `${String(ownerId)} ${url}`;
  }

  override secrets(payload: HttpActionDto): string[] {
    return secretsOf(payload);
  }

  override check(payload: HttpActionDto, title: string, secretNames: readonly string[]): ActionFault[] {
    const faults = templateFaults(payload, secretNames);
    if (faults.length > 0) return faults;
    if (payload.body !== undefined && ['GET', 'HEAD'].includes(payload.method ?? 'POST'))
      return [{ field: 'body', message: `no body with ${payload.method ?? ''}: other methods carry one` }];
    const origin = knownOrigin(payload.url);
    const message = origin ? this.guard.urlFault(origin) : hiddenUrlFault(payload.url);
    if (message !== undefined) return [{ field: 'url', message }];
    return this.checkTitle(payload, title);
  }

  override checkTitle(payload: HttpActionDto, title: string): ActionFault[] {
    return trial(payload, title);
  }

  override async perform(payload: HttpActionDto, context: ActionContext, stop: Stop): Promise<ActionResult> {
    let redaction = new Redaction(new Map());
    try {
      const secrets = await this.secretValues.reveal(context.schedule.owner_id, secretsOf(payload));
      redaction = new Redaction(secrets);
      return await this.call(payload, context, secrets, redaction, stop);
    } catch (error) {
      const message = stop.isTold ? `no answer from ${hostIn(payload.url)} yet` : explainNetworkError(error);
      return { ok: false, retryable: !isFinal(error), error: await redaction.apply(message) };
    }
  }

  private async call(
    payload: HttpActionDto,
    context: ActionContext,
    secrets: ReadonlyMap<string, string>,
    redaction: Redaction,
    stop: Stop,
  ): Promise<ActionResult> {
    const { url, headers, body } = buildRequest(payload, templateValues(context, secrets));
    hideSent(payload, { url, headers, body }, redaction);
    const { id, signing_secrets } = context.schedule;
    const keys = signing_secrets.map((sealed) => this.vault.open(sealed, `schedules/${String(id)}`));
    const answer = await this.client.call(url, {
      method: payload.method ?? 'POST',
      headers: {
        'user-agent': 'scheduler-service',
        accept: '*/*',
        ...headers,
        'accept-encoding': 'identity',
        ...webhookHeaders(context, body ?? '', keys, this.clock.now()),
      },
      body,
      timeoutMs: this.timeoutMs(payload),
      stop,
      keptBytes: bytesWanted(redaction),
    });
    return this.judge(payload, answer, redaction);
  }

  private async judge(
    payload: HttpActionDto,
    answer: HttpAnswer,
    redaction: Redaction,
  ): Promise<ActionResult> {
    const { statusCode, fault } = answer;
    const { text, output } = await readBody(answer, redaction);
    // Before it is cut: half a secret would not be known for one.
    const shown = async (text: string): Promise<string> =>
      (await redaction.apply(text)).slice(0, LONGEST_LOCATION);
    const failed = (error: string, retryable: boolean): ActionResult & { ok: false } => ({
      ...{ ok: false, statusCode, retryable, error },
      ...(output !== '' && { output }),
    });
    if (statusCode === 410 && !isExpected(payload, statusCode)) {
      const gone = 'its target answered 410 Gone';
      return { ...failed(`${gone}; the schedule is disabled`, false), gone };
    }
    if (!isExpected(payload, statusCode)) {
      const wait = retryAfterMs(headerOf(answer, 'retry-after'), this.clock.now());
      const location = headerOf(answer, 'location');
      const redirect =
        statusCode < 400 && location ? ` to ${await shown(location)}; redirects are not followed` : '';
      return {
        ...failed(`answered ${String(statusCode)}${redirect}`, isRetryable(statusCode)),
        ...(wait !== undefined && { retryAfterMs: wait }),
      };
    }
    if (fault) {
      const message = `answered ${String(statusCode)}, but its body broke off: ${await shown(explainNetworkError(fault))}`;
      return failed(message, !isFinal(fault));
    }
    if (payload.body_contains !== undefined && !text.includes(payload.body_contains)) {
      return failed(`answered ${String(statusCode)}, but the body does not contain body_contains`, true);
    }
    return { ok: true, statusCode, ...(output !== '' && { output }) };
  }
}

const isExpected = ({ expected_statuses = ['2xx'] }: HttpActionDto, status: number): boolean =>
  expected_statuses.includes(status) || expected_statuses.includes(`${String(Math.floor(status / 100))}xx`);

/** The origin of a URL whose templates stand behind it; undefined when a template has a part in it. */
function knownOrigin(text: string): URL | undefined {
  const origin = /^[^{}/?#\\]+:\/\/[^{}/?#\\]+(?=[/?#\\]|$)/.exec(text)?.[0];
  return origin !== undefined && URL.canParse(origin) ? new URL(origin) : undefined;
}

/** A URL of which only a template knows the origin can be judged only when it is called. */
const hiddenUrlFault = (url: string): string | undefined =>
  /^(https?:\/\/[^/?#]*)?\{\{/i.test(url) ? undefined : 'a URL such as https://api.example.com/path';

const hostIn = (url: string): string => knownOrigin(url)?.host ?? 'the target';

/** Fills the templates in as a run would, and tells what cannot be. Secrets are taken for a plain word. */
function trial(payload: HttpActionDto, title: string): ActionFault[] {
  const context: ActionContext = {
    run: { id: 1, scheduled_for: new Date(0), trigger: 'schedule', attempt: 1 },
    schedule: { id: 1, title, owner_id: null, signing_secrets: [] },
  };
  const words = new Map(secretsOf(payload).map((name) => [name, 'secret']));
  try {
    // A secret may be a whole URL: that cannot be tried.
    const url = knownOrigin(payload.url) ? payload.url : 'https://hidden.invalid/';
    buildRequest({ ...payload, url }, templateValues(context, words));
    return [];
  } catch (error) {
    if (error instanceof InvalidRequest)
      return [{ field: error.field, message: `other values: ${error.message}` }];
    throw error;
  }
}
