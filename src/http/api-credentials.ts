import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth } from '@nestjs/swagger';

/** Documents that operations need a credential: a token or an API key, or the cookie of a browser's session. */
export const ApiCredentials = (): ClassDecorator & MethodDecorator =>
  applyDecorators(ApiBearerAuth(), ApiCookieAuth());
