import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config.js';
import { Forbidden } from '../http/problems.js';

/** What a refusal repeats of a header. */
const SHOWN_CHARACTERS = 200;

/** The origin by which a browser reached the service, as far as that can be told behind proxies. */
@Injectable()
export class OwnOrigin {
  constructor(private readonly config: AppConfig) {}

  /** Whether the browser came by https; also when a proxy that ends TLS does not say so, but `PUBLIC_URL` does. */
  isSecure(request: FastifyRequest): boolean {
    return this.of(request)?.startsWith('https:') ?? false;
  }

  /**
   * Makes sure that a request which a cookie speaks for was made by a page of this service. Browsers add cookies to
   * what other pages send, too; `SameSite` keeps them from that only where those belong to other sites, and pages on
   * another port or subdomain do not. A browser that does not say where a request comes from (`Sec-Fetch-Site` is left
   * out without TLS) sends the origin of the page.
   *
   * @throws Forbidden
   */
  refuseOthers(request: FastifyRequest): void {
    if (this.made(request)) return;
    const { origin = 'none', 'sec-fetch-site': site } = request.headers;
    const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
    throw new Forbidden(
      `A cookie is good only for requests of pages of this origin. This one has Host ${shown(request.host)} ` +
        `(taken for ${shown(this.of(request) ?? 'no origin')}) and Origin ${shown(origin)}` +
        `${site === undefined ? '' : `, Sec-Fetch-Site ${shown(site)}`}. A page of the service behind a proxy: ` +
        'set PUBLIC_URL to the address that the browser shows, or TRUST_PROXY to the address of the proxy, which has to ' +
        'send X-Forwarded-Host and X-Forwarded-Proto. A program: send an "Authorization" header instead of the cookie.',
    );
  }

  private made(request: FastifyRequest): boolean {
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin';
    const origin = originOf(request.headers.origin);
    return origin !== undefined && (origin === this.of(request) || origin === this.config.publicUrl);
  }

  private of({ protocol, host }: FastifyRequest): string | undefined {
    const { publicUrl } = this.config;
    if (publicUrl !== undefined && hostOf(`${protocol}://${host}`) === hostOf(publicUrl)) return publicUrl;
    return originOf(`${protocol}://${host}`);
  }
}

/** With its scheme, and without the port that the scheme has anyway, which some leave out and some do not. */
const originOf = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined);
